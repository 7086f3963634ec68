from odoo import fields, models


class BillingChargeTier(models.Model):
    """A tier of a charge: from the tier below up to and including ``up_to``."""

    _name = "billing.charge.tier"
    _description = "Price Tier"
    _order = "charge_id, is_open, up_to, id"

    charge_id = fields.Many2one("billing.charge", required=True, ondelete="cascade", index=True)
    up_to = fields.Float(
        digits="Product Unit", help="The tier covers quantities up to and including this one."
    )
    is_open = fields.Boolean(string="And More", help="The last tier: it has no upper border.")
    unit_price = fields.Float(string="Price", digits="Product Price")
    flat_amount = fields.Monetary(
        string="Fixed Amount", help="Charged once when the tier is reached."
    )
    currency_id = fields.Many2one(related="charge_id.currency_id")

    def _prepare_params(self):
        """The tiers as parameters of a price, in order."""
        return [
            {
                "up_to": None if tier.is_open else str(tier.up_to),
                "unit_price": str(tier.unit_price),
                "flat_amount": str(tier.flat_amount),
            }
            for tier in self.sorted(lambda tier: (tier.is_open, tier.up_to))
        ]
