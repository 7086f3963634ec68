{
    "name": "Customer Portal: SEPA Direct Debit",
    "summary": "What is debited when, and what came back, in the customer centre",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Open Subscription Billing contributors",
    "website": "https://github.com/open-subscription-billing/addons",
    "category": "Accounting/Subscriptions",
    "depends": ["customer_portal", "sepa_debit"],
    "auto_install": True,
}
