{
    "name": "Customer Portal: Usage",
    "summary": "Running usage, its events and own alerts in the customer centre",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Open Subscription Billing contributors",
    "website": "https://github.com/open-subscription-billing/addons",
    "category": "Accounting/Subscriptions",
    "depends": ["customer_portal_subscription_billing", "usage_metering"],
    "data": [
        "views/portal_usage.xml",
        "views/portal_usage_events.xml",
    ],
    "assets": {
        "web.assets_tests": ["customer_portal_usage_metering/static/tests/tours/**/*"],
    },
    "auto_install": True,
}
