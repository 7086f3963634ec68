from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..core import invoicing
from ..core.periods import BillingPeriod, Cadence, Unit
from ..core.pricing import ChargeModel, price, round_amount
from ..core.proration import Proration


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
    billed_until = fields.Date(
        readonly=True, copy=False, help="Everything before this day is billed."
    )
    period_ids = fields.One2many("billing.period", "line_id", readonly=True)

    _quantity_not_negative = models.Constraint(
        "CHECK (quantity >= 0)",
        "Quantity: enter zero or more.",
    )
    _end_after_start = models.Constraint(
        "CHECK (end_date IS NULL OR start_date IS NULL OR end_date > start_date)",
        "End Date: a contract line lasts at least one day. Enter a day after its start.",
    )

    @api.depends("charge_id")
    def _compute_unit_price(self):
        for line in self:
            line.unit_price = line.charge_id.unit_price

    @api.depends("quantity", "unit_price", "charge_id.charge_model", "currency_id")
    def _compute_amount(self):
        for line in self:
            if not line.charge_id:
                line.amount = 0.0
                continue
            priced = price(ChargeModel(line.charge_model), *line._get_price_facts())
            digits = line.currency_id.decimal_places
            line.amount = float(round_amount(priced.amount, digits))

    @api.depends("charge_id.name", "quantity")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.charge_id.name or ""

    @api.constrains("charge_id", "subscription_id")
    def _check_charge(self):
        for line in self:
            if line.charge_id.version_id != line.subscription_id.version_id:
                raise ValidationError(
                    self.env._(
                        "Charge: %(charge)s is not part of %(version)s, the terms of "
                        "%(contract)s. Choose one of its charges.",
                        charge=line.charge_id.name,
                        version=line.subscription_id.version_id.display_name,
                        contract=line.subscription_id.name,
                    )
                )

    def _get_price_facts(self):
        """Quantity and unit price as decimals, free of the noise of floats."""
        self.ensure_one()
        return Decimal(str(max(self.quantity, 0.0))), Decimal(str(self.unit_price))

    def _get_billing_facts(self):
        """What the rules need to know of each line, in a fixed number of queries.

        Lines that are billed to their end have no facts: nothing of them is ever due.

        :return: dict of line id -> :class:`core.invoicing.LineFacts`
        """
        billed = self._get_billed_periods()
        facts = {line.id: line._prepare_facts(billed.get(line._origin.id, ())) for line in self}
        return {line_id: fact for line_id, fact in facts.items() if fact}

    def _get_billed_periods(self):
        """Charged time after the point up to which all is billed: empty but for gaps."""
        line_ids = tuple(self._origin.ids)
        if not line_ids:
            return {}
        self.flush_model(["billed_until"])
        self.env["billing.period"].flush_model(
            ["line_id", "kind", "voided", "start_date", "end_date"]
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT period.line_id, period.start_date, period.end_date
                  FROM billing_period period
                  JOIN billing_subscription_line line ON line.id = period.line_id
                 WHERE period.line_id IN %s
                   AND period.kind = 'charge'
                   AND period.voided IS NOT TRUE
                   AND (line.billed_until IS NULL OR period.end_date > line.billed_until)
                """,
                line_ids,
            )
        )
        billed = defaultdict(list)
        for line_id, start, end in rows:
            billed[line_id].append(BillingPeriod(start, end))
        return billed

    def _prepare_facts(self, billed):
        self.ensure_one()
        subscription, version = self.subscription_id, self.subscription_id.version_id
        first = max(filter(None, (subscription.anchor_date, self.start_date)))
        ends = [day for day in (subscription.end_date, self.end_date) if day]
        start, end = self.billed_until or first, min(ends, default=None)
        if end and start >= end:
            return None
        quantity, unit_price = self._get_price_facts()
        return invoicing.LineFacts(
            anchor=subscription.anchor_date,
            cadence=Cadence(Unit(version.cadence_unit), version.cadence_count),
            timing=invoicing.Timing(version.timing),
            start=start,
            end=end,
            billed=billed,
            model=ChargeModel(self.charge_model),
            quantity=quantity,
            unit_price=unit_price,
            proration=Proration(version.proration),
        )

    def _get_next_due_days(self):
        """The day each line is due next; lines with nothing left are absent.

        :return: dict of line id -> date
        """
        days = {
            line_id: invoicing.next_due_day(facts)
            for line_id, facts in self._get_billing_facts().items()
        }
        return {line_id: day for line_id, day in days.items() if day}

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
