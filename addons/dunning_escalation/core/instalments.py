"""Whether a customer keeps to a promise to pay in parts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum

ZERO = Decimal(0)


class PlanState(Enum):
    """``KEPT``: all is paid; ``BROKEN``: an instalment was not there in time."""

    RUNNING = "running"
    KEPT = "kept"
    BROKEN = "broken"


@dataclass(frozen=True)
class Instalment:
    """An amount to be paid by a day."""

    day: date
    amount: Decimal


def standing_of(
    instalments: Iterable[Instalment], paid: Decimal, today: date, grace: int
) -> PlanState:
    """Return how a plan stands.

    :param paid: what was paid since the promise
    :param grace: days an instalment may be late

    >>> half = Decimal(50)
    >>> plan = [Instalment(date(2026, 4, 1), half), Instalment(date(2026, 5, 1), half)]
    >>> standing_of(plan, Decimal(50), date(2026, 4, 20), 3)
    <PlanState.RUNNING: 'running'>
    >>> standing_of(plan, Decimal(50), date(2026, 5, 5), 3)
    <PlanState.BROKEN: 'broken'>
    """
    wanted = list(instalments)
    if paid >= sum((part.amount for part in wanted), ZERO):
        return PlanState.KEPT
    due = sum((p.amount for p in wanted if p.day + timedelta(days=grace) < today), ZERO)
    return PlanState.BROKEN if paid < due else PlanState.RUNNING


def split(total: Decimal, count: int, digits: int = 2) -> list[Decimal]:
    """Split an amount in ``count`` parts; the last one takes the rest.

    >>> split(Decimal("100.00"), 3)
    [Decimal('33.33'), Decimal('33.33'), Decimal('33.34')]
    """
    unit = Decimal(1).scaleb(-digits)
    part = (total / count).quantize(unit, "ROUND_DOWN")
    return [part] * (count - 1) + [total - part * (count - 1)]
