{
    "name": "Billing Suite Tests",
    "summary": "Scenarios across the addons of the suite, with a moving date",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Open Subscription Billing contributors",
    "website": "https://github.com/open-subscription-billing/addons",
    "category": "Hidden/Tests",
    "depends": [
        "billing_base",
        "subscription_billing",
        "customer_portal",
        "customer_portal_subscription_billing",
        "subscription_billing_sale",
        "usage_metering",
        "sepa_debit",
        "customer_portal_usage_metering",
    ],
}
