"""Whatever happens to contracts in whatever order, their time is billed once and right.

Histories are drawn by hypothesis. When one fails, it is made as simple as possible, with fewer and
earlier changes, and the report ends with it: each step, its day and each run.
"""

import sys
from datetime import timedelta

from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from odoo.tests import tagged

from .change_common import ChangeCommon
from .history_timeline import ONE_DAY, Timeline

HISTORIES = 6
CHANGES = 12
CONTRACTS = 3
LONGEST_STEP = 25

# Days that pass before a change, and whether a run bills before it happens.
DAYS, RUN = st.integers(0, LONGEST_STEP), st.booleans()
# Around the day of the change: back-dated, at once or planned.
OFFSET = st.integers(-40, LONGEST_STEP)
NUMBER = st.integers(0, CONTRACTS - 1)
PLAN = st.sampled_from(
    [
        "Month", "Calendar", "Month End", "Fortnight", "Wednesday", "Quarter", "Year",
        "Afterwards", "Afterwards Month End", "Trial",
    ]
)  # fmt: skip


def change(**arguments):
    """A step of a history: time passes, perhaps a run bills, then a contract changes."""
    return rule(number=NUMBER, days=DAYS, run=RUN, **arguments)


class History(RuleBasedStateMachine):
    """Contracts of one customer to which things happen, billed by the same runs."""

    def __init__(self, case):
        super().__init__()
        self.case = case
        self.savepoint = case.env.cr.savepoint()
        self.today = case._day("2025-01-01")
        self.contracts, self.timelines, self.former = [], [], []
        self.changes = 0

    @initialize(plans=st.lists(PLAN, min_size=CONTRACTS, max_size=CONTRACTS), days=DAYS)
    def conclude(self, plans, days):
        """Conclude the contracts; plans need not differ."""
        self.today += ONE_DAY * days
        for name in plans:
            plan = self.case.plans[name]
            self.contracts.append(self.case._create_contract(plan, start=self.today))
            self.timelines.append(Timeline(plan, self.today))

    # === CHANGES === #

    @change(plan=PLAN, offset=OFFSET)
    def change_plan(self, number, days, run, plan, offset):
        contract, timeline, effective = self._step(number, days, run, offset)
        plan = self.case.plans[plan]
        contract._change_plan(plan.current_version_id, effective)
        timeline.change_plan(plan, effective)
        self._did(f"{plan.name} from {effective}")

    @change(quantity=st.integers(0, 5), offset=OFFSET)
    def change_quantity(self, number, days, run, quantity, offset):
        contract, timeline, effective = self._step(number, days, run, offset)
        [charge] = contract._get_lines_after(effective).charge_id.filtered(
            lambda charge: not charge.is_option
        )[:1]
        contract._change_quantity(charge, float(quantity), effective)
        timeline.change_quantity(charge, float(quantity), effective)
        self._did(f"{quantity} of {charge.name} from {effective}")

    @change(quantity=st.integers(1, 3), offset=OFFSET)
    def add_or_remove_option(self, number, days, run, quantity, offset):
        contract, timeline, effective = self._step(number, days, run, offset)
        effective = max(effective, timeline.plan_since)
        option = contract.version_id.charge_ids.filtered("is_option")
        if option in contract._get_lines_after(effective).charge_id:
            contract._remove_option(option, effective)
            timeline.remove_option(option, effective)
            self._did(f"without {option.name} from {effective}")
        else:
            contract._add_option(option, float(quantity), effective)
            timeline.add_option(option, float(quantity), effective)
            self._did(f"{quantity} {option.name} from {effective}")

    @change(again=st.booleans(), offset=OFFSET)
    def pause_or_resume(self, number, days, run, again, offset):
        """Pause, or end the pause; again: bring forward the end of one that is over."""
        contract, timeline, effective = self._step(number, days, run, offset)
        lasting = contract.hold_ids.filtered(lambda hold: hold._lasts_beyond(effective))
        if contract._get_open_holds("pause") or (again and lasting):
            contract._resume(effective)
            timeline.resume(effective)
            self._did(f"resumed from {effective}")
        else:
            contract._pause(effective)
            timeline.pause(effective)
            self._did(f"paused from {effective}")

    @change(later=st.integers(LONGEST_STEP + 1, 60))
    def cancel_or_undo(self, number, days, run, later):
        contract, timeline, _effective = self._step(number, days, run, 0)
        if timeline.end:
            contract._undo_cancel()
            timeline.end = None
            self._did("cancellation undone")
        else:
            # Not before the next step, or the contract is over before the history is.
            timeline.end = self.today + ONE_DAY * later
            contract._cancel(timeline.end)
            self._did(f"cancelled to {timeline.end}")

    @change(day=st.integers(1, 31))
    def set_billing_day(self, number, days, run, day):
        contract, _timeline, _effective = self._step(number, days, run, 0)
        contract._set_billing_day(day)
        self._did(f"billing day {day}")

    @change(plan=PLAN, price=st.integers(1, 90), later=st.integers(1, 40))
    def plan_price(self, number, days, run, plan, price, later):
        """Plan a price, for all contracts, from a day for which nothing is billed yet."""
        self._step(number, days, run, 0)
        charge = self.case.plans[plan].charge_ids[0]
        rows = self.case.env["billing.period"].search([("charge_id", "=", charge.id)])
        planned = charge.price_change_ids.mapped("effective_date")
        effective = max([self.today, *planned, *rows.mapped("start_date")]) + ONE_DAY * later
        self.case.env["billing.price.change"].create(
            {"charge_id": charge.id, "effective_date": effective, "unit_price": price}
        )
        self._did(f"price of {plan} {price} from {effective}")

    @change(offset=OFFSET)
    def transfer(self, number, days, run, offset):
        contract, timeline, effective = self._step(number, days, run, offset)
        # Each of the two customers has the contract for a day at least.
        effective = max(effective, timeline.start + ONE_DAY)
        if timeline.end:
            effective = min(effective, timeline.end - ONE_DAY)
        if effective > timeline.start:
            self.former.append((contract, timeline))
            self.contracts[number] = contract._transfer(self.case.partner_b, effective)
            self.timelines[number] = timeline.split(effective)
            self._did(f"handed over on {effective}")

    # === TIME === #

    def _step(self, number, days, run, offset):
        """Let time pass; return the contract, its timeline and the day of the change."""
        self.today += ONE_DAY * days
        if run:
            self.run()
        contract, timeline = self.contracts[number], self.timelines[number]
        for other, time in zip(self.contracts, self.timelines, strict=True):
            if time.end and time.end <= self.today + ONE_DAY * LONGEST_STEP:
                other._undo_cancel()
                time.end = None
        self.number = number
        return contract, timeline, max(self.today + ONE_DAY * offset, timeline.start)

    def _did(self, text):
        self.changes += 1
        self.case.env.flush_all()
        note(f"    {self.today}, contract {self.number}: {text}")

    def run(self):
        note(f"    {self.today}: run")
        return self.case._bill(self.today, self.get_contracts())

    def get_pairs(self):
        """All contracts with their timelines, those of former customers as well."""
        return [*self.former, *zip(self.contracts, self.timelines, strict=True)]

    def get_contracts(self):
        empty = self.case.env["billing.subscription"]
        return empty.concat(*(contract for contract, _timeline in self.get_pairs()))

    def teardown(self):
        """Check what became of the contracts, unless a step has failed already."""
        try:
            if sys.exc_info()[0] is None and self.contracts:
                self.case._check(self)
        finally:
            self.savepoint.close(rollback=True)
            self.case.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestHistory(ChangeCommon):
    """Whatever happens to contracts in whatever order, their time is billed once and right."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()

        def plan(name, price, **values):
            main = {"charge_model": "per_unit", "unit_price": price, "name": name}
            option = {**main, "name": f"{name} Option", "is_option": True}
            cls.plans[name] = cls._create_plan(name, [main, option], **values)

        cls.plans = {}
        plan("Month", 31.0)
        plan("Calendar", 47.11, alignment="calendar")
        plan("Month End", 19.99, alignment="day", alignment_day=31)
        plan("Fortnight", 9.99, cadence_unit="week", cadence_count=2)
        plan("Wednesday", 7.77, cadence_unit="week", alignment="weekday", alignment_weekday="3")
        plan("Quarter", 89.9, cadence_count=3, alignment="calendar", proration="fixed_30")
        plan("Year", 365.0, cadence_unit="year")
        plan("Afterwards", 23.45, timing="in_arrears")
        plan("Afterwards Month End", 33.33, timing="in_arrears", alignment="calendar")
        plan("Trial", 12.34, trial_days=20)

    def test_histories(self):
        changes = []

        def history():
            changes.append(History(self))
            return changes[-1]

        run_state_machine_as_test(
            history,
            settings=settings(
                derandomize=True,
                database=None,
                deadline=None,
                max_examples=HISTORIES,
                # The first step concludes the contracts.
                stateful_step_count=CHANGES + 1,
                phases=(Phase.generate, Phase.shrink),
                suppress_health_check=list(HealthCheck),
            ),
        )
        played = [history.changes for history in changes]
        self.assertGreaterEqual(len(played), HISTORIES)
        self.assertGreaterEqual(min(played), 10, played)

    # === PROPERTIES === #

    def _check(self, history):
        """Check everything on a day in between, and again when all contracts are over."""
        history.today += timedelta(days=30)
        history.run()
        self._check_all(history)
        self._check_repeated_run(history)
        self._check_against_fresh_contracts(history)
        for contract, timeline in history.get_pairs():
            if not timeline.end or timeline.end > history.today:
                timeline.end = history.today + ONE_DAY
                contract._cancel(timeline.end)
        history.today += ONE_DAY
        history.run()
        self._check_all(history)
        self._check_repeated_run(history)
        for contract, timeline in history.get_pairs():
            self.assertEqual(contract.state, "ended")
            days = {(day, charge, quantity) for day, charge, quantity in timeline.get_served()}
            self.assertEqual(set(self._get_billed_days(contract)), days)

    def _check_all(self, history):
        for contract, timeline in history.get_pairs():
            self.assertFalse(contract.billing_error)
            self._check_documents(contract)
            self._check_lines(contract)
            self._check_time(contract, timeline, history.today)

    def _check_lines(self, contract):
        """The periods of each line tile its time: no day twice, none between two missing."""
        for line in contract.line_ids:
            days = self._get_billed_days(line)
            self.assertEqual(set(days.values()) - {1}, set(), "a day of a line is billed twice")

    def _check_time(self, contract, timeline, today):
        """Each day is billed once, as it is served; up to today nothing is missing."""
        served = timeline.get_served()
        billed = self._get_billed_days(contract)
        self.assertEqual(set(billed.values()) - {1}, set(), "a day is billed twice")
        until_today = {key for key in billed if key[0] <= today}
        self.assertLessEqual(until_today, served, "a day is billed that is not served")
        in_advance = {
            (day, charge, quantity)
            for day, charge, quantity in served
            if day <= today and charge.version_id.timing == "in_advance"
        }
        self.assertLessEqual(in_advance, set(billed), "a day is served and not billed")

    def _check_repeated_run(self, history):
        contracts = history.get_contracts()
        before = self._get_rows(contracts)
        self.assertFalse(history.run(), "a repeated run bills nothing")
        self.assertEqual(self._get_rows(contracts), before)

    def _check_against_fresh_contracts(self, history):
        """Billed at once, the same lines come to the same time and nearly the same money."""
        contracts = history.get_contracts()
        fresh = contracts.browse()
        for contract in contracts:
            fresh += self._copy_unbilled(contract)
        self._bill(history.today, fresh)
        for contract, other in zip(contracts, fresh, strict=True):
            self.assertEqual(self._get_billed_days(other), self._get_billed_days(contract))
            for line, copied in zip(contract.line_ids, other.line_ids, strict=True):
                rows = line.period_ids | copied.period_ids
                amounts = [sum(sub.period_ids.mapped("amount")) for sub in (line, copied)]
                self.assertAlmostEqual(*amounts, delta=0.01 * len(rows) + 0.001)

    def _copy_unbilled(self, contract):
        """Return a contract with the same lines and pauses of which nothing is billed."""
        fresh = contract.copy({"line_ids": [], "end_date": contract.end_date})
        fresh.line_ids.unlink()
        names = ("state", "trial_end_date", "anchor_date", "is_end_credited")
        fresh.write({name: contract[name] for name in names})
        for line in contract.line_ids:
            other = line.copy({"subscription_id": fresh.id})
            other.anchor_date = line.anchor_date
        for hold in contract.hold_ids:
            hold.copy({"subscription_id": fresh.id})
        return fresh
