from dataclasses import replace
from decimal import Decimal

from odoo import api, fields, models

from odoo.addons.subscription_billing.core import invoicing, repair
from odoo.addons.subscription_billing.core.pricing import ChargeModel, terms_from_params

from ..core.correction import When
from ..core.quota import Draw
from ..core.rating import Window
from .usage_standing import UsageEntry, UsageStanding


class BillingSubscriptionLine(models.Model):
    """Metered lines and commitments: their facts for the rules."""

    _inherit = "billing.subscription.line"

    meter_id = fields.Many2one(related="charge_id.meter_id")

    def _follows_usage(self):
        """Whether the amount depends on usage: metered, or a minimum that usage counts towards."""
        self.ensure_one()
        return bool(self.charge_id.meter_id or self.charge_id.is_commitment)

    @api.depends("charge_id.meter_id", "charge_id.is_commitment")
    def _compute_amount(self):
        """What depends on usage has no amount of its own."""
        metered = self.filtered(lambda line: line.charge_id and line._follows_usage())
        metered.amount = 0.0
        return super(BillingSubscriptionLine, self - metered)._compute_amount()

    def _get_first_day(self):
        """Usage may count from the start of the contract on, though fees begin after the trial."""
        first = super()._get_first_day()
        if not self.charge_id.meter_id or not self.charge_id.version_id.is_trial_usage_charged:
            return first
        return max(filter(None, (self.subscription_id.start_date, self.start_date)))

    # === LEDGER === #

    def _get_ledger_floors(self):
        """Where usage came late, the ledger is read from there on, for the whole contract."""
        floors = super()._get_ledger_floors()
        lines = self._origin.filtered(lambda line: line._follows_usage())
        if not lines:
            return floors
        late = lines.subscription_id._get_first_marks()
        for line in lines:
            day = late.get(line.subscription_id.id)
            if day and floors[line.id] and day < floors[line.id]:
                floors[line.id] = day
        return self._lower_floors(floors, lines)

    def _lower_floors(self, floors, lines):
        """What counts towards a minimum is read as far back as the minimum itself."""
        minimums = lines.filtered("charge_id.is_commitment")
        lowest = {line.subscription_id: floors[line.id] for line in minimums}
        for line in self._origin:
            if line.subscription_id in lowest and floors.get(line.id):
                floor = lowest[line.subscription_id]
                floors[line.id] = min(floors[line.id], floor) if floor else None
        return floors

    def _prepare_entry(self, row):
        """Rows of metered lines come with what their rating was."""
        entry = super()._prepare_entry(row)
        explanation = row["explanation"] or {}
        usage = explanation.get("usage")
        if usage is None:
            return entry
        terms = usage.get("terms")
        return UsageEntry(
            **vars(entry),
            rated=Decimal(explanation.get("computed_amount") or str(entry.amount)),
            quantity=Decimal(usage["quantity"]),
            draws=tuple(Draw(key, Decimal(quantity)) for key, quantity in usage["draws"]),
            is_interim=usage["is_interim"],
            terms=terms_from_params(ChargeModel(terms["model"]), terms["params"])
            if terms
            else None,
        )

    # === STANDING === #

    def _prepare_standing(self, entries):
        if not self._follows_usage():
            return super()._prepare_standing(entries)
        end = self._get_end()
        settled = self.billed_until or None
        if end and settled and settled >= end and not entries:
            return None
        charged = [entry.period for entry in entries if entry.kind is repair.Kind.CHARGE]
        version = self.charge_id.version_id
        return UsageStanding(
            facts=self._prepare_usage_facts(end, settled, charged),
            entries=entries,
            window=self._get_window(),
            interim_from=self._get_interim_from(),
            is_patient=version.usage_correction == When.NEXT_INVOICE.value,
        )

    def _prepare_usage_facts(self, end, settled, charged):
        """Usage is charged afterwards, and counts where it happened, also in a pause."""
        facts = self._prepare_facts(end, settled, charged)
        pauses = facts.pauses if self.charge_id.is_commitment else ()
        return replace(facts, timing=invoicing.Timing.IN_ARREARS, pauses=pauses)

    def _get_interim_from(self):
        """The amount from which usage is billed early; minimums never are."""
        if self.charge_id.is_commitment:
            return Decimal(0)
        return Decimal(str(self.charge_id.version_id.usage_interim_amount or 0))

    def _get_window(self):
        """The longer time over which tiers count, None for the billing period."""
        cadence = self.charge_id._get_window_cadence()
        if not cadence:
            return None
        subscription = self.subscription_id
        since = max(self._get_concluded_day(), min(self._get_first_day(), self._get_trial_end()))
        return Window(subscription.start_date, cadence, since)

    def _get_trial_end(self):
        return self.subscription_id.trial_end_date or self.subscription_id.start_date
