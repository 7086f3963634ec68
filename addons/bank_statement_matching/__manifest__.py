{
    "name": "Bank Statement Matching",
    "summary": "Statements in camt, MT940 and CSV-CAMT, matched to open items by themselves",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Open Subscription Billing contributors",
    "website": "https://github.com/open-subscription-billing/addons",
    "category": "Accounting/Subscriptions",
    "depends": ["account", "billing_base"],
    "data": [
        "security/ir.model.access.csv",
        "security/security.xml",
        "data/bank_statement_cron.xml",
        "wizards/bank_statement_upload_views.xml",
        "wizards/bank_statement_match_views.xml",
        "views/bank_statement_import_views.xml",
        "views/account_bank_statement_line_views.xml",
        "views/account_journal_views.xml",
        "views/menus.xml",
    ],
    "assets": {
        "web.assets_tests": ["bank_statement_matching/static/tests/tours/**/*"],
    },
}
