"""Prepaid quotas: units bought in advance that usage takes before anything is charged.

A quota counts for usage in its own time only. Where several count, usage takes from the one that
ends first, so that as little as possible is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from odoo.addons.subscription_billing.core.periods import BillingPeriod
from odoo.addons.subscription_billing.core.spans import Span

ZERO = Decimal(0)


@dataclass(frozen=True)
class Quota:
    """Units that were paid for; usage in ``span`` takes from them."""

    key: str
    span: Span
    quantity: Decimal

    @property
    def _rank(self) -> tuple[date, str]:
        return self.span.end or date.max, self.key


@dataclass(frozen=True)
class Draw:
    """What usage took from a quota; negative where a correction gives back."""

    key: str
    quantity: Decimal


def cut_at_quotas(period: BillingPeriod, quotas: Sequence[Quota]) -> list[BillingPeriod]:
    """A period cut where quotas begin and end, so that each part has the same of them.

    >>> quota = Quota("a", Span(date(2026, 1, 10), date(2026, 3, 1)), Decimal(5))
    >>> [part.days for part in cut_at_quotas(
    ...     BillingPeriod(date(2026, 1, 1), date(2026, 2, 1)), [quota])]
    [9, 22]
    """
    borders = {period.start, period.end}
    for quota in quotas:
        borders |= {day for day in (quota.span.start, quota.span.end) if day}
    days = sorted(day for day in borders if period.start <= day <= period.end)
    return [BillingPeriod(*pair) for pair in zip(days, days[1:], strict=False)]


def take(
    quotas: Sequence[Quota],
    left: Mapping[str, Decimal],
    parts: Iterable[tuple[BillingPeriod, Decimal]],
) -> list[Draw]:
    """What the usage of parts of a period takes, in order of time.

    :param left: what of each quota is left
    :param parts: as of :func:`cut_at_quotas`, each with its usage

    >>> early = Quota("a", Span(date(2026, 1, 1), date(2026, 2, 1)), Decimal(5))
    >>> late = Quota("b", Span(date(2026, 1, 1)), Decimal(9))
    >>> month = BillingPeriod(date(2026, 1, 1), date(2026, 2, 1))
    >>> [(draw.key, int(draw.quantity)) for draw in take([late, early],
    ...     {"a": Decimal(5), "b": Decimal(9)}, [(month, Decimal(7))])]
    [('a', 5), ('b', 2)]
    """
    rest = dict(left)
    taken: dict[str, Decimal] = {}
    for part, quantity in parts:
        wanted = quantity
        for quota in sorted(quotas, key=lambda quota: quota._rank):
            if not quota.span.contains(part.start):
                continue
            now = min(wanted, rest.get(quota.key, ZERO))
            if now > 0:
                rest[quota.key] -= now
                taken[quota.key] = taken.get(quota.key, ZERO) + now
                wanted -= now
    return [Draw(key, quantity) for key, quantity in taken.items()]


def changes(before: Iterable[Draw], after: Iterable[Draw]) -> list[Draw]:
    """What a new rating takes more or less than all ratings before.

    >>> changes([Draw("a", Decimal(5))], [Draw("a", Decimal(3)), Draw("b", Decimal(1))])
    [Draw(key='a', quantity=Decimal('-2')), Draw(key='b', quantity=Decimal('1'))]
    """
    difference: dict[str, Decimal] = {}
    for draw in before:
        difference[draw.key] = difference.get(draw.key, ZERO) - draw.quantity
    for draw in after:
        difference[draw.key] = difference.get(draw.key, ZERO) + draw.quantity
    return [Draw(key, quantity) for key, quantity in sorted(difference.items()) if quantity]
