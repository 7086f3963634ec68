from decimal import Decimal

from odoo import Command, models
from odoo.tools import SQL, format_date

from odoo.addons.subscription_billing.core import invoicing
from odoo.addons.subscription_billing.core.pricing import params_of

from ..core.correction import Decision, When
from .usage_standing import UsageItem, UsageStanding

ONE = Decimal(1)


class BillingSubscription(models.Model):
    """Documents of usage."""

    _inherit = "billing.subscription"

    def _get_part_key(self, line, item):
        """Corrections may have a document of their own, and what changes no amount has none."""
        key = super()._get_part_key(line, item)
        if not isinstance(item, UsageItem) or not item.corrects:
            return (*key, 0)
        if not item.needs_document:
            return (*key, 2)
        own = line.charge_id.version_id.usage_correction == When.OWN_DOCUMENT.value
        return (*key, int(own and item.is_correction))


class BillingSubscriptionLine(models.Model):
    _inherit = "billing.subscription.line"

    # === AFTER A BATCH === #

    def _advance_billed_until(self, standings, due, today):
        """Note what was rated without anything to bill, and that new usage was seen."""
        result = super()._advance_billed_until(standings, due, today)
        open_contracts, same = self.env["billing.subscription"], []
        for line in self:
            standing = standings.get(line.id)
            if not isinstance(standing, UsageStanding) or standing.items is None:
                continue
            billed = due.get(line.id, ())
            waits = standing.decision is Decision.WAIT and any(
                item.is_correction for item in standing.items
            )
            # What waits for a larger amount was not billed, though it was due.
            carried = len(billed) < len(standing.get_due(today, 0))
            if waits or carried:
                open_contracts |= line.subscription_id
                continue
            if standing.decision is Decision.IGNORE:
                line._note_ignored(standing.items)
            changed = {item.corrects.id for item in standing.items if item.is_correction}
            same += [charge.id for charge in standing.charges if charge.id not in changed]
            day = standing.get_settled(billed, today)
            if day != line.billed_until:
                line.billed_until = day
        self.env["usage.correction"]._forget_ignored(same)
        metered = self.filtered("meter_id").subscription_id
        (metered - open_contracts)._forget_marks()
        return result

    # === VALUES === #

    def _get_line_shape(self, item):
        """What is given back has a negative quantity, as credits have: no negative price."""
        if isinstance(item, UsageItem) and (item.corrects or item.draft.amount < 0):
            sign = -1 if item.draft.amount < 0 else 1
            return invoicing.LineShape(Decimal(sign), abs(item.draft.amount))
        return super()._get_line_shape(item)

    def _prepare_period_values(self, item, run=None):
        values = super()._prepare_period_values(item, run)
        if isinstance(item, UsageItem):
            values["quantity"] = float(item.rated.quantity)
            if item.corrects:
                values["cause"] = f"usage {item.number}"
            if item.is_correction:
                values["usage_correction_ids"] = [
                    Command.create(self._prepare_correction_values(item, "billed"))
                ]
        return values

    def _prepare_facts_of(self, item):
        facts = super()._prepare_facts_of(item)
        if isinstance(item, UsageItem):
            facts["usage"] = self._prepare_usage_facts_of(item)
        return facts

    def _prepare_usage_facts_of(self, item):
        """How the quantity came about, and what the next rating has to know of this one.

        ``quantity``, ``count`` and ``draws`` (pairs of quota and units) are strings of decimals
        where they are no whole numbers; ``draws`` are what is taken beyond earlier ratings.
        """
        terms = item.terms if self.meter_id else None
        return {
            "meter_id": self.meter_id.id,
            "quantity": str(item.rated.quantity),
            "count": item.rated.count,
            "before": None if item.before is None else str(item.before),
            "draws": [[draw.key, str(draw.quantity)] for draw in item.draws],
            "is_interim": item.is_interim,
            "terms": terms and {"model": terms.model.value, "params": params_of(terms)},
        }

    # === TEXTS === #

    def _get_invoice_line_text(self, item):
        if not isinstance(item, UsageItem):
            return super()._get_invoice_line_text(item)
        language = self.subscription_id.partner_id.lang or self.env.lang
        line = self.with_context(lang=language)
        period = item.draft.period
        name = line.charge_id.name
        if item.is_correction:
            name = line.env._("Correction: %s", name)
        text = line.env._(
            "%(charge)s\n%(first)s – %(last)s",
            charge=name,
            first=format_date(line.env, period.start, lang_code=language),
            last=format_date(line.env, period.last_day, lang_code=language),
        )
        return text + line._get_usage_text(item) + line._get_discount_text(item)

    def _get_usage_text(self, item):
        """The quantity in words, and what of it is on which invoice already."""
        if not self.meter_id:
            return ""
        origin = self.env["billing.period"].browse(item.corrects.id) if item.corrects else None
        invoice = origin.move_id.name or "" if origin and origin.exists() else ""
        values = {
            "quantity": self._format_usage(item.rated.quantity),
            "before": self._format_usage(item.before or 0),
            "unit": self.uom_id.name or "",
            "invoice": invoice,
        }
        if item.is_rest or (item.is_interim and item.corrects):
            return self.env._(
                "\n%(quantity)s %(unit)s, of which %(before)s were billed with %(invoice)s",
                **values,
            )
        if item.corrects and invoice:
            return self.env._(
                "\n%(quantity)s instead of %(before)s %(unit)s, billed with %(invoice)s", **values
            )
        if item.corrects:
            return self.env._("\n%(quantity)s instead of %(before)s %(unit)s", **values)
        if self._get_line_shape(item).quantity == item.draft.quantity:
            return ""
        return self.env._("\n%(quantity)s %(unit)s", **values)

    def _format_usage(self, quantity):
        """A quantity without zeros that say nothing."""
        return self.env["billing.period"]._number(quantity)


class BillingPeriod(models.Model):
    _inherit = "billing.period"

    def _get_explanation_notes(self, found):
        notes = super()._get_explanation_notes(found)
        origin = self.corrects_id
        if self.kind == "adjustment" and origin:
            notes.insert(
                0,
                self.env._(
                    "Difference to what %(invoice)s billed for this period, because usage "
                    "arrived, changed or was cancelled since.",
                    invoice=origin.move_id.name or self.env._("no invoice"),
                ),
            )
        return notes


FORGET_QUERY = "DELETE FROM usage_event_mark WHERE subscription_id = ANY(%s)"


class BillingSubscriptionMarks(models.Model):
    _inherit = "billing.subscription"

    def _forget_marks(self):
        """Usage noted so far was rated: what the transaction does not see yet stays noted."""
        if self:
            self.env.cr.execute(SQL(FORGET_QUERY, self.ids))
            self.invalidate_recordset(["next_billing_date"])
            self._compute_next_billing_date()
