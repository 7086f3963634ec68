import logging
import random
from datetime import timedelta

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .change_common import ChangeCommon

SEED = 20250131
_logger = logging.getLogger(__name__)

HISTORIES = 12
CHANGES = 12
LONGEST_STEP = 25
FAR_BACK = 40
ONE_DAY = timedelta(days=1)


class Timeline:
    """What is served on which day, kept without any of the engine's rules.

    Each day knows its plan and quantity. The latest decision about a day counts.
    """

    LENGTH = 900

    def __init__(self, plan, start):
        self.start = start
        self.days = {start + ONE_DAY * n: (plan, 1.0) for n in range(self.LENGTH)}
        self.paused, self.free, self.end = set(), set(), None
        self.trial_end = start + ONE_DAY * plan.trial_days

    def change_plan(self, plan, effective):
        for day in self._from(effective):
            self.days[day] = (plan, 1.0)
        if effective < self.trial_end:
            self.free |= {day for day in self.days if day < effective}
            self.trial_end = self.start + ONE_DAY * plan.trial_days

    def change_quantity(self, plan, quantity, effective):
        for day in self._from(effective):
            if self.days[day][0] == plan:
                self.days[day] = (plan, quantity)

    def pause(self, effective):
        self.paused |= set(self._from(effective))

    def resume(self, effective):
        self.paused -= set(self._from(effective))

    def get_served(self):
        """Return day -> (charge, quantity) of the days that cost something."""
        return {
            day: (plan.charge_ids, quantity)
            for day, (plan, quantity) in self.days.items()
            if day >= self.trial_end
            and day not in self.free
            and day not in self.paused
            and (self.end is None or day < self.end)
        }

    def _from(self, effective):
        return [day for day in self.days if day >= effective]


class History:
    """A contract to which things happen at random, as people and crons let them happen."""

    def __init__(self, case, number):
        self.case = case
        self.random = random.Random(SEED + number)
        self.today = case._day("2025-01-01") + ONE_DAY * self.random.randrange(60)
        plan = self.random.choice(case.plans)
        self.contract = case._create_contract(plan, start=self.today)
        self.timeline = Timeline(plan, self.today)
        self.log = [f"{number}: {plan.name} from {self.today}"]
        self.kinds = {
            "plan": self._change_plan,
            "quantity": self._change_quantity,
            "pause": self._pause_or_resume,
            "hold": self._pause_or_resume,
            "end": self._cancel_or_undo,
            "day": self._set_billing_day,
            "price": self._plan_price,
        }

    def play(self):
        """Let changes happen with runs in between; return the day of the last run."""
        done = 0
        while done < CHANGES:
            self.today += ONE_DAY * self.random.randrange(LONGEST_STEP)
            if self.random.random() < 0.6:
                self.run()
            if self.timeline.end and self.timeline.end <= self.today + ONE_DAY * LONGEST_STEP:
                self._cancel_or_undo()
            kind = self.random.choice(list(self.kinds))
            done += bool(self.kinds[kind]())
            self.case.env.flush_all()
        self.today += ONE_DAY * self.random.randrange(70)
        return self.run()

    def run(self):
        self.log.append(f"run on {self.today}")
        return self.case._bill(self.today, self.contract)

    def _effective(self):
        """A day around today: planned, at once or back-dated."""
        day = self.today + ONE_DAY * self.random.randint(-FAR_BACK, LONGEST_STEP)
        return max(day, self.timeline.start)

    def _did(self, text):
        self.log.append(f"{self.today}: {text}")
        return True

    # === CHANGES === #

    def _change_plan(self):
        plan, effective = self.random.choice(self.case.plans), self._effective()
        self.contract._change_plan(plan.current_version_id, effective)
        self.timeline.change_plan(plan, effective)
        return self._did(f"{plan.name} from {effective}")

    def _change_quantity(self):
        effective, quantity = self._effective(), float(self.random.randrange(6))
        lines = self.contract._get_lines_after(effective)
        plans = [plan for plan in self.case.plans if plan.charge_ids in lines.charge_id]
        plan = self.random.choice(plans)
        self.contract._change_quantity(plan.charge_ids, quantity, effective)
        self.timeline.change_quantity(plan, quantity, effective)
        return self._did(f"{quantity} of {plan.name} from {effective}")

    def _pause_or_resume(self):
        effective = self._effective()
        holds = self.contract.hold_ids.filtered(lambda hold: hold._lasts_beyond(effective))
        if self.contract._get_open_holds("pause") or (holds and self.random.random() < 0.5):
            self.contract._resume(effective)
            self.timeline.resume(effective)
            return self._did(f"resumed from {effective}")
        self.contract._pause(effective)
        self.timeline.pause(effective)
        return self._did(f"paused from {effective}")

    def _cancel_or_undo(self):
        if self.timeline.end:
            self.contract._undo_cancel()
            self.timeline.end = None
            return self._did("cancellation undone")
        # Not before the next step, or the contract is over before the history is.
        effective = self.today + ONE_DAY * self.random.randint(LONGEST_STEP + 1, 60)
        self.contract._cancel(effective)
        self.timeline.end = effective
        return self._did(f"cancelled to {effective}")

    def _set_billing_day(self):
        day = self.random.randint(1, 31)
        self.contract._set_billing_day(day)
        return self._did(f"billing day {day}")

    def _plan_price(self):
        effective = self.today + ONE_DAY * self.random.randint(0, FAR_BACK)
        charge, price = self.random.choice(self.case.plans).charge_ids, self.random.randint(1, 90)
        values = {"charge_id": charge.id, "effective_date": effective, "unit_price": price}
        try:
            with self.case.env.cr.savepoint():
                self.case.env["billing.price.change"].create(values)
        except ValidationError:
            return False
        return self._did(f"price of {charge.name} {price} from {effective}")


@tagged("post_install", "-at_install")
class TestHistory(ChangeCommon):
    """Whatever happens to a contract in whatever order, its time is billed once and right."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()

        def plan(name, price, **values):
            charge = {"charge_model": "per_unit", "unit_price": price, "name": name}
            return cls._create_plan(name, [charge], **values)

        cls.plans = [
            plan("Month", 31.0),
            plan("Calendar", 47.11, alignment="calendar"),
            plan("Month End", 19.99, alignment="day", alignment_day=31),
            plan("Fortnight", 9.99, cadence_unit="week", cadence_count=2),
            plan("Wednesday", 7.77, cadence_unit="week", alignment="weekday",
                 alignment_weekday="3"),
            plan("Quarter", 89.9, cadence_count=3, alignment="calendar", proration="fixed_30"),
            plan("Year", 365.0, cadence_unit="year"),
            plan("Afterwards", 23.45, timing="in_arrears"),
            plan("Afterwards Month End", 33.33, timing="in_arrears", alignment="calendar"),
            plan("Trial", 12.34, trial_days=20),
        ]  # fmt: skip

    def test_histories(self):
        for number in range(HISTORIES):
            with self.env.cr.savepoint() as savepoint:
                history = History(self, number)
                try:
                    history.play()
                    self._check(history)
                except Exception:
                    _logger.info("\n".join(history.log))
                    raise
                savepoint.rollback()
                self.env.invalidate_all()

    def _check(self, history):
        contract, today = history.contract, history.today
        self.assertFalse(contract.billing_error)
        self._check_documents(contract)
        self._check_time(contract, history.timeline, today)
        self.assertFalse(history.run(), "a repeated run bills nothing")
        self._check_against_fresh_contract(contract, today)
        if contract.state != "ended":
            self._end(history)
        self.assertEqual(contract.state, "ended")
        self._check_documents(contract)
        days = self._get_billed_days(contract)
        self.assertEqual(set(days.values()) - {1}, set())
        self.assertEqual(
            {day: (charge, quantity) for day, charge, quantity in days},
            history.timeline.get_served(),
        )

    def _end(self, history):
        """At the end all is due, in arrears as well."""
        last = history.today + ONE_DAY * history.random.randint(1, 50)
        history.contract._cancel(last)
        history.timeline.end = history.today = last
        history.run()

    def _check_time(self, contract, timeline, today):
        """Each day is billed once, as it is served; up to today nothing is missing."""
        served = timeline.get_served()
        billed = self._get_billed_days(contract)
        self.assertEqual(set(billed.values()) - {1}, set(), "no day is billed twice")
        arrears = {plan.charge_ids for plan in self.plans if plan.timing == "in_arrears"}
        for day, charge, quantity in billed:
            if day <= today:
                self.assertEqual(served.get(day), (charge, quantity), day)
        for day, (charge, quantity) in served.items():
            if day <= today and charge not in arrears:
                self.assertIn((day, charge, quantity), billed)

    def _check_against_fresh_contract(self, contract, today):
        """Billed at once, the same lines come to the same time and nearly the same money."""
        fresh = self._copy_unbilled(contract)
        self._bill(today, fresh)
        self.assertEqual(self._get_billed_days(fresh), self._get_billed_days(contract))
        for line, other in zip(contract.line_ids, fresh.line_ids, strict=True):
            rows = line.period_ids | other.period_ids
            amounts = [sum(sub.period_ids.mapped("amount")) for sub in (line, other)]
            self.assertAlmostEqual(*amounts, delta=0.01 * len(rows) + 0.001)

    def _copy_unbilled(self, contract):
        """Return a contract with the same lines and pauses of which nothing is billed."""
        fresh = contract.copy({"line_ids": [], "end_date": contract.end_date})
        fresh.line_ids.unlink()
        fresh.write({name: contract[name] for name in ("state", "trial_end_date", "anchor_date")})
        for line in contract.line_ids:
            other = line.copy({"subscription_id": fresh.id})
            other.anchor_date = line.anchor_date
        for hold in contract.hold_ids:
            hold.copy({"subscription_id": fresh.id})
        return fresh
