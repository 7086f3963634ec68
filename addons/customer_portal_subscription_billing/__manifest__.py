{
    "name": "Customer Portal: Contracts",
    "summary": "Contracts, their next invoice and their invoices in the customer centre",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Open Subscription Billing contributors",
    "website": "https://github.com/open-subscription-billing/addons",
    "category": "Accounting/Subscriptions",
    "depends": ["customer_portal", "subscription_billing"],
    "data": [
        "views/portal_contract_components.xml",
        "views/portal_contracts.xml",
        "views/portal_explanation.xml",
    ],
    "assets": {
        "web.assets_tests": ["customer_portal_subscription_billing/static/tests/tours/**/*"],
    },
    "auto_install": True,
}
