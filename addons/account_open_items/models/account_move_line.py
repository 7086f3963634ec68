from odoo import fields, models


class AccountMoveLine(models.Model):
    """What is known about a receivable beyond its amount."""

    _inherit = "account.move.line"

    open_item_limitation_date = fields.Date(
        "Limitation Date (changed)",
        copy=False,
        help="Day on which the claim lapses, where it is not the end of the third year after the "
        "year it fell due.",
    )
    open_item_doubtful_since = fields.Date("Doubtful since", copy=False)
    open_item_doubtful_percent = fields.Float(
        "Expected Loss (%)",
        copy=False,
        help="Part of the net amount that will probably not be paid.",
    )
