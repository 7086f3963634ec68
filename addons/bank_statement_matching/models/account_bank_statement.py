from odoo import fields, models


class AccountBankStatement(models.Model):
    _inherit = "account.bank.statement"

    import_id = fields.Many2one(
        "bank.statement.import", readonly=True, index="btree_not_null", copy=False
    )
    import_key = fields.Char(readonly=True, copy=False, index="btree_not_null")
