{
    "name": "Usage Metering",
    "summary": "Metered prices: usage events, rating, and corrections after the invoice",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Open Subscription Billing contributors",
    "website": "https://github.com/open-subscription-billing/addons",
    "category": "Accounting/Subscriptions",
    "depends": ["subscription_billing"],
    "data": [
        "security/ir.model.access.csv",
        "security/security.xml",
        "data/alerts.xml",
        "views/usage_meter_views.xml",
        "views/billing_charge_views.xml",
        "views/menus.xml",
    ],
}
