from odoo import fields, models


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"

    sepa_problem = fields.Selection(
        [
            ("invalid", "Not possible: wrong number"),
            ("closed", "Not possible: account closed"),
            ("block", "Not possible: blocked for debits"),
        ],
        "Direct debits",
        help="What a bank has said when a debit of this account came back. Nothing is collected "
        "from it until another account is entered or this is cleared.",
    )
