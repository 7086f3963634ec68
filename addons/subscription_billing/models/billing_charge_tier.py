from odoo import api, fields, models


class BillingChargeTier(models.Model):
    """A tier of a price: from the tier below up to and including ``up_to``.

    The price is that of the charge itself, or of the charge in another currency or from a day on.
    """

    _name = "billing.charge.tier"
    _description = "Price Tier"
    _order = "charge_id, price_id, change_id, is_open, up_to, id"

    charge_id = fields.Many2one(
        "billing.charge",
        compute="_compute_charge_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        ondelete="cascade",
        index=True,
    )
    price_id = fields.Many2one("billing.charge.price", ondelete="cascade", index="btree_not_null")
    change_id = fields.Many2one("billing.price.change", ondelete="cascade", index="btree_not_null")
    up_to = fields.Float(
        digits="Product Unit", help="The tier covers quantities up to and including this one."
    )
    is_open = fields.Boolean(string="And More", help="The last tier: it has no upper border.")
    unit_price = fields.Float(string="Price", digits="Product Price")
    rate = fields.Float(
        string="Percent", digits=(16, 6), help="Percent of the value that lies in the tier."
    )
    flat_amount = fields.Monetary(
        string="Fixed Amount", help="Charged once when the tier is reached."
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")

    @api.depends("price_id", "change_id")
    def _compute_charge_id(self):
        for tier in self:
            owner = tier.price_id or tier.change_id
            tier.charge_id = owner.charge_id or tier.charge_id

    @api.depends("charge_id.currency_id", "price_id.currency_id", "change_id.currency_id")
    def _compute_currency_id(self):
        for tier in self:
            owner = tier.price_id or tier.change_id or tier.charge_id
            tier.currency_id = owner.currency_id

    def _prepare_params(self, model):
        """The tiers as parameters of a price, in order.

        :param str model: price model; tiers of a percentage have a rate, others a price
        """
        key = "rate" if model == "graduated_percentage" else "unit_price"
        return [
            {
                "up_to": None if tier.is_open else str(tier.up_to),
                key: str(tier[key]),
                "flat_amount": str(tier.flat_amount),
            }
            for tier in self.sorted(lambda tier: (tier.is_open, tier.up_to))
        ]

    @api.model
    def _prepare_rows(self, params):
        """Values of tiers for parameters that came as JSON."""
        return [
            {
                "up_to": float(row["up_to"] or 0),
                "is_open": row["up_to"] is None,
                "unit_price": float(row.get("unit_price") or 0),
                "rate": float(row.get("rate") or 0),
                "flat_amount": float(row.get("flat_amount") or 0),
            }
            for row in params
        ]
