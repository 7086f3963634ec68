from odoo import api, fields, models
from odoo.fields import Domain

from ..core import entitlements as rules
from ..core.lifecycle import State
from ..core.spans import Span

# Key in the data of the transaction's hooks: contracts whose facts have changed.
TOUCHED = "subscription_billing.touched_entitlements"
ENTITLING = {
    "state", "start_date", "access_start_date", "end_date", "trial_end_date", "anchor_date",
    "version_id",
}  # fmt: skip


class BillingSubscription(models.Model):
    """What the customer may use under the contract, on any day.

    Whatever changes a fact (state, end, trial, a line, a hold) touches the contract; before the
    transaction is committed what holds is compared with what was last told, and the difference
    goes to the outbox. What was planned for a day is found by the run of that day.
    """

    _inherit = "billing.subscription"

    entitlement_date = fields.Date(
        string="Entitlements Change On",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The next day on which the customer may use something else than the day before.",
    )
    entitlement_snapshot = fields.Json(
        readonly=True, copy=False, help="What the customer may use, as it was last told."
    )

    def _get_entitlements(self, day):
        """What each contract entitles to on a day, past or to come.

        :param date day: the day to ask for
        :return: dict of contract id -> dict of feature code -> Decimal: the limit, infinite
            where there is none, or 1 for a feature that is on; absent is not granted
        """
        combine = self.env["billing.feature"]._get_combine()
        return {
            sub_id: rules.entitled_on(facts, day, combine)
            for sub_id, facts in self._get_entitlement_facts().items()
        }

    def _get_entitlement_facts(self):
        """The contracts as the rules see them, in a fixed number of queries.

        :return: dict of contract id -> :class:`core.entitlements.EntitlementFacts`
        """
        # What a customer may use must not depend on who asks.
        subscriptions = self.sudo()
        versions = subscriptions.version_id | subscriptions.line_ids.charge_id.version_id
        grants = {version.id: version.entitlement_ids._get_grants() for version in versions}
        return {sub.id: sub._prepare_entitlement_facts(grants) for sub in subscriptions}

    def _prepare_entitlement_facts(self, grants):
        self.ensure_one()
        lines = self.line_ids
        versions = {self.version_id.id, *lines.charge_id.version_id.ids}
        start = self.access_start_date or self.start_date
        # What was given up never started, and so has no anchor.
        is_served = self.state != State.DRAFT.value and self.anchor_date
        end = self.end_date if is_served else start
        return rules.EntitlementFacts(
            served=Span(start, end or None),
            terms=self.version_id.id,
            trial_until=self.trial_end_date or None,
            lines=tuple(line._get_access() for line in lines),
            withheld=tuple(filter(None, (hold._get_withheld() for hold in self.hold_ids))),
            terms_grants={version: grants[version] for version in versions},
        )

    # === CHANGES === #

    def write(self, vals):
        result = super().write(vals)
        if ENTITLING & vals.keys():
            self._touch_entitlements()
        return result

    def _touch_entitlements(self):
        """Have what changes for the customers told before the transaction is committed."""
        if not self.ids:
            return
        precommit = self.env.cr.precommit
        if TOUCHED not in precommit.data:
            precommit.data[TOUCHED] = set()
            model = self.browse().with_env(self.env(su=True, context={}))
            precommit.add(model._tell_touched_entitlements)
        precommit.data[TOUCHED].update(self.ids)

    @api.model
    def _pop_touched(self):
        touched = self.env.cr.precommit.data.pop(TOUCHED, ())
        return self.sudo().browse(sorted(touched)).exists()

    @api.model
    def _tell_touched_entitlements(self):
        touched = self._pop_touched()
        days = {}
        for (company, partner), subscriptions in touched.grouped(
            lambda sub: (sub.company_id, sub._get_clocked_partner())
        ).items():
            day = partner._get_billing_today(company)
            days[day] = days.get(day, self) | subscriptions
        for day, subscriptions in days.items():
            subscriptions._tell_entitlements(day)
        self.env.flush_all()

    def _get_clocked_partner(self):
        """The customer, where it may have a calendar of its own."""
        self.ensure_one()
        partner = self.partner_id.commercial_partner_id
        return partner if self.company_id.is_billing_sandbox else partner.browse()

    def _tell_entitlements(self, today):
        """Record what holds on a day where it differs from what was last told.

        The event ``subscription.entitlements_changed`` says what was granted, changed and revoked
        and what holds now, so that a receiver needs no state of its own.

        :param date today: the day to tell for
        """
        facts = self._get_entitlement_facts()
        feature = self.env["billing.feature"]
        combine = feature._get_combine()
        payloads = {}
        for subscription in self.sudo().with_context(tracking_disable=True):
            own = facts[subscription.id]
            now = feature._prepare_payload(rules.entitled_on(own, today, combine))
            before = subscription.entitlement_snapshot or {}
            changes = rules.changes_after([own], today, combine)
            values = {
                "entitlement_snapshot": now or False,
                "entitlement_date": min((day for day, _ in changes.values()), default=False),
            }
            if subscription.entitlement_date != values["entitlement_date"] or before != now:
                subscription.write(values)
            if difference := rules.compare(before, now):
                payloads[subscription.id] = {
                    "effective_date": today.isoformat(),
                    "granted": list(difference.granted),
                    "changed": list(difference.changed),
                    "revoked": list(difference.revoked),
                    "before": before,
                    "entitlements": now,
                }
        changed = self.browse(payloads)
        self.env["billing.event"]._record("subscription.entitlements_changed", changed, payloads)

    def _run_lifecycle(self, today, domain):
        """Tell what begins, changes or ends by itself on this day."""
        result = super()._run_lifecycle(today, domain)
        due = self.search(domain & Domain("entitlement_date", "<=", today))
        (due | self._pop_touched().filtered_domain(domain))._tell_entitlements(today)
        return result


class BillingSubscriptionLine(models.Model):
    _inherit = "billing.subscription.line"

    access_start_date = fields.Date(
        readonly=True,
        copy=False,
        help="From when on the customer has it, where this differs from the first charged day.",
    )

    def _get_access(self):
        """The line as the rules of entitlements see it."""
        self.ensure_one()
        start = self.start_date or self.subscription_id.start_date
        begin = self.access_start_date or start
        return rules.Access(
            span=Span(begin, self.end_date or None),
            terms=self.charge_id.version_id.id,
            quantity=self._get_quantity(),
            grants=self.charge_id.entitlement_ids._get_grants(),
            trial_until=start if begin < start else None,
        )

    def _begin_access(self, effective):
        """Give the line another quantity from a day in its free time on.

        What the customer had until then stays on record, as a line that is never charged. Only
        where the quantity decides about features: otherwise nothing is lost.
        """
        self.ensure_one()
        if not any(self.charge_id.sudo().entitlement_ids.mapped("is_per_unit")):
            return
        natural = self.start_date or self.subscription_id.start_date
        day = max(effective, natural)
        begin = self.access_start_date or natural
        self._cut_access(day)
        if begin < day:
            kept = self.copy(
                {
                    "start_date": day,
                    "end_date": day,
                    "unit_price": self.unit_price,
                    "access_start_date": begin,
                }
            )
            kept.anchor_date = self.anchor_date
        self.access_start_date = day if day > natural else False

    def _cut_access(self, day):
        """Shorten what is on record of free time of the same charges: it ends on a day."""
        for kept in self.subscription_id.line_ids:
            is_record = (
                kept.access_start_date and kept.start_date and kept.start_date == kept.end_date
            )
            if is_record and kept.end_date > day and kept.charge_id in self.charge_id:
                end = max(day, kept.access_start_date)
                kept.write({"start_date": end, "end_date": end})

    def _forget_charges(self):
        """What ended inside a trial was free and stays so, but the customer had it."""
        for line in self.filtered("end_date"):
            if not line.access_start_date and line.start_date < line.end_date:
                line.access_start_date = line.start_date
            line.start_date = line.end_date

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.subscription_id._touch_entitlements()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if {"charge_id", "quantity", "start_date", "end_date", "access_start_date"} & vals.keys():
            self.subscription_id._touch_entitlements()
        return result

    def unlink(self):
        self.subscription_id._touch_entitlements()
        return super().unlink()


class BillingSubscriptionHold(models.Model):
    _inherit = "billing.subscription.hold"

    withholds = fields.Selection(
        [("all", "Everything"), ("features", "Some features"), ("nothing", "Nothing")],
        string="Takes Away",
        default="all",
        required=True,
        help="What the customer may not use while the contract is held.",
    )
    feature_ids = fields.Many2many("billing.feature", string="Features Taken Away")

    def _get_withheld(self):
        """What the hold takes away, as the rules know it; None for nothing."""
        self.ensure_one()
        if self.withholds == "nothing":
            return None
        is_all = self.withholds == "all"
        codes = None if is_all else frozenset(self.feature_ids.mapped("code"))
        return rules.Withheld(Span(self.start_date, self.end_date or None), codes)

    @api.model_create_multi
    def create(self, vals_list):
        holds = super().create(vals_list)
        holds.subscription_id._touch_entitlements()
        return holds

    def write(self, vals):
        result = super().write(vals)
        self.subscription_id._touch_entitlements()
        return result

    def unlink(self):
        self.subscription_id._touch_entitlements()
        return super().unlink()
