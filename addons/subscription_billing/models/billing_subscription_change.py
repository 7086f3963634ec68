from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..core.alignment import billing_day_anchor
from ..core.lifecycle import RUNNING
from .billing_subscription_hold import PAUSE

RUNNING_STATES = {state.value for state in RUNNING}


class BillingSubscription(models.Model):
    """Changes of a running contract.

    A change never touches what is billed. It ends lines, starts others or moves the end of the
    contract, and has the next run look again at the time from its day on; the run then credits
    what was billed and is not served, and charges what is served and was not billed.
    """

    _inherit = "billing.subscription"

    # === CHANGES === #

    def _change_plan(self, version, effective, quantities=None):
        """Continue on other terms from a day on; the day belongs to the new terms.

        :param version: ``billing.plan.version`` in the currency of the contract
        :param date effective: first day of the new terms
        :param dict quantities: ``billing.charge`` id -> quantity; default as the plan says
        :raises UserError: contract not running, day before its start, another currency
        """
        self.ensure_one()
        self._check_can_change(effective)
        self._check_currency(version)
        old = self.plan_id
        self._get_lines_after(effective)._end(effective)
        self._move_trial(version, effective)
        self.write({"plan_id": version.plan_id.id, "version_id": version.id})
        self._add_lines(version, effective, quantities or {})
        self._log_change(
            "plan_changed",
            effective,
            self.env._(
                "Plan changed from %(old)s to %(new)s.", old=old.name, new=version.plan_id.name
            ),
        )

    def _change_quantity(self, charge, quantity, effective):
        """Bill another quantity of a charge from a day on.

        :param charge: ``billing.charge`` of the contract's terms
        :param float quantity: the new quantity, zero or more
        :param date effective: first day of the new quantity
        :raises UserError: contract not running, day before its start, no such charge
        """
        self.ensure_one()
        self._check_can_change(effective)
        if quantity < 0:
            raise UserError(self.env._("Quantity: enter zero or more."))
        lines = self._get_lines_after(effective).filtered(lambda line: line.charge_id == charge)
        if not lines:
            raise UserError(
                self.env._(
                    "%(contract)s has no %(charge)s on that day. Choose one of its charges.",
                    contract=self.name,
                    charge=charge.name,
                )
            )
        lines._change_quantity(quantity, effective)
        self._log_change(
            "quantity_changed",
            effective,
            self.env._(
                "Quantity of %(charge)s: %(quantity)s.", charge=charge.name, quantity=quantity
            ),
        )

    def _cancel(self, effective, credited=True, for_cause=False, notice_day=None):
        """End the contract on a day, which is the first that no longer belongs to it.

        :param date effective: end of the contract
        :param bool credited: whether paid time beyond it is given back
        :param bool for_cause: for good cause, whatever the terms say
        :param date notice_day: day of the notice, today by default
        :raises UserError: contract not running, end not after its start or before its terms allow
        """
        self.ensure_one()
        self._check_can_change(effective + timedelta(days=-1))
        if not for_cause:
            self._check_end(
                effective, notice_day or self.partner_id._get_billing_today(self.company_id)
            )
        self.line_ids._resettle(effective)
        self.write({"end_date": effective, "is_end_credited": credited})
        self._log_change("cancelled", effective, self.env._("Contract cancelled."))

    def _undo_cancel(self):
        """Let a cancelled contract go on as if nothing had happened.

        :raises UserError: the contract has ended or was not cancelled
        """
        self.ensure_one()
        if self.state not in RUNNING_STATES or not self.end_date:
            raise UserError(
                self.env._(
                    "%s is not cancelled, or has ended already. Conclude a new contract instead.",
                    self.name,
                )
            )
        self.line_ids._resettle(self.end_date)
        effective = self.end_date
        self.write({"end_date": False, "is_end_credited": True})
        self._log_change("cancel_undone", effective, self.env._("Cancellation taken back."))

    def _pause(self, effective, origin=""):
        """Stop serving and billing from a day on; paid time is given back.

        :raises UserError: the contract is paused already, or a pause is planned
        """
        self.ensure_one()
        self._check_can_change(effective)
        if pauses := self._get_open_holds(PAUSE):
            raise UserError(
                self.env._(
                    "%(contract)s is paused from %(date)s on already. Resume it first.",
                    contract=self.name,
                    date=format_date(self.env, pauses[0].start_date),
                )
            )
        self._hold(PAUSE, origin or self.env.user.name, billed=False, start=effective)
        self._log_change("paused", effective, self.env._("Contract paused."))

    def _resume(self, effective):
        """Serve and bill again from a day on; the rest of a running period is charged in part.

        :raises UserError: the contract is not paused
        """
        self.ensure_one()
        self._check_can_change(effective)
        if not self._release(PAUSE, effective):
            raise UserError(self.env._("%s is not paused. There is nothing to resume.", self.name))
        self._log_change("resumed", effective, self.env._("Contract resumed."))

    def _set_billing_day(self, day):
        """Begin periods on a day of the month, from the end of what is billed or of the trial.

        It replaces the alignment of these and later terms.

        :param int day: 1 to 31
        """
        self.ensure_one()
        if not 1 <= day <= 31:
            raise UserError(self.env._("Day of the Month: enter a day from 1 to 31."))
        self._check_can_change(self.start_date)
        self.billing_day = day
        recurring = self.line_ids.filtered(lambda line: line.charge_id.recurrence == "recurring")
        moved = list(filter(None, [line._move_grid(day) for line in recurring]))
        effective = min(moved, default=self.start_date)
        self._log_change("billing_day_changed", effective, self.env._("Billing day: %s.", day))

    # === PARTS === #

    def _check_can_change(self, effective):
        """Refuse changes of contracts that do not run, and before their start."""
        self.ensure_one()
        if self.state not in RUNNING_STATES:
            raise UserError(
                self.env._(
                    "%s is not running. Only running contracts can be changed: activate it, or "
                    "edit the draft.",
                    self.name,
                )
            )
        if effective < self.start_date:
            raise UserError(
                self.env._(
                    "Effective Date: %(contract)s starts on %(date)s. Choose this day or a later "
                    "one.",
                    contract=self.name,
                    date=self.start_date,
                )
            )

    def _check_currency(self, version):
        if self.currency_id not in version.currency_ids:
            raise UserError(
                self.env._(
                    "%(plan)s has no prices in %(old)s, the currency of %(contract)s. Choose a "
                    "plan priced in %(old)s, or end the contract and conclude a new one.",
                    plan=version.plan_id.name,
                    contract=self.name,
                    old=self.currency_id.name,
                )
            )

    def _get_lines_after(self, day):
        """Lines that are charged on a day or later."""
        return self.line_ids.filtered(
            lambda line: not line.end_date or line.end_date > max(day, line._get_first_day())
        )

    def _move_trial(self, version, effective):
        """After a change inside the trial the length of the new plan's trial counts."""
        if not self.trial_end_date or effective >= self.trial_end_date:
            return
        first_charged = self.start_date + timedelta(days=version.trial_days)
        self.line_ids._forget_charges()
        self.write(
            {
                "trial_end_date": first_charged,
                "anchor_date": self._get_anchor(version, first_charged),
            }
        )

    def _add_lines(self, version, effective, quantities):
        """Lines for all charges of a version from a day on."""
        lines = self.env["billing.subscription.line"].create(
            [
                {
                    "subscription_id": self.id,
                    "charge_id": charge.id,
                    "quantity": quantities.get(charge.id, charge.default_quantity),
                    "start_date": effective,
                }
                for charge in version.charge_ids
                if self._is_added_by_change(charge, quantities)
            ]
        )
        lines._fix_anchor()
        return lines

    def _is_added_by_change(self, charge, quantities):
        """What comes once was paid with the first terms; options come only when asked for."""
        return charge.id in quantities or not (charge.is_option or charge.recurrence == "once")

    def _log_change(self, fact, effective, text):
        """An entry for people in the chatter, and for machines in the outbox."""
        self.ensure_one()
        self._message_log(body=self.env._("%(what)s From %(day)s.", what=text, day=effective))
        payload = {self.id: {"effective_date": effective.isoformat()}}
        self.env["billing.event"]._record(f"subscription.{fact}", self, payload)


class BillingSubscriptionLine(models.Model):
    _inherit = "billing.subscription.line"

    def _fix_anchor(self):
        """Fix the grid of periods of new lines; it never changes afterwards."""
        for line in self.filtered(lambda line: not line.anchor_date):
            line.anchor_date = line._get_grid_anchor()

    def _end(self, day):
        """End lines on a day; one that starts later is never charged."""
        for line in self:
            start = line.start_date or line.subscription_id.start_date
            line.start_date = start
            line.end_date = max(start, day)
        self._cut_access(day)
        self._resettle(day)

    def _change_quantity(self, quantity, effective):
        """Cut the lines at a day and go on with another quantity.

        What earlier changes of the quantity have cut, or were going to, is one stretch again:
        the latest decision counts for all days from its own on.
        """
        for stretch in self._get_stretches():
            first, last = stretch[0], stretch[-1]
            if first._get_first_day() >= effective and not first.period_ids:
                first._begin_access(effective)
                first.write({"quantity": quantity, "end_date": last.end_date})
                (stretch - first)._end(effective)
                continue
            values = {
                "quantity": quantity,
                "start_date": max(effective, first._get_first_day()),
                "end_date": last.end_date,
                "unit_price": first.unit_price,
            }
            following = first.copy(values)
            # The grid goes on; found anew it could lie elsewhere (every second week).
            following.anchor_date = first.anchor_date
            stretch._end(effective)

    def _get_stretches(self):
        """The lines, those together that go on with a charge where another one has stopped.

        :return: list of lines in the order of time
        """
        stretches = []
        for line in self.sorted(lambda line: (line._get_first_day(), line.id)):
            if stretches and line._is_going_on_with(stretches[-1][-1]):
                stretches[-1] += line
            else:
                stretches.append(line)
        return stretches

    def _is_going_on_with(self, other):
        return self._is_continuing(other) and self.unit_price == other.unit_price

    def _move_grid(self, day):
        """Count periods from another day of the month, from the end of what is billed on.

        :return: the day from which on, None for a line that is over by then
        """
        self.ensure_one()
        # What another line of the charge has billed counts, too: its quantity was changed.
        lines = self.subscription_id.line_ids.filtered(
            lambda line: line.charge_id == self.charge_id
        )
        billed = lines.period_ids.filtered(lambda row: row.kind != "credit" and not row.voided)
        first = self._get_first_day()
        start = max([first, *billed.mapped("end_date")])
        if self.end_date and self.end_date <= start:
            return None
        anchor = billing_day_anchor(day, start, self.charge_id.version_id._get_cadence())
        if start == first:
            self.anchor_date = anchor
            return start
        following = self.copy({"start_date": start, "unit_price": self.unit_price})
        following.anchor_date = anchor
        self._end(start)
        return start
