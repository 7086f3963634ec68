"""Credits and new charges from the ledger of billed time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.subscription_billing.core.periods import BillingPeriod
from odoo.addons.subscription_billing.core.pricing import round_amount
from odoo.addons.subscription_billing.core.proration import Proration, prorate
from odoo.addons.subscription_billing.core.repair import (
    DraftCredit,
    Kind,
    LedgerEntry,
    billed_time,
    due_credits,
    next_credit_day,
    recharged,
    unserved,
)
from odoo.addons.subscription_billing.core.spans import Span, without

DAYS = Proration.ACTUAL_DAYS
JANUARY = BillingPeriod(date(2026, 1, 1), date(2026, 2, 1))
ALWAYS = [Span(date(2000, 1, 1))]
NEVER: list[Span] = []


def _day(number: int) -> date:
    """The day ``number`` of January, days of February from 32 on."""
    return date(2026, 1, 1) + timedelta(days=number - 1)


def _part(start: int, end: int) -> BillingPeriod:
    return BillingPeriod(_day(start), _day(end))


def _charge(
    amount: str = "31.00", number: int = 1, period: BillingPeriod = JANUARY
) -> LedgerEntry:
    price = Decimal(amount)
    return LedgerEntry(number, Kind.CHARGE, period, price, period, price)


def _booked(ledger: Sequence[LedgerEntry], credits: Sequence[DraftCredit]) -> list[LedgerEntry]:
    """The ledger after the credits were written."""
    rows = [
        LedgerEntry(
            id=len(ledger) + number,
            kind=Kind.CREDIT,
            period=credit.period,
            amount=credit.amount,
            full=credit.entry.full,
            full_amount=credit.entry.full_amount,
            corrects=credit.entry.id,
        )
        for number, credit in enumerate(credits, start=1)
    ]
    return [*ledger, *rows]


def _served_again(
    ledger: Sequence[LedgerEntry], served: Sequence[Span], whole: BillingPeriod = JANUARY
) -> list[LedgerEntry]:
    """The ledger after what is served and not billed was charged again."""
    rows = list(ledger)
    for span in served:
        for gap in _missing(rows, span, whole):
            for part, undone in recharged(gap, rows):
                assert undone, "all of the period was billed before"
                amount = round_amount(prorate(undone.full_amount, part, undone.full, DAYS), 2)
                rows.append(
                    replace(
                        undone,
                        id=len(rows) + 1,
                        kind=Kind.CORRECTION,
                        period=part,
                        amount=amount,
                        corrects=undone.id,
                    )
                )
    return rows


def _missing(rows: Sequence[LedgerEntry], span: Span, whole: BillingPeriod) -> list[BillingPeriod]:
    inside = whole.cut(span.start, span.end)
    if not inside:
        return []
    billed = [Span(part.start, part.end) for part in billed_time(rows)]
    left = without(Span(inside.start, inside.end), billed)
    return [BillingPeriod(part.start, part.end) for part in left if part.end]


def _span(start: int, end: int | None = None) -> Span:
    return Span(_day(start), _day(end) if end else None)


@pytest.mark.parametrize(
    ("served", "today", "expected"),
    [
        # what is served       day  credits: first day, day after, amount
        ([_span(1)], 40, []),
        ([_span(1, 20)], 19, []),
        ([_span(1, 20)], 20, [(20, 32, "-12.00")]),
        ([_span(1, 20)], 40, [(20, 32, "-12.00")]),
        ([_span(1, 10), _span(20)], 9, []),
        ([_span(1, 10), _span(20)], 10, [(10, 20, "-10.00")]),
        ([_span(1, 10), _span(20, 25)], 12, [(10, 20, "-10.00")]),
        ([_span(1, 10), _span(20, 25)], 25, [(10, 20, "-10.00"), (25, 32, "-7.00")]),
        ([_span(5)], 1, [(1, 5, "-4.00")]),
        ([_span(32)], 1, [(1, 32, "-31.00")]),
        (NEVER, 1, [(1, 32, "-31.00")]),
    ],
)
def test_credits(served: list[Span], today: int, expected: list[tuple[int, int, str]]) -> None:
    found = due_credits([_charge()], served, _day(today), DAYS, 2)
    assert [(credit.period, credit.amount) for credit in found] == [
        (_part(start, end), Decimal(amount)) for start, end, amount in expected
    ]


def test_credit_of_a_part_is_priced_with_the_full_period() -> None:
    """A short first period and its credit come from the price of the whole month."""
    stub = replace(_charge("13.00"), period=_part(19, 32), full_amount=Decimal("31.00"))
    [credit] = due_credits([stub], [_span(1, 25)], _day(25), DAYS, 2)
    assert (credit.amount, credit.days) == (Decimal("-7.00"), (7, 31))


@pytest.mark.parametrize(
    ("method", "amount", "days"),
    [(DAYS, "-7.74", (24, 31)), (Proration.FIXED_30, "-7.67", (23, 30))],
)
def test_credit_weighs_days_as_the_charge(
    method: Proration, amount: str, days: tuple[int, int]
) -> None:
    full = BillingPeriod(date(2024, 3, 5), date(2024, 4, 5))
    paid = replace(_charge("10.00"), period=full, full=full)
    [credit] = due_credits([paid], [Span(date(2024, 3, 5), date(2024, 3, 12))],
        date(2024, 3, 12), method, 2)  # fmt: skip
    assert (credit.amount, credit.days) == (Decimal(amount), days)


def test_rounded_credits_stop_at_the_charge() -> None:
    """Three thirds of 0.05, each rounded up, would be 0.06."""
    full = _part(1, 4)
    ledger = [replace(_charge("0.05"), period=full, full=full)]
    for end in (3, 2, 1):
        found = due_credits(ledger, [_span(1, end)], _day(9), DAYS, 2)
        ledger = _booked(ledger, found)
    assert [row.amount for row in ledger[1:]] == [
        Decimal("-0.02"),
        Decimal("-0.02"),
        Decimal("-0.01"),
    ]


def test_credits_of_one_run_share_the_charge() -> None:
    full = _part(1, 6)
    paid = replace(_charge("0.02"), period=full, full=full, full_amount=Decimal("0.04"))
    served = [_span(2, 3), _span(4, 5)]
    found = due_credits([paid], served, _day(9), DAYS, 2)
    assert [credit.amount for credit in found] == [Decimal("-0.01"), Decimal("-0.01"), 0]


def test_what_is_settled_is_not_looked_at() -> None:
    paid = [_charge()]
    assert not unserved(paid, NEVER, _day(32))
    [(_entry, part)] = unserved(paid, NEVER, _day(10))
    assert part == _part(10, 32)
    assert next_credit_day(paid, NEVER, _day(10)) == _day(10)
    assert next_credit_day(paid, ALWAYS) is None


def test_voided_rows_do_not_count() -> None:
    """They are not among the entries; their time is as if it never was billed."""
    assert billed_time([]) == []
    assert due_credits([], NEVER, _day(1), DAYS, 2) == []


def test_new_time_is_charged_without_reference() -> None:
    assert recharged(_part(32, 60), [_charge()]) == [(_part(32, 60), None)]


def test_charge_again_names_the_credit_and_is_cut_at_it() -> None:
    ledger = _booked([_charge()], due_credits([_charge()], [_span(1, 20)], _day(20), DAYS, 2))
    assert recharged(_part(15, 40), ledger) == [
        (_part(15, 20), None),
        (_part(20, 32), ledger[1]),
        (_part(32, 40), None),
    ]


def test_charge_again_undoes_the_latest_credit() -> None:
    """Paused, resumed and paused once more: the second credit belongs to the second charge."""
    ledger = [_charge()]
    ledger = _booked(ledger, due_credits(ledger, [_span(1, 10)], _day(10), DAYS, 2))
    ledger = _served_again(ledger, [_span(1, 10), _span(20)])
    assert ledger[-1].period == _part(20, 32)
    ledger = _booked(ledger, due_credits(ledger, [_span(1, 10), _span(20, 25)], _day(25), DAYS, 2))
    assert (ledger[-1].corrects, ledger[-1].period) == (3, _part(25, 32))
    assert recharged(_part(25, 32), ledger) == [(_part(25, 32), ledger[-1])]
    assert recharged(_part(10, 20), ledger) == [(_part(10, 20), ledger[1])]


# === ANY HISTORY === #

cuts = st.integers(1, 45)


@st.composite
def services(draw: st.DrawFn) -> list[Span]:
    """What is served: the time up to an end, with pauses."""
    pauses = [sorted((draw(cuts), draw(cuts))) for _i in range(draw(st.integers(0, 3)))]
    end = draw(st.none() | cuts)
    return without(_span(1, end), [_span(*pause) for pause in pauses])


amounts = st.integers(0, 5000).map(lambda cents: Decimal(cents) / 100)


def _days_of(parts: Sequence[BillingPeriod]) -> list[date]:
    return sorted(part.start + timedelta(days=n) for part in parts for n in range(part.days))


@given(amounts, st.lists(st.tuples(services(), cuts), min_size=1, max_size=6))
def test_any_history(amount: Decimal, history: list[tuple[list[Span], int]]) -> None:
    """Whatever changes in whatever order: the ledger says what is served, exactly once."""
    ledger = [_charge(str(amount))]
    for served, today in history:
        credits = due_credits(ledger, served, _day(today), DAYS, 2)
        ledger = _served_again(_booked(ledger, credits), served)
        billed = _days_of(billed_time(ledger))
        assert len(billed) == len(set(billed)), "billed twice"
        right = [day for day in _days_of([JANUARY]) if any(span.contains(day) for span in served)]
        assert set(right) <= set(billed), "served and not billed"
        # What is left over is served no more, but its first day is still to come.
        over = unserved(ledger, served)
        assert set(billed) - set(right) == set(_days_of([part for _entry, part in over]))
        assert all(part.start > _day(today) for _entry, part in over)
        _check_amounts(ledger)
        assert not due_credits(ledger, served, _day(today), DAYS, 2)


def _check_amounts(ledger: Sequence[LedgerEntry]) -> None:
    """Nothing gives back more than it took, and no row has the wrong sign."""
    for row in ledger:
        assert (row.amount <= 0) if row.kind is Kind.CREDIT else (row.amount >= 0)
        if row.kind is not Kind.CREDIT:
            back = [other.amount for other in ledger if other.corrects == row.id]
            assert 0 <= row.amount + sum(back) <= row.amount
    causes = [(row.corrects, row.kind, row.period.start) for row in ledger if row.corrects]
    assert len(causes) == len(set(causes)), "the database would refuse the second one"
