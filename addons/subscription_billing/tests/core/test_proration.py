"""The price of parts of periods."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.subscription_billing.core.periods import BillingPeriod, Cadence, Unit, tile
from odoo.addons.subscription_billing.core.pricing import round_amount
from odoo.addons.subscription_billing.core.proration import Proration, days_30, prorate, share


def _period(start: str, end: str) -> BillingPeriod:
    return BillingPeriod(date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize(
    ("amount", "part", "full", "method", "expected"),
    [
        # 29 of 31 days
        ("599.95", "2012-03-02 2012-03-31", "2012-02-29 2012-03-31", "actual_days", "561.24"),
        # the same days of a leap year weigh less
        ("365", "2025-02-01 2025-03-01", "2025-01-01 2026-01-01", "actual_days", "28.00"),
        ("366", "2024-02-01 2024-03-01", "2024-01-01 2025-01-01", "actual_days", "29.00"),
        ("30", "2025-02-01 2025-02-15", "2025-02-01 2025-03-01", "actual_days", "15.00"),
        ("30", "2025-02-01 2025-02-15", "2025-02-01 2025-03-01", "fixed_30", "14.00"),
        # the 31st is free of charge, so nothing is charged beyond the month
        ("30", "2025-01-01 2025-01-31", "2025-01-01 2025-02-01", "fixed_30", "30.00"),
        ("30", "2025-01-31 2025-02-01", "2025-01-01 2025-02-01", "fixed_30", "0.00"),
        # February has thirty days as well, all of them at its end
        ("30", "2025-02-28 2025-03-01", "2025-02-01 2025-03-01", "fixed_30", "3.00"),
        ("-20", "2025-01-01 2025-01-11", "2025-01-01 2025-01-21", "actual_days", "-10.00"),
    ],
)
def test_parts(amount: str, part: str, full: str, method: str, expected: str) -> None:
    """Days of the part over days of the full period."""
    periods = [_period(*text.split()) for text in (part, full)]
    found = prorate(Decimal(amount), *periods, Proration(method))
    assert round_amount(found, 2) == Decimal(expected)


def test_a_whole_period_is_not_divided() -> None:
    """A division by the days and back would leave digits behind."""
    full = _period("2025-01-01", "2025-02-01")
    assert prorate(Decimal("0.1") / 3, full, full) == Decimal("0.1") / 3


def test_a_day_of_no_weight_is_charged_in_full() -> None:
    """A daily period on the 31st has no day of thirty, yet nothing to divide by."""
    full = _period("2025-01-31", "2025-02-01")
    assert share(full, full, Proration.FIXED_30) == (0, 0)
    assert prorate(Decimal(5), full, full, Proration.FIXED_30) == Decimal(5)


DAYS = st.dates(date(2000, 1, 1), date(2040, 12, 31))


@given(DAYS, st.integers(1, 400), st.data(), st.sampled_from(Proration))
def test_parts_of_a_period_add_up_to_it(
    start: date, length: int, data: st.DataObject, method: Proration
) -> None:
    """Wherever it is cut, and no part has negative days."""
    end = start + timedelta(days=length)
    full = BillingPeriod(start, end)
    cut = start + timedelta(days=data.draw(st.integers(0, length)))
    parts = [part for part in (full.cut(end=cut), full.cut(cut)) if part]
    assert sum(share(part, full, method)[0] for part in parts) == share(full, full, method)[1]
    assert all(days >= 0 for days, _of_days in (share(part, full, method) for part in parts))


@given(DAYS, st.integers(1, 40))
def test_thirty_days_in_each_month_whatever_the_calendar(start: date, months: int) -> None:
    """From the first of a month."""
    first = start.replace(day=1)
    period = next(tile(first, Cadence(Unit.MONTH, months), first))
    assert days_30(period) == 30 * months
