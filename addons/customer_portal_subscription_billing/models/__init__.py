from . import billing_subscription, customer_portal_account
