{
    "name": "Customer Portal",
    "summary": "Customer centre: what is open, what is overdue and what comes next",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Open Subscription Billing contributors",
    "website": "https://github.com/open-subscription-billing/addons",
    "category": "Accounting/Subscriptions",
    "depends": ["billing_base"],
    "data": [
        "security/payment_rules.xml",
        "views/portal_components.xml",
        "views/portal_account.xml",
        "views/portal_home.xml",
        "views/res_partner_views.xml",
    ],
    "assets": {
        "web.assets_frontend": ["customer_portal/static/src/scss/customer_portal.scss"],
        "web.assets_tests": ["customer_portal/static/tests/tours/**/*"],
    },
}
