from odoo import fields, models


class AccountOpenItemReason(models.Model):
    """Why open items are written off, to which account, and whether VAT comes back."""

    _name = "account.open.item.reason"
    _description = "Reason of Write-Off"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    account_id = fields.Many2one(
        "account.account",
        required=True,
        check_company=True,
        domain="[('account_type', 'not in', ('asset_receivable', 'liability_payable'))]",
        help="Account of the loss, e.g. for bad debts or small differences.",
    )
    is_tax_corrected = fields.Boolean(
        "Correct VAT",
        default=True,
        help="The claim is uncollectable or was reduced: the VAT in it is taken back (§ 17 UStG).",
    )
    max_amount = fields.Monetary(
        "Limit", help="Largest open amount of an item that this reason is for; 0 means no limit."
    )
