{
    "name": "Subscription Billing: Sales Orders",
    "summary": "A confirmed order concludes its contracts, once, with what was agreed on it",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Open Subscription Billing contributors",
    "website": "https://github.com/open-subscription-billing/addons",
    "category": "Accounting/Subscriptions",
    "depends": ["subscription_billing", "sale"],
    "data": [
        "security/ir.model.access.csv",
        "security/security.xml",
        "data/mail_templates.xml",
        "views/product_template_views.xml",
        "views/sale_order_views.xml",
        "views/billing_subscription_views.xml",
        "views/sale_order_templates.xml",
    ],
    "assets": {
        "web.assets_tests": ["subscription_billing_sale/static/tests/tours/**/*"],
    },
    "auto_install": True,
}
