from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..core.proration import full_price

# What may still change on a row of the ledger: its link to a document, and that it is void.
MUTABLE_FIELDS = {"voided", "invoice_line_id"}


class BillingPeriod(models.Model):
    """The ledger of billed time: nothing is ever billed without a row here.

    Append-only. The database itself refuses to charge the same time of a line twice.
    """

    _name = "billing.period"
    _description = "Billed Period"
    _order = "start_date desc, id desc"
    _check_company_auto = True

    line_id = fields.Many2one(
        "billing.subscription.line", required=True, ondelete="restrict", index=True, readonly=True
    )
    subscription_id = fields.Many2one(related="line_id.subscription_id", store=True, index=True)
    company_id = fields.Many2one(related="line_id.company_id", store=True)
    currency_id = fields.Many2one(related="line_id.currency_id")
    charge_id = fields.Many2one(related="line_id.charge_id")
    kind = fields.Selection(
        [
            ("charge", "Charged"),
            ("credit", "Credit"),
            ("correction", "Correction"),
            ("adjustment", "Difference"),
        ],
        default="charge",
        required=True,
        readonly=True,
    )
    start_date = fields.Date(required=True, readonly=True)
    end_date = fields.Date(required=True, readonly=True, help="The first day after the period.")
    quantity = fields.Float(digits="Product Unit", readonly=True)
    amount = fields.Monetary(
        readonly=True, help="Billed amount before taxes; credits are negative."
    )
    explanation = fields.Json(readonly=True)
    corrects_id = fields.Many2one("billing.period", readonly=True, index="btree_not_null")
    cause = fields.Char(readonly=True, help="What made a correction necessary.")
    voided = fields.Boolean(
        readonly=True,
        help="The invoice was deleted or cancelled: the time is due again.",
    )
    invoice_line_id = fields.Many2one(
        "account.move.line",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
    )
    move_id = fields.Many2one(
        related="invoice_line_id.move_id", string="Invoice", store=True, index="btree_not_null"
    )
    run_id = fields.Many2one("billing.run", readonly=True, ondelete="set null", index=True)

    _end_after_start = models.Constraint(
        "CHECK (end_date > start_date)",
        "A billed period must last at least one day.",
    )
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(line_id, line_id, '[]') WITH &&, "
        "daterange(start_date, end_date) WITH &&) "
        "WHERE (kind = 'charge' AND voided IS NOT TRUE)",
        "This time of the contract line is billed already.",
    )
    _one_repair_per_cause = models.UniqueIndex(
        "(corrects_id, cause) WHERE corrects_id IS NOT NULL AND voided IS NOT TRUE",
        "This correction has been made already.",
    )

    @api.depends("line_id", "start_date", "end_date")
    def _compute_display_name(self):
        for period in self:
            first = format_date(self.env, period.start_date)
            last = format_date(self.env, fields.Date.subtract(period.end_date, days=1))
            period.display_name = f"{period.line_id.display_name} {first} – {last}"

    def write(self, vals):
        if changed := vals.keys() - MUTABLE_FIELDS - {"move_id"}:
            raise UserError(
                self.env._(
                    "Billed periods are a ledger and cannot be changed (%(fields)s). "
                    "Correct the invoice instead.",
                    fields=", ".join(sorted(changed)),
                )
            )
        return super().write(vals)

    def _set_amount(self, amount):
        """Take over the amount of the document, where it differs from what was computed.

        The one change of an amount there is: while a document is a draft people may edit it, and
        what is posted in the end is what was debited. Credits go by it.

        :param float amount: in the price mode of the price list, negative for credits
        """
        self.ensure_one()
        facts = dict(self.explanation or {})
        days = tuple(facts.get("days") or (1, 1))
        facts.setdefault("computed_amount", str(self.amount))
        facts["full_amount"] = str(full_price(Decimal(str(amount)), days))
        # Past our own write(), which protects the ledger from everybody else.
        models.Model.write(self, {"amount": amount, "explanation": facts})

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._(
                "Billed periods are a ledger and cannot be deleted. Correct the invoice instead."
            )
        )

    def _void(self):
        """Make the time due again because its document is gone."""
        charges = self.filtered(lambda period: not period.voided)
        charges._check_can_void()
        charges.voided = True
        for line, periods in charges.grouped("line_id").items():
            first = min(periods.mapped("start_date"))
            if line.billed_until and first < line.billed_until:
                line.billed_until = first

    def _check_can_void(self):
        """Refuse to take back rows that a later document corrects.

        Without its charge a credit would stand alone, and without its credit a new charge would
        bill the same time once more.

        :raises UserError: names the document to take back first
        """
        later = (
            self.env["billing.period"]
            .sudo()
            .search(
                [
                    ("corrects_id", "in", self.ids),
                    ("voided", "=", False),
                    ("id", "not in", self.ids),
                ],
                limit=1,
            )
        )
        if later:
            raise UserError(
                self.env._(
                    "%(later)s corrects periods of this document. Take %(later)s back first.",
                    later=later.move_id.display_name,
                )
            )
