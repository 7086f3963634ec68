{
    "name": "SEPA Direct Debit",
    "summary": "Mandates, pre-notification and collection by pain.008, checked before the bank does",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Open Subscription Billing contributors",
    "website": "https://github.com/open-subscription-billing/addons",
    "category": "Accounting/Subscriptions",
    "depends": ["billing_base", "base_iban"],
}
