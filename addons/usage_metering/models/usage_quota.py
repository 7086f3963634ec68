from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from odoo.addons.subscription_billing.core import repair
from odoo.addons.subscription_billing.core.periods import Cadence, Unit, boundary
from odoo.addons.subscription_billing.core.spans import Span
from odoo.addons.subscription_billing.models.billing_subscription_line_facts import AHEAD

from ..core.aggregation import ADDITIVE, Aggregation, rounded
from ..core.quota import Draw, Quota

ZERO = Decimal(0)


class BillingCharge(models.Model):
    """Charges that sell units in advance."""

    _inherit = "billing.charge"

    quota_meter_id = fields.Many2one(
        "usage.meter",
        string="Prepays Usage Of",
        index="btree_not_null",
        ondelete="restrict",
        help="Whoever pays this charge has units of this meter in advance: usage takes them "
        "before anything is charged.",
    )
    quota_units = fields.Float(
        string="Prepaid Units",
        digits="Product Unit",
        default=1.0,
        help="So many units for each of the quantity of the charge.",
    )
    quota_months = fields.Integer(
        string="Valid For (Months)",
        help="How long units last that were bought once. Zero: as long as the contract. Units of "
        "a charge that comes every period last for that period.",
    )

    _quota_not_negative = models.Constraint(
        "CHECK (COALESCE(quota_units, 0) >= 0 AND COALESCE(quota_months, 0) >= 0)",
        "Prepaid Units, Valid For (Months): enter zero or more.",
    )

    @api.constrains("quota_meter_id", "meter_id", "recurrence", "version_id")
    def _check_quota(self):
        for charge in self.filtered("quota_meter_id"):
            if charge.meter_id or charge.is_commitment or charge.recurrence == "deposit":
                raise ValidationError(
                    self.env._(
                        "Prepays Usage Of: “%s” cannot be metered, a minimum or a deposit as "
                        "well. Use a charge of its own.",
                        charge.name,
                    )
                )
            if charge.quota_meter_id.aggregation not in (
                Aggregation.SUM.value,
                Aggregation.COUNT.value,
            ):
                raise ValidationError(
                    self.env._(
                        "Prepays Usage Of: units can only be taken from what adds up. %s is not a "
                        "sum or a number of events.",
                        charge.quota_meter_id.name,
                    )
                )
            if charge.recurrence == "recurring" and charge.version_id.timing != "in_advance":
                raise ValidationError(
                    self.env._(
                        "Prepays Usage Of: “%s” has to be billed in advance, or once.",
                        charge.name,
                    )
                )


class UsageQuota(models.Model):
    """Units that were given to a customer without a charge, e.g. out of goodwill."""

    _name = "usage.quota"
    _description = "Granted Quota"
    _order = "start_date desc, id desc"
    _rec_name = "reason"
    _check_company_auto = True

    subscription_id = fields.Many2one(
        "billing.subscription", required=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="subscription_id.company_id", store=True)
    meter_id = fields.Many2one(
        "usage.meter",
        required=True,
        ondelete="restrict",
        check_company=True,
        domain=[("aggregation", "in", ["sum", "count"]), ("is_persistent", "=", False)],
    )
    quantity = fields.Float(digits="Product Unit", required=True)
    start_date = fields.Date(
        required=True, default=lambda self: self.env.company._get_billing_today()
    )
    end_date = fields.Date(help="The first day on which it no longer counts. Empty: without end.")
    reason = fields.Char(required=True)

    _quantity_positive = models.Constraint(
        "CHECK (quantity > 0)", "Quantity: enter a number above zero."
    )
    _end_after_start = models.Constraint(
        "CHECK (end_date IS NULL OR end_date > start_date)",
        "End Date: enter a day after the start.",
    )

    def _get_key(self):
        return f"grant {self.id}"


class QuotaBook:
    """The quotas of the contracts of a batch, and what is left of them while usage is rated."""

    def __init__(self):
        self.quotas = defaultdict(list)
        self.left = {}

    def fork(self):
        """The same to try something with."""
        book = QuotaBook()
        book.quotas, book.left = self.quotas, dict(self.left)
        return book

    def add(self, contract_id, meter_id, quota):
        self.quotas[contract_id, meter_id].append(quota)
        self.left[quota.key] = quota.quantity

    def of(self, line):
        """What a metered line may take from."""
        charge = line.charge_id
        if charge.window_count or charge.meter_id.is_persistent or not _is_quantity(charge):
            return ()
        return self.quotas.get((line.subscription_id.id, charge.meter_id.id), ())

    def take(self, draws):
        for draw in draws:
            if draw.key in self.left:
                self.left[draw.key] -= draw.quantity


def _is_quantity(charge):
    adds_up = Aggregation(charge.meter_id.aggregation) in ADDITIVE
    return adds_up and charge.charge_model not in ("percentage", "graduated_percentage")


class BillingSubscriptionLine(models.Model):
    _inherit = "billing.subscription.line"

    def _get_quotas(self, tasks, standings, due):
        """The quotas of the contracts of metered lines, with what rated periods have left.

        :param dict tasks: line -> pairs of task and charge: what is rated now takes anew
        :param dict standings: what is only looked ahead at counts, too
        :param dict due: what is due now of other lines
        :return: :class:`QuotaBook`
        """
        book = QuotaBook()
        contracts = self.subscription_id
        sellers = contracts.line_ids.filtered("charge_id.quota_meter_id")
        for line, row in sellers._get_sold_units(standings, due):
            meter = line.charge_id.quota_meter_id
            book.add(line.subscription_id.id, meter.id, line._prepare_quota(*row))
        for grant in self.env["usage.quota"].search([("subscription_id", "in", contracts.ids)]):
            quota = Quota(
                grant._get_key(),
                Span(grant.start_date, grant.end_date or None),
                Decimal(str(grant.quantity)),
            )
            book.add(grant.subscription_id.id, grant.meter_id.id, quota)
        if book.left:
            anew = {charge.id for rows in tasks.values() for _task, charge in rows if charge}
            for draws in contracts._get_other_draws(standings, anew):
                book.take(draws)
        return book

    def _get_sold_units(self, standings, due):
        """Charges of lines that sell units: pairs of line and (period, days, quantity, end)."""
        if not self:
            return
        self.env["billing.period"].flush_model()
        rows = self.env.execute_query(SQL(SOLD_QUERY, self.ids))
        lines = {line.id: line for line in self}
        for line_id, start, end, days, quantity, taken_back in rows:
            yield lines[line_id], (Span(start, end), days, Decimal(str(quantity)), taken_back)
        for line in self:
            ahead = [
                entry
                for entry in getattr(standings.get(line.id), "entries", ())
                if entry.id >= AHEAD and entry.kind is repair.Kind.CHARGE
            ]
            quantity = line._get_quantity()
            for entry in ahead:
                days = (entry.period.days, entry.full.days)
                yield line, (Span(entry.period.start, entry.period.end), days, quantity, None)
            for item in due.get(line.id, ()):
                if item.kind is repair.Kind.CHARGE:
                    period = item.draft.period
                    span = Span(period.start, period.end)
                    yield line, (span, item.draft.days, item.draft.quantity, None)

    def _prepare_quota(self, period, days, quantity, taken_back):
        """What a charge of some time sold; time that was given back sold nothing."""
        charge = self.charge_id
        if charge.recurrence == "once":
            end = None
            if charge.quota_months:
                end = boundary(period.start, Cadence(Unit.MONTH), charge.quota_months)
        else:
            end = min(filter(None, (period.end, taken_back)))
        part, full = days or (1, 1)
        units = Decimal(str(charge.quota_units)) * quantity
        units = units if part == full else rounded(units * part / full)
        return Quota(f"line {self.id} {period.start}", Span(period.start, end), units)


class BillingSubscription(models.Model):
    _inherit = "billing.subscription"

    usage_quota_ids = fields.One2many("usage.quota", "subscription_id", string="Granted Quotas")

    def _get_other_draws(self, standings, anew):
        """What rated periods took, without those that are rated anew.

        :param set anew: ids of charges
        """
        for row_id, origin_id, draws in self.env.execute_query(SQL(DRAWS_QUERY, self.ids)):
            if row_id not in anew and origin_id not in anew:
                yield [Draw(key, Decimal(quantity)) for key, quantity in draws]
        for line in self.line_ids:
            for entry in getattr(standings.get(line.id), "entries", ()):
                is_ahead = entry.id >= AHEAD and getattr(entry, "draws", ())
                if is_ahead and entry.id not in anew and entry.corrects not in anew:
                    yield entry.draws


SOLD_QUERY = """
    SELECT period.line_id, period.start_date, period.end_date, period.explanation -> 'days',
           period.quantity,
           (SELECT min(back.start_date) FROM billing_period back
             WHERE back.corrects_id = period.id AND back.kind = 'credit'
               AND back.voided IS NOT TRUE)
      FROM billing_period period
     WHERE period.line_id = ANY(%s) AND period.kind != 'credit' AND period.voided IS NOT TRUE
     ORDER BY period.id
"""
DRAWS_QUERY = """
    SELECT id, corrects_id, explanation #> '{usage,draws}'
      FROM billing_period
     WHERE subscription_id = ANY(%s) AND voided IS NOT TRUE
       AND jsonb_array_length(coalesce(explanation #> '{usage,draws}', '[]')) > 0
"""
