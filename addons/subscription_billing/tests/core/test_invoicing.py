"""What is due, what it costs, and how an invoice line shows it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.subscription_billing.core.invoicing import (
    DraftCharge,
    LineFacts,
    Timing,
    charge,
    covered_until,
    due_charges,
    due_day,
    due_periods,
    line_shape,
    next_due_day,
    with_billed,
)
from odoo.addons.subscription_billing.core.periods import BillingPeriod, Cadence, Unit
from odoo.addons.subscription_billing.core.pricing import (
    ChargeModel,
    Flat,
    PerUnit,
    price,
    round_amount,
)
from odoo.addons.subscription_billing.core.proration import Proration

DAY = timedelta(days=1)


def _line(
    start: str = "2025-01-31",
    end: str | None = None,
    timing: Timing = Timing.IN_ADVANCE,
    billed: Sequence[str] = (),
    **values: object,
) -> LineFacts:
    first = date.fromisoformat(start)
    facts = {
        "anchor": first,
        "cadence": Cadence(Unit.MONTH),
        "timing": timing,
        "start": first,
        "end": date.fromisoformat(end) if end else None,
        "billed": _periods(*billed),
        "terms": PerUnit(Decimal("9.90")),
        "quantity": Decimal(2),
    }
    return LineFacts(**{**facts, **values})


def _periods(*texts: str) -> list[BillingPeriod]:
    return [
        BillingPeriod(*(date.fromisoformat(f"2025-{day}") for day in text.split()))
        for text in texts
    ]


ADVANCE, ARREARS = Timing.IN_ADVANCE, Timing.IN_ARREARS
JANUARY, FEBRUARY, MARCH = "01-31 02-28", "02-28 03-31", "03-31 04-30"


@pytest.mark.parametrize(
    ("timing", "today", "expected"),
    [
        (ADVANCE, "2025-01-30", []),
        (ADVANCE, "2025-01-31", [JANUARY]),
        (ADVANCE, "2025-02-27", [JANUARY]),
        (ADVANCE, "2025-02-28", [JANUARY, FEBRUARY]),
        (ADVANCE, "2025-03-30", [JANUARY, FEBRUARY]),
        (ADVANCE, "2025-03-31", [JANUARY, FEBRUARY, MARCH]),
        (ARREARS, "2025-02-27", []),
        (ARREARS, "2025-02-28", [JANUARY]),
        (ARREARS, "2025-03-31", [JANUARY, FEBRUARY]),
    ],
)
def test_a_contract_of_the_31st(timing: Timing, today: str, expected: list[str]) -> None:
    """In advance a period is due on its first day, in arrears on the day after its last."""
    assert due_periods(_line(timing=timing), date.fromisoformat(today)) == _periods(*expected)


@pytest.mark.parametrize(
    ("timing", "today", "expected"),
    [
        # the cut last period is due at the end, not at the end of the full one
        (ARREARS, "2025-03-10", [JANUARY, "02-28 03-10"]),
        (ARREARS, "2025-03-09", [JANUARY]),
        (ADVANCE, "2025-12-31", [JANUARY, "02-28 03-10"]),
    ],
)
def test_an_end_cuts_the_last_period(timing: Timing, today: str, expected: list[str]) -> None:
    """What is cut off is not due, and the rest is due at the end."""
    line = _line(end="2025-03-10", timing=timing)
    assert due_periods(line, date.fromisoformat(today)) == _periods(*expected)


@pytest.mark.parametrize(
    ("billed", "expected"),
    [
        # all but a voided February
        ([JANUARY, MARCH], [FEBRUARY]),
        # a part of a period, at its start, inside and at its end
        (["01-31 02-10", FEBRUARY, MARCH], ["02-10 02-28"]),
        ([JANUARY, "03-10 03-20", MARCH], ["02-28 03-10", "03-20 03-31"]),
        (["02-10 02-28", FEBRUARY, MARCH], ["01-31 02-10"]),
        # a billed time over several periods of the grid
        (["01-31 03-15", MARCH], ["03-15 03-31"]),
        ([JANUARY, FEBRUARY, MARCH], []),
        # in any order, within a period as well
        ([MARCH, JANUARY], [FEBRUARY]),
        (["03-20 03-31", "02-28 03-10", MARCH, JANUARY], ["03-10 03-20"]),
    ],
)
def test_gaps_come_back_exactly(billed: list[str], expected: list[str]) -> None:
    """Unbilled time is found wherever it lies, with its own dates."""
    assert due_periods(_line(billed=billed), date(2025, 3, 31)) == _periods(*expected)


@pytest.mark.parametrize(
    ("values", "next_due", "covered"),
    [
        ({}, "2025-01-31", "2025-01-31"),
        ({"timing": ARREARS}, "2025-02-28", "2025-01-31"),
        ({"billed": [JANUARY]}, "2025-02-28", "2025-02-28"),
        ({"billed": [JANUARY, MARCH]}, "2025-02-28", "2025-02-28"),
        ({"end": "2025-02-28", "billed": [JANUARY]}, None, None),
        ({"end": "2025-02-10", "timing": ARREARS}, "2025-02-10", "2025-01-31"),
    ],
)
def test_when_a_line_is_due_next(
    values: dict[str, object], next_due: str | None, covered: str | None
) -> None:
    """None once all of the line is billed."""
    line = _line(**values)
    assert next_due_day(line) == (next_due and date.fromisoformat(next_due))
    assert covered_until(line) == (covered and date.fromisoformat(covered))


def test_due_charges_are_priced_each_for_itself() -> None:
    """Only the part at the end is prorated."""
    charges = due_charges(_line(end="2025-03-14"), date(2025, 3, 1), 2)
    assert [(found.amount, found.days) for found in charges] == [
        (Decimal("19.80"), (28, 28)),
        (Decimal("8.94"), (14, 31)),
    ]
    assert [found.is_partial for found in charges] == [False, True]


def test_a_charge_rounds_once_to_the_currency() -> None:
    """The unit price keeps its digits until then."""
    line = _line(terms=PerUnit(Decimal("1.2345")), quantity=Decimal(3))
    amounts = [charge(line, _periods(JANUARY)[0], digits).amount for digits in (0, 2, 3)]
    assert amounts == [Decimal("4"), Decimal("3.70"), Decimal("3.704")]


def test_a_part_is_rounded_after_it_was_weighed() -> None:
    """Rounding the whole first would give 5.01."""
    half = _periods("01-31 02-14")[0]
    line = _line(terms=PerUnit(Decimal("10.005")), quantity=Decimal(1))
    assert charge(line, half, 2).amount == Decimal("5.00")


def test_a_part_is_weighed_by_the_method_of_the_line() -> None:
    """15 of 31 days, or 17 of 33."""
    part = _periods("02-28 03-15")[0]
    line = _line(terms=PerUnit(Decimal(33)), quantity=Decimal(1))
    amounts = [charge(replace(line, proration=m), part, 2).amount for m in Proration]
    assert amounts == [Decimal("15.97"), Decimal("17.00")]


def test_further_periods_are_added_to_the_billed_ones() -> None:
    """Earlier ones are kept."""
    line = with_billed(_line(billed=[JANUARY]), _periods(FEBRUARY))
    assert list(line.billed) == _periods(JANUARY, FEBRUARY)


DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@st.composite
def lines(draw: st.DrawFn) -> LineFacts:
    """Lines whose start may lie anywhere in the grid, ended or open, of any cadence."""
    anchor = draw(DAYS)
    start = anchor + draw(st.integers(0, 200)) * DAY
    length = draw(st.none() | st.integers(1, 900))
    cadence = draw(
        st.sampled_from(
            [Cadence(Unit.DAY, 3), Cadence(Unit.WEEK, 2), Cadence(Unit.MONTH),
             Cadence(Unit.MONTH, 3), Cadence(Unit.YEAR)]
        )
    )  # fmt: skip
    return replace(
        _line(),
        anchor=anchor,
        cadence=cadence,
        start=start,
        end=start + length * DAY if length else None,
        timing=draw(st.sampled_from(Timing)),
        quantity=draw(st.decimals(0, 500, places=3)),
        terms=draw(st.sampled_from([Flat, PerUnit]))(draw(st.decimals(-50, 500, places=3))),
        proration=draw(st.sampled_from(Proration)),
    )


def _time(periods: Iterable[BillingPeriod]) -> set[date]:
    return {period.start + n * DAY for period in periods for n in range(period.days)}


OFFSETS = st.integers(-10, 700)


@given(lines(), OFFSETS)
def test_a_second_run_finds_nothing(line: LineFacts, offset: int) -> None:
    """On the same day, for any line."""
    today = line.start + offset * DAY
    assert not due_periods(with_billed(line, due_periods(line, today)), today)


@given(lines(), OFFSETS, st.integers(0, 300))
def test_several_runs_bill_what_one_would(line: LineFacts, offset: int, later: int) -> None:
    """Nothing twice, nothing lost, whenever runs take place."""
    first_day = line.start + offset * DAY
    last_day = first_day + later * DAY
    first = due_periods(line, first_day)
    second = due_periods(with_billed(line, first), last_day)
    assert [*first, *second] == due_periods(line, last_day)
    assert not _time(first) & _time(second)


@given(lines(), OFFSETS)
def test_due_time_starts_with_the_line_and_has_no_gap(line: LineFacts, offset: int) -> None:
    """And never passes its end."""
    found = due_periods(line, line.start + offset * DAY)
    assert all(left.end == right.start for left, right in pairwise(found))
    assert not found or found[0].start == line.start
    assert not line.end or all(period.end <= line.end for period in found)


@given(lines(), OFFSETS)
def test_nothing_is_billed_before_its_day(line: LineFacts, offset: int) -> None:
    """What is left is due later, or never."""
    today = line.start + offset * DAY
    found = due_periods(line, today)
    assert all(due_day(line.timing, period) <= today for period in found)
    following = next_due_day(with_billed(line, found))
    assert following is None or following > today


@given(lines(), OFFSETS, st.data())
def test_voided_periods_come_back_as_they_were(
    line: LineFacts, offset: int, data: st.DataObject
) -> None:
    """Whichever and however many they are."""
    today = line.start + offset * DAY
    found = due_periods(line, today)
    voided = data.draw(st.sets(st.sampled_from(found))) if found else set()
    kept = [period for period in found if period not in voided]
    assert due_periods(with_billed(line, kept), today) == sorted(voided)


@given(lines(), OFFSETS)
def test_covered_until_is_the_first_unbilled_day(line: LineFacts, offset: int) -> None:
    """It is where the billed periods stop."""
    found = due_periods(line, line.start + offset * DAY)
    covered = covered_until(with_billed(line, found))
    assert (covered or line.end) == (found[-1].end if found else line.start)


@given(lines(), OFFSETS, st.integers(0, 3))
def test_the_amount_of_a_part_lies_between_nothing_and_the_whole(
    line: LineFacts, offset: int, digits: int
) -> None:
    """For charges and discounts alike."""
    full = round_amount(line.terms.price(line.quantity).amount, digits)
    for found in due_charges(line, line.start + offset * DAY, digits):
        assert min(full, 0) <= found.amount <= max(full, 0)
        assert found.is_partial or found.amount == full


@given(lines(), st.integers(0, 4), st.integers(0, 4), st.integers(0, 3))
def test_quantity_times_price_is_the_amount(
    line: LineFacts, quantity_digits: int, price_digits: int, digits: int
) -> None:
    """As the database stores it: both factors rounded to their own digits."""
    for found in due_charges(line, line.start + 70 * DAY, digits)[:3]:
        quantity, unit_price, _discount = line_shape(found, quantity_digits, price_digits)
        # Odoo stores an amount in a price field of fewer digits than the currency only if the
        # installation was set up that way; the set-up check refuses it.
        kept = max(price_digits, digits)
        product = round_amount(quantity, quantity_digits) * round_amount(unit_price, kept)
        assert product == found.amount


@pytest.mark.parametrize(
    ("quantity", "unit_price", "digits", "expected"),
    [
        ("3", "9.90", (2, 2, 2), ("3", "9.90")),
        # a third digit of the quantity or the price would be lost
        ("1.234", "10", (2, 2, 2), ("1", "12.34")),
        ("1.234", "10", (3, 2, 2), ("1.234", "10")),
        ("1000", "0.004", (2, 2, 2), ("1", "4.00")),
        ("1000", "0.004", (2, 3, 2), ("1000", "0.004")),
        # what has to be rounded is not shown as a product: several lines would add up otherwise
        ("5", "0.3333", (2, 4, 2), ("1", "1.67")),
        # yen: the price has decimals, the amount has none
        ("3", "9.90", (2, 2, 0), ("1", "30")),
        ("10", "9.90", (2, 2, 0), ("10", "9.90")),
    ],
)
def test_an_invoice_line_shows_the_factors_where_it_can(
    quantity: str, unit_price: str, digits: tuple[int, int, int], expected: tuple[str, str]
) -> None:
    """Otherwise one at the amount."""
    line = _line(quantity=Decimal(quantity), terms=PerUnit(Decimal(unit_price)))
    found = charge(line, _periods(JANUARY)[0], digits[2])
    assert line_shape(found, *digits[:2])[:2] == tuple(map(Decimal, expected))


@pytest.mark.parametrize(("quantity", "amount"), [("2", "4.95"), ("0", "0.00")])
def test_a_part_of_a_period_is_shown_as_one(quantity: str, amount: str) -> None:
    """Its price per unit is no price of the contract."""
    line = _line(end="2025-02-07", quantity=Decimal(quantity))
    found = charge(line, _periods("01-31 02-07")[0], 2)
    assert line_shape(found, 2, 2)[:2] == (Decimal(1), Decimal(amount))


def test_several_steps_are_shown_as_one() -> None:
    """Even if the first of them makes up the whole amount."""
    paid = price(ChargeModel.PER_UNIT, Decimal(2), Decimal(5))
    free = price(ChargeModel.PER_UNIT, Decimal(3), Decimal(0))
    both = replace(paid, steps=paid.steps + free.steps)
    found = DraftCharge(_periods(JANUARY)[0], Decimal(5), both, (28, 28), Decimal("10.00"))
    assert line_shape(found, 2, 2)[:2] == (Decimal(1), Decimal("10.00"))
