from odoo import api, fields, models
from odoo.tools import format_date, formatLang

from ..core.explaining import explain
from ..core.pricing.base import StepKind


class BillingPeriod(models.Model):
    """What people see of a row of the ledger."""

    _inherit = "billing.period"

    last_day = fields.Date(compute="_compute_last_day", help="The last day of the period.")
    explanation_html = fields.Html(
        string="How It Came About", compute="_compute_explanation_html", sanitize=False
    )

    @api.depends("end_date")
    def _compute_last_day(self):
        for period in self:
            end = period.end_date
            period.last_day = fields.Date.subtract(end, days=1) if end else False

    @api.depends("explanation", "amount", "corrects_id", "voided")
    @api.depends_context("lang")
    def _compute_explanation_html(self):
        for period in self:
            period.explanation_html = self.env["ir.qweb"]._render(
                "subscription_billing.explanation", {"line": period._prepare_explanation_view()}
            )

    def _prepare_explanation_view(self):
        """How the amount came about, for people: dict of texts.

        ``rows`` are dicts of ``label``, ``calculation`` and ``amount``, from the price to the
        amount of the period; ``notes`` are sentences about what it has to do with other documents.
        """
        self.ensure_one()
        found = explain(self.explanation or {})
        rows = [self._prepare_step_row(step) for step in found.steps]
        rows += [self._prepare_discount_row(discount) for discount in found.discounts]
        if len(rows) > 1:
            rows.append(self._row(self.env._("Full period"), "", found.full_amount, bold=True))
        if found.is_partial or (self.kind == "credit" and not rows):
            rows.append(self._prepare_share_row(found))
        if found.limit is not None:
            label = self.env._("Not more than what is left of the charge")
            rows.append(self._row(label, "", found.limit))
        return {
            "title": self.charge_id.name,
            "kind": self.kind,
            "first": format_date(self.env, self.start_date),
            "last": format_date(self.env, self.last_day),
            "full_first": format_date(self.env, found.full.start) if found.full else "",
            "full_last": self._get_last_day_text(found.full),
            "is_partial": found.is_partial,
            "quantity": self._get_quantity_text(),
            "rows": rows,
            "amount": self._money(self.amount),
            "notes": self._get_explanation_notes(found),
            "invoice": self.move_id.name if self.move_id.state == "posted" else "",
            "contract": self.subscription_id.name,
        }

    def _get_last_day_text(self, span):
        if not span or not span.end:
            return ""
        return format_date(self.env, fields.Date.subtract(span.end, days=1))

    def _get_quantity_text(self):
        if self.line_id.charge_model == "flat":
            return ""
        return f"{self._number(self.quantity, 'Product Unit')} {self.line_id.uom_id.name or ''}"

    def _prepare_step_row(self, step):
        """A step of the price in words."""
        is_share = step.kind is StepKind.SHARE or self.explanation.get("model") == (
            "graduated_percentage"
        )
        if is_share and step.kind is not StepKind.TIER_FLAT:
            calculation = (
                f"{self._number(step.quantity)} × {self._number(step.unit_price * 100)} %"
            )
        else:
            calculation = f"{self._number(step.quantity)} × {self._number(step.unit_price)}"
        return self._row(self._get_step_label(step), calculation, step.amount)

    def _get_step_label(self, step):
        labels = {
            StepKind.FLAT: self.env._("Price of a period"),
            StepKind.UNITS: self.env._("Quantity × price"),
            StepKind.PACKAGES: self.env._("Packages of %s", self._number(step.size)),
            StepKind.FREE_UNITS: self.env._("Free allowance"),
            StepKind.FREE_EVENTS: self.env._("Free events"),
            StepKind.SHARE: self.env._("Share of the value"),
            StepKind.EVENT_FEES: self.env._("Fee per event"),
            StepKind.MINIMUM: self.env._("Raised to the minimum"),
            StepKind.MAXIMUM: self.env._("Lowered to the maximum"),
            StepKind.PREPAID: self.env._("Taken from prepaid quota"),
            StepKind.EARLIER: self.env._("Charged in earlier periods"),
            StepKind.COMMITMENT: self.env._("Agreed minimum"),
            StepKind.BILLED: self.env._("Billed already"),
            StepKind.ROUNDING: self.env._("Rounding"),
        }
        return labels.get(step.kind) or self._get_tier_label(step)

    def _get_tier_label(self, step):
        above = self._number(step.above or 0)
        if step.up_to is None:
            label = self.env._("Tier above %s", above)
        else:
            label = self.env._(
                "Tier above %(above)s up to %(up_to)s",
                above=above,
                up_to=self._number(step.up_to),
            )
        if step.kind is StepKind.TIER_FLAT:
            return self.env._("%s, flat amount", label)
        return label

    def _prepare_discount_row(self, discount):
        calculation = f"−{self._number(discount.rate)} %" if discount.rate else ""
        label = self.env._("Discount: %s", discount.name)
        return self._row(label, calculation, -discount.amount)

    def _prepare_share_row(self, found):
        part, full = found.days
        calculation = self.env._(
            "%(days)s of %(of_days)s days of %(amount)s",
            days=part,
            of_days=full,
            amount=self._money(found.full_amount),
        )
        amount = found.amount(self.currency_id.decimal_places, self.kind == "credit")
        return self._row(self.env._("Part of the period"), calculation, amount)

    def _get_explanation_notes(self, found):
        """Sentences about corrections, changes by hand and what became of the row."""
        notes = []
        origin = self.corrects_id
        if self.kind == "credit" and origin:
            notes.append(
                self.env._(
                    "Gives back what invoice %(invoice)s charged for this time: the service ended "
                    "or changed before.",
                    invoice=origin.move_id.name or "",
                )
            )
        if self.kind == "correction" and origin:
            notes.append(
                self.env._(
                    "Charges again what %(invoice)s gave back, because the time is served after "
                    "all.",
                    invoice=origin.move_id.name or "",
                )
            )
        if found.computed is not None:
            notes.append(
                self.env._(
                    "Changed by hand on the draft: %(computed)s was computed.",
                    computed=self._money(found.computed),
                )
            )
        later = self.env["billing.period"].search(
            [("corrects_id", "=", self.id), ("voided", "=", False)]
        )
        notes += [
            self.env._("Corrected by %(invoice)s.", invoice=move.name or move.display_name)
            for move in later.move_id
        ]
        if self.voided:
            notes.append(self.env._("The invoice was taken back: the time is due again."))
        return notes

    def _row(self, label, calculation, amount, bold=False):
        return {
            "label": label,
            "calculation": calculation,
            "amount": self._money(amount),
            "bold": bold,
        }

    def _money(self, amount):
        """An amount with the places it really has, at least those of the currency."""
        exact = max(-amount.as_tuple().exponent, 0) if hasattr(amount, "as_tuple") else 0
        if exact > self.currency_id.decimal_places and amount != round(
            amount, self.currency_id.decimal_places
        ):
            return f"{formatLang(self.env, float(amount), digits=min(exact, 6))}"
        return formatLang(self.env, float(amount), currency_obj=self.currency_id)

    def _number(self, value, precision=None):
        """A number without zeros that say nothing."""
        text = formatLang(self.env, float(value), digits=6)
        separator = self.env["res.lang"]._get_data(code=self.env.lang or "en_US").decimal_point
        whole, _separator, decimals = text.rpartition(separator)
        decimals = decimals.rstrip("0")
        return f"{whole}{separator}{decimals}" if decimals else whole


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    is_billing_explained = fields.Boolean(
        compute="_compute_is_billing_explained",
        groups="billing_base.group_billing_user,account.group_account_invoice",
    )

    @api.depends("billing_period_ids")
    def _compute_is_billing_explained(self):
        rows = (
            self.env["billing.period"]
            .sudo()
            .search_fetch([("invoice_line_id", "in", self.ids)], ["invoice_line_id"])
        )
        explained = rows.invoice_line_id
        for line in self:
            line.is_billing_explained = line._origin in explained

    def action_explain(self):
        """Show how the amount of the line came about."""
        self.ensure_one()
        rows = self.env["billing.period"].search([("invoice_line_id", "=", self.id)])
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("How It Came About"),
            "res_model": "billing.period",
            "target": "new",
            "context": {"create": False, "edit": False},
        }
        if len(rows) == 1:
            view = self.env.ref("subscription_billing.view_billing_period_explanation")
            return action | {"views": [(view.id, "form")], "res_id": rows.id}
        return action | {"views": [(False, "list")], "domain": [("id", "in", rows.ids)]}
