from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..core.pricing import round_amount


class BillingSubscriptionLine(models.Model):
    """One charge of a contract with its quantity and price, for a span of time."""

    _name = "billing.subscription.line"
    _description = "Contract Line"
    _order = "subscription_id, sequence, id"
    _check_company_auto = True

    subscription_id = fields.Many2one(
        "billing.subscription", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="subscription_id.company_id", store=True)
    sequence = fields.Integer(related="charge_id.sequence", store=True)
    charge_id = fields.Many2one("billing.charge", required=True, ondelete="restrict", index=True)
    product_id = fields.Many2one(related="charge_id.product_id")
    uom_id = fields.Many2one(related="charge_id.uom_id")
    charge_model = fields.Selection(related="charge_id.charge_model")
    currency_id = fields.Many2one(related="subscription_id.currency_id")
    quantity = fields.Float(digits="Product Unit", default=1.0, required=True)
    unit_price = fields.Float(
        string="Price",
        digits="Product Price",
        compute="_compute_unit_price",
        store=True,
        readonly=False,
        precompute=True,
        help="Taken from the plan; a price agreed with this customer can be entered here.",
    )
    amount = fields.Monetary(
        string="Per Period",
        compute="_compute_amount",
        store=True,
        help="What a full billing period costs, before taxes.",
    )
    start_date = fields.Date(help="Empty: from the start of the contract.")
    end_date = fields.Date(help="The first day that is no longer charged. Empty: open.")
    anchor_date = fields.Date(
        readonly=True, copy=False, help="Billing periods of the line are counted from this day."
    )
    billed_until = fields.Date(
        readonly=True, copy=False, help="Everything before this day is billed and settled."
    )
    period_ids = fields.One2many("billing.period", "line_id", readonly=True)

    _quantity_not_negative = models.Constraint(
        "CHECK (quantity >= 0)",
        "Quantity: enter zero or more.",
    )
    _end_after_start = models.Constraint(
        "CHECK (end_date IS NULL OR start_date IS NULL OR end_date >= start_date)",
        "End Date: a contract line cannot end before it starts. Enter its start or a later day.",
    )

    @api.depends("charge_id", "currency_id")
    def _compute_unit_price(self):
        for line in self:
            other = line.charge_id.price_ids.filtered_domain(
                [("currency_id", "=", line.currency_id.id)]
            )
            line.unit_price = (other or line.charge_id).unit_price

    @api.depends("quantity", "unit_price", "charge_id", "currency_id")
    def _compute_amount(self):
        for line in self:
            if not line.charge_id:
                line.amount = 0.0
                continue
            priced = line._get_terms().price(line._get_quantity())
            digits = line.currency_id.decimal_places
            line.amount = float(round_amount(priced.amount, digits))

    @api.depends("charge_id.name", "quantity")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.charge_id.name or ""

    @api.constrains("charge_id", "subscription_id")
    def _check_charge(self):
        for line in self:
            # What has ended may belong to the terms of before.
            ended = line.end_date or line.subscription_id.state == "ended"
            if not ended and line.charge_id.version_id != line.subscription_id.version_id:
                raise ValidationError(
                    self.env._(
                        "Charge: %(charge)s is not part of %(version)s, the terms of "
                        "%(contract)s. Choose one of its charges.",
                        charge=line.charge_id.name,
                        version=line.subscription_id.version_id.display_name,
                        contract=line.subscription_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Lines that are added to a running contract get their grid at once."""
        lines = super().create(vals_list)
        lines.filtered("subscription_id.anchor_date")._fix_anchor()
        return lines

    def write(self, vals):
        """A moved end has the run look again at the time between the old and the new one."""
        if "end_date" in vals:
            new = fields.Date.to_date(vals["end_date"])
            for line in self:
                days = [day for day in (line.end_date, new) if day]
                if days and line.end_date != new:
                    line._resettle(min(days))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        if billed := self.filtered("billed_until"):
            raise UserError(
                self.env._(
                    "%(charge)s of %(contract)s has been billed and cannot be removed. Enter an "
                    "end date on the line instead.",
                    charge=billed[0].charge_id.name,
                    contract=billed[0].subscription_id.name,
                )
            )
