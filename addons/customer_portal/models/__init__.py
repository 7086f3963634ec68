from . import (
    account_move,
    customer_portal_account,
    customer_portal_rows,
    customer_portal_status,
    res_partner,
)
