from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..core.aggregation import Measure

# What decides about the quantity of a period: changed only while nothing was billed by it.
RATED_FIELDS = {"aggregation", "is_persistent", "increment", "least", "divisor", "filter_ids"}


class UsageMeter(models.Model):
    """What is measured, and how events become the quantity of a period."""

    _name = "usage.meter"
    _description = "Meter"
    _inherit = ["mail.thread"]
    _order = "name, id"
    _rec_names_search = ["name", "code"]
    _check_company_auto = True
    _check_company_domain = models.check_company_domain_parent_of

    name = fields.Char(required=True, translate=True, tracking=True)
    code = fields.Char(
        required=True,
        tracking=True,
        copy=False,
        help="What events call the meter, e.g. api_calls.",
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        help="Empty: for contracts of all companies.",
    )
    aggregation = fields.Selection(
        [
            ("sum", "Sum of the quantities"),
            ("count", "Number of events"),
            ("max", "Highest quantity"),
            ("last", "Last quantity"),
            ("unique", "Number of different values"),
            ("weighted_sum", "Level, averaged over time"),
        ],
        default="sum",
        required=True,
        tracking=True,
        help="How the events of a period become one quantity. Averaged over time: quantities "
        "change a level, and what counts is how long which level lasted.",
    )
    is_persistent = fields.Boolean(
        string="Level Stays",
        tracking=True,
        help="A period begins with the level that the one before ended with, e.g. storage that "
        "is still in use. Otherwise it begins with nothing.",
    )
    increment = fields.Float(
        string="Round Up to",
        digits=(16, 6),
        tracking=True,
        help="The quantity of each event is rounded up to a multiple of this, e.g. calls to full "
        "60 seconds. Zero: not rounded.",
    )
    least = fields.Float(
        string="Minimum per Event",
        digits=(16, 6),
        tracking=True,
        help="Each event counts for at least this quantity. Zero: no minimum.",
    )
    divisor = fields.Float(
        string="Event Units per Billed Unit",
        digits=(16, 6),
        default=1.0,
        tracking=True,
        help="So many units of the events are one unit of the price, e.g. 60 where events count "
        "seconds and minutes are billed.",
    )
    filter_ids = fields.One2many("usage.filter", "meter_id", string="Filters", copy=True)
    charge_ids = fields.One2many("billing.charge", "meter_id", string="Charges")

    _code_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))", "Code: another meter of the company has it already."
    )
    _limits_not_negative = models.Constraint(
        "CHECK (increment >= 0 AND least >= 0)",
        "Round Up to, Minimum per Event: enter zero or more.",
    )
    _divisor_positive = models.Constraint(
        "CHECK (divisor > 0)",
        "Event Units per Billed Unit: enter a number above zero.",
    )

    @api.depends("name", "code")
    def _compute_display_name(self):
        for meter in self:
            meter.display_name = meter.name or meter.code or ""

    @api.constrains("aggregation", "is_persistent")
    def _check_persistent(self):
        for meter in self:
            if meter.is_persistent and meter.aggregation in ("count", "unique"):
                raise ValidationError(
                    self.env._(
                        "Level Stays: numbers of events or of different values begin with zero in "
                        "every period. Choose another aggregation, or remove the tick."
                    )
                )

    def _get_measure(self):
        """What an event counts for, as :class:`core.aggregation.Measure`."""
        self.ensure_one()
        return Measure(
            least=Decimal(str(self.least)),
            increment=Decimal(str(self.increment)),
            divisor=Decimal(str(self.divisor or 1)),
        )

    def write(self, vals):
        if RATED_FIELDS & vals.keys():
            self._check_not_in_use()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        self._check_not_in_use()

    def _check_not_in_use(self):
        """Refuse to change how usage is measured once contracts run on it.

        :raises UserError: names the contract and the remedy
        """
        lines = self.env["billing.subscription.line"].sudo()
        used = lines.search(
            [("charge_id.meter_id", "in", self.ids), ("subscription_id.state", "!=", "draft")],
            limit=1,
        )
        if used:
            raise UserError(
                self.env._(
                    "%(meter)s: contract %(contract)s is billed by this meter, so the way it "
                    "measures cannot be changed. Create another meter and use it in a new version "
                    "of the plan.",
                    meter=used.charge_id.meter_id.name,
                    contract=used.subscription_id.name,
                )
            )
