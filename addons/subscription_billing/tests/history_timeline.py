"""What is served on which day, kept without any of the engine's rules."""

from datetime import timedelta

ONE_DAY = timedelta(days=1)
LENGTH = 1200


class Timeline:
    """A contract day by day: each day knows its charges and their quantities.

    The latest decision about a day counts.
    """

    def __init__(self, plan, start):
        self.start = self.plan_since = start
        self.plan, self.end = plan, None
        self.days = {start + ONE_DAY * number: {} for number in range(LENGTH)}
        self.paused, self.free = set(), set()
        self.trial_end = start + ONE_DAY * plan.trial_days
        self._begin(plan, start)

    def _begin(self, plan, effective):
        charge = plan.charge_ids.filtered(lambda charge: not charge.is_option)
        for day in self._from(effective):
            self.days[day] = {charge: 1.0}
        self.plan_since = effective

    def change_plan(self, plan, effective):
        self._begin(plan, effective)
        if effective < self.trial_end:
            # What ended inside the trial was free and stays so.
            self.free |= {day for day in self.days if day < effective}
            self.trial_end = self.first_day + ONE_DAY * plan.trial_days

    @property
    def first_day(self):
        return min(self.days)

    def change_quantity(self, charge, quantity, effective):
        for day in self._from(effective):
            if charge in self.days[day]:
                self.days[day][charge] = quantity

    def add_option(self, charge, quantity, effective):
        for day in self._from(effective):
            self.days[day][charge] = quantity

    def remove_option(self, charge, effective):
        for day in self._from(effective):
            self.days[day].pop(charge, None)

    def pause(self, effective):
        self.paused |= set(self._from(effective))

    def resume(self, effective):
        self.paused -= set(self._from(effective))

    def split(self, effective):
        """End on a day; return the timeline that goes on."""
        following = object.__new__(Timeline)
        following.__dict__ = {
            **self.__dict__,
            "start": effective,
            "days": {day: dict(charges) for day, charges in self.days.items()},
            "paused": set(self.paused),
            "free": {day for day in self.days if day < effective} | self.free,
            "plan_since": max(self.plan_since, effective),
        }
        self.end = effective
        return following

    def get_served(self):
        """Return the set of (day, charge, quantity) that cost something."""
        return {
            (day, charge, quantity)
            for day, charges in self.days.items()
            for charge, quantity in charges.items()
            if day >= self.trial_end
            and day not in self.free
            and day not in self.paused
            and (self.end is None or day < self.end)
        }

    def _from(self, effective):
        return [day for day in self.days if day >= effective]
