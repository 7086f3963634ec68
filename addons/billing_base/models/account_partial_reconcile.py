from odoo import api, models

SIDES = ("debit_move_id", "credit_move_id")


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        ids = {vals.get(side) for vals in vals_list for side in SIDES} - {None, False}
        with self.env["account.move.line"].browse(ids)._track_settlement():
            return super().create(vals_list)

    def unlink(self):
        with (self.debit_move_id | self.credit_move_id)._track_settlement():
            return super().unlink()
