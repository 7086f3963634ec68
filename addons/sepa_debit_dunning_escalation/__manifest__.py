{
    "name": "SEPA Direct Debit: Dunning",
    "summary": "Debits under way hold dunning, returns reopen it with their reason",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Open Subscription Billing contributors",
    "website": "https://github.com/open-subscription-billing/addons",
    "category": "Accounting/Subscriptions",
    "depends": ["sepa_debit", "dunning_escalation"],
    "data": ["views/dunning_views.xml"],
    "auto_install": True,
}
