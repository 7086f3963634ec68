from . import (
    customer_portal_account,
    customer_portal_rows,
    customer_portal_status,
    res_partner,
)
