from . import customer_portal_account
