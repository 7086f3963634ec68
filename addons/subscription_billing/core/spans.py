"""Arithmetic of half-open spans of time, of which the last may be open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from .periods import BillingPeriod


@dataclass(frozen=True, order=True)
class Span:
    """The half-open time ``[start, end)``, open when ``end`` is None; may be empty.

    >>> Span(date(2026, 1, 1)).contains(date(2030, 1, 1))
    True
    """

    start: date
    end: date | None = None

    @property
    def is_empty(self) -> bool:
        return self.end is not None and self.end <= self.start

    def contains(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


def without(whole: Span, gaps: Iterable[Span]) -> list[Span]:
    """What is left of a span without the gaps, in order.

    >>> parts = without(Span(date(2026, 1, 1)), [Span(date(2026, 1, 10), date(2026, 1, 20))])
    >>> [(part.start.day, part.end and part.end.day) for part in parts]
    [(1, 10), (20, None)]
    """
    left = []
    start = whole.start
    for gap in sorted(gaps, key=lambda gap: gap.start):
        if gap.is_empty or (whole.end and gap.start >= whole.end):
            continue
        left.append(Span(start, gap.start))
        if gap.end is None:
            return [span for span in left if not span.is_empty]
        start = max(start, gap.end)
    left.append(Span(start, whole.end))
    return [span for span in left if not span.is_empty]


def subtract(part: BillingPeriod, taken: Iterable[BillingPeriod]) -> Iterator[BillingPeriod]:
    """``part`` without the taken time, in order.

    >>> january = BillingPeriod(date(2026, 1, 1), date(2026, 2, 1))
    >>> [rest.start.day for rest in subtract(january, [BillingPeriod(date(2026, 1, 5),
    ...     date(2026, 1, 9))])]
    [1, 9]
    """
    start = part.start
    for other in sorted(taken):
        if other.end <= start or other.start >= part.end:
            continue
        if other.start > start:
            yield BillingPeriod(start, other.start)
        start = other.end
    if start < part.end:
        yield BillingPeriod(start, part.end)


def outside(part: BillingPeriod, spans: Iterable[Span]) -> list[BillingPeriod]:
    """The time of ``part`` that lies in none of the spans.

    >>> outside(BillingPeriod(date(2026, 1, 1), date(2026, 2, 1)), [Span(date(2026, 1, 10))])
    [BillingPeriod(start=datetime.date(2026, 1, 1), end=datetime.date(2026, 1, 10))]
    """
    inside = []
    for span in spans:
        cut = part.cut(span.start, span.end)
        if cut:
            inside.append(cut)
    return list(subtract(part, inside))
