from odoo import fields, models

from .dunning_decision import PLANS


class DunningPolicy(models.Model):
    """Contracts of some plans can have a policy of their own."""

    _inherit = "dunning.policy"

    plan_ids = fields.Many2many(
        "billing.plan",
        string="Plans",
        check_company=True,
        help="Empty: invoices of any contract, or of none.",
    )

    def _fits(self, row):
        if not super()._fits(row):
            return False
        return not self.plan_ids or bool(row.extra[PLANS] & set(self.plan_ids.ids))
