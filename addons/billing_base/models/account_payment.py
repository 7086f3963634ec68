from odoo import fields, models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    business_unit_id = fields.Many2one(
        "billing.business.unit",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        help="Part of the company this payment belongs to.",
    )

    def _generate_move_vals(self, *args, **kwargs):
        """The entry of a payment belongs to the payment's unit, or its items would be visible
        to users of other units."""
        values = super()._generate_move_vals(*args, **kwargs)
        values["business_unit_id"] = self.business_unit_id.id
        return values

    def write(self, vals):
        result = super().write(vals)
        if "business_unit_id" in vals:
            self.move_id.business_unit_id = vals["business_unit_id"]
        return result
