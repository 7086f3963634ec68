from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from ..core.pricing import StepKind, round_amount
from .billing_price_terms import TIERED

PERCENT = ("percentage", "graduated_percentage")

EXAMPLE_QUANTITIES = (1, 10, 100)
EXAMPLE_VALUES = (100, 1000, 10000)


class BillingCharge(models.Model):
    """What the form of a charge shows besides its fields."""

    _inherit = "billing.charge"

    example = fields.Html(compute="_compute_example", sanitize=False)
    price_summary = fields.Char(string="Costs", compute="_compute_price_summary")

    @api.depends(
        "charge_model", "unit_price", "default_quantity", "package_size", "free_units",
        "minimum_amount", "maximum_amount", "rate", "fixed_per_event", "currency_id", "uom_id",
        "tier_ids.up_to", "tier_ids.is_open", "tier_ids.unit_price", "tier_ids.rate",
        "tier_ids.flat_amount",
    )  # fmt: skip
    @api.depends_context("lang")
    def _compute_example(self):
        for charge in self:
            charge.example = self.env["ir.qweb"]._render(
                "subscription_billing.charge_example", charge._prepare_example()
            )

    @api.depends(
        "charge_model", "unit_price", "rate", "package_size", "tier_ids.up_to",
        "tier_ids.is_open", "tier_ids.unit_price", "tier_ids.rate", "currency_id",
    )  # fmt: skip
    @api.depends_context("lang")
    def _compute_price_summary(self):
        for charge in self:
            charge.price_summary = charge._get_price_summary(charge)

    def _prepare_example(self):
        """Values of the example: a row per quantity, or what is missing."""
        self.ensure_one()
        try:
            terms = self._read_terms(self.charge_model, self._prepare_params())
        except UserError as error:
            return {"problem": error.args[0], "rows": []}
        quantities = [Decimal(1)] if self.charge_model == "flat" else self._get_example_range()
        return {
            "problem": False,
            "is_flat": self.charge_model == "flat",
            "unit": self._get_example_unit(),
            "rows": [self._prepare_example_row(terms, quantity) for quantity in quantities],
        }

    def _get_example_unit(self):
        if self.charge_model in PERCENT:
            return self.env._("Value")
        return self.uom_id.name or self.env._("Units")

    def _get_example_range(self):
        """Quantities that show something: round ones, the usual one, the borders of tiers."""
        usual = EXAMPLE_VALUES if self.charge_model in PERCENT else EXAMPLE_QUANTITIES
        quantities = {Decimal(number) for number in usual}
        if self.default_quantity > 0:
            quantities.add(Decimal(str(self.default_quantity)))
        if self.charge_model in TIERED:
            closed = self.tier_ids.filtered(lambda tier: not tier.is_open)
            quantities |= {Decimal(str(tier.up_to)) for tier in closed}
        return sorted(quantities)

    def _prepare_example_row(self, terms, quantity):
        price = terms.price(quantity)
        currency = self.currency_id or self.env.company.currency_id
        amount = float(round_amount(price.amount, currency.decimal_places))
        return {
            "quantity": self._format_number(quantity),
            "amount": formatLang(self.env, amount, currency_obj=currency),
            "steps": " + ".join(filter(None, map(self._get_step_text, price.steps))),
        }

    def _get_step_text(self, step):
        """One step of a price in words, e.g. “10 × 5.00”; empty where it says nothing."""
        labels = {
            StepKind.MINIMUM: self.env._("up to the minimum"),
            StepKind.MAXIMUM: self.env._("down to the maximum"),
            StepKind.FREE_UNITS: self.env._("free"),
        }
        if step.kind in labels:
            number = step.amount if step.kind != StepKind.FREE_UNITS else step.quantity
            return f"{self._format_number(number)} {labels[step.kind]}"
        if step.kind in (StepKind.FLAT, StepKind.TIER_FLAT):
            return self._format_number(step.amount, 2)
        if not step.amount:
            return ""
        return f"{self._format_number(step.quantity)} × {self._format_number(step.unit_price, 2)}"

    def _format_number(self, number, digits=0):
        """A number with the decimals it needs, at least ``digits``."""
        normal = Decimal(number).normalize()
        needed = max(digits, -int(normal.as_tuple().exponent))
        return formatLang(self.env, float(number), digits=needed)

    def _get_price_summary(self, owner):
        """A price in a few words, for lists.

        :param owner: record with the price: the charge, or one of its other prices
        """
        currency = owner.currency_id or self.env.company.currency_id
        price = formatLang(self.env, owner.unit_price, currency_obj=currency)
        model = owner._get_charge_model()
        if model == "per_unit":
            return self.env._("%s per unit", price)
        if model == "package":
            return self.env._(
                "%(price)s per %(size)s units",
                price=price,
                size=self._format_number(str(owner.package_size)),
            )
        if model == "percentage":
            return self.env._("%s %% of the value", self._format_number(str(owner.rate)))
        return self._get_tier_summary(owner) if model in TIERED else price

    def _get_tier_summary(self, owner):
        tiers = owner.tier_ids.sorted(lambda tier: (tier.is_open, tier.up_to))
        if not tiers:
            return self.env._("Tiers are missing")
        if owner._get_charge_model() in PERCENT:
            rates = " / ".join(f"{self._format_number(str(tier.rate))} %" for tier in tiers)
            return self.env._("Tiers: %s", rates)
        prices = " / ".join(self._format_number(str(tier.unit_price), 2) for tier in tiers)
        return self.env._("Tiers: %s", prices)

    def onchange(self, values, field_names, fields_spec):
        """In the form of a plan the client takes the plan for the version it inherits from."""
        parent = values.get("version_id")
        if self.env.context.get("billing_charge_of_plan") and isinstance(parent, dict):
            plan = self.env["billing.plan"].browse(parent.get("id"))
            version = {"id": plan.current_version_id.id} if plan else {}
            known = self.env["billing.plan.version"]._fields
            kept = {key: parent[key] for key in parent if key in known and key != "id"}
            values = {**values, "version_id": {**kept, **version}}
        return super().onchange(values, field_names, fields_spec)

    def action_plan_price(self):
        """Plan another price for a day to come."""
        self.ensure_one()
        view = self.env.ref("subscription_billing.view_billing_charge_price_form")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Planned Prices: %s", self.name),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(view.id, "form")],
            "target": "new",
        }
