from odoo import fields, models


class DunningHold(models.Model):
    _inherit = "dunning.hold"

    kind = fields.Selection(
        selection_add=[("debit", "Return debit to be decided"), ("internal",)],
        ondelete={"debit": "set default"},
    )
    sepa_return_id = fields.Many2one(
        "sepa.return", "Return Debit", readonly=True, index="btree_not_null"
    )

    def _get_open_kinds(self):
        return super()._get_open_kinds() | {"debit"}
