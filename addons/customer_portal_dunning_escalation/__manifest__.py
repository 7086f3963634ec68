{
    "name": "Customer Portal: Dunning",
    "summary": "Reminders in the customer centre, and a way to object to an invoice",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Open Subscription Billing contributors",
    "website": "https://github.com/open-subscription-billing/addons",
    "category": "Accounting/Subscriptions",
    "depends": ["customer_portal", "dunning_escalation"],
    "data": ["views/portal_templates.xml"],
    "assets": {
        "web.assets_tests": ["customer_portal_dunning_escalation/static/tests/tours/**/*"],
    },
    "auto_install": True,
}
