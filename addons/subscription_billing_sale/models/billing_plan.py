from odoo import models


class BillingPlanVersion(models.Model):
    _inherit = "billing.plan.version"

    def _get_main_charge(self, product):
        """The charge an order line of a product that sells this plan stands for.

        :return: the recurring charge of the product, or else the first that is no option; empty
            for a plan without any
        """
        self.ensure_one()
        charges = self.charge_ids.filtered(
            lambda charge: charge.recurrence == "recurring" and not charge.is_option
        )
        return charges.filtered(lambda charge: charge.product_id == product)[:1] or charges[:1]


class BillingCharge(models.Model):
    _inherit = "billing.charge"

    def _is_agreeable(self):
        """Whether an order may agree on another unit price."""
        self.ensure_one()
        return self.charge_model in ("flat", "per_unit")
