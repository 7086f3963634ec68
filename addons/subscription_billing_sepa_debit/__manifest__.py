{
    "name": "Subscription Billing: SEPA Direct Debit",
    "summary": "Contracts take mandates, their invoices are collected by the next run",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Open Subscription Billing contributors",
    "website": "https://github.com/open-subscription-billing/addons",
    "category": "Accounting/Subscriptions",
    "depends": ["subscription_billing", "sepa_debit"],
    "data": [
        "views/billing_subscription_views.xml",
        "views/sepa_mandate_views.xml",
    ],
    "auto_install": True,
}
