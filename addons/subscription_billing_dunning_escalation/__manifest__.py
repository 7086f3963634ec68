{
    "name": "Subscription Billing: Dunning",
    "summary": "Unpaid contracts are restricted, suspended or ended after a warning, and restored",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Open Subscription Billing contributors",
    "website": "https://github.com/open-subscription-billing/addons",
    "category": "Accounting/Subscriptions",
    "depends": ["subscription_billing", "dunning_escalation"],
    "data": ["views/dunning_views.xml", "views/billing_subscription_views.xml"],
    "auto_install": True,
}
