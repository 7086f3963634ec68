"""Default interest equals an independent computation, day by day."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.dunning_escalation.core.interest import (
    BaseRate,
    DayCount,
    Payment,
    RateMissingError,
    base_rate,
    default_interest,
    is_rate_outdated,
)

FIRST = date(2002, 1, 1)
# Figures of the Bundesbank.
TABLE = [
    BaseRate(FIRST, Decimal("2.57")),
    BaseRate(date(2023, 7, 1), Decimal("3.12")),
    BaseRate(date(2024, 1, 1), Decimal("3.62")),
    BaseRate(date(2024, 7, 1), Decimal("3.37")),
    BaseRate(date(2025, 1, 1), Decimal("2.27")),
    BaseRate(date(2025, 7, 1), Decimal("1.27")),
]
CENTS = st.decimals(Decimal("0.01"), Decimal("99999.99"), places=2)
DAYS = st.dates(date(2019, 1, 1), date(2029, 12, 31))
PERCENT = st.decimals(Decimal("-0.88"), Decimal("8.00"), places=2)


def by_day(principal, payments, rates, surcharge, default_on, until, day_count):
    """Every day by itself: what is open in the morning bears a day's share of the rate."""
    total = Fraction(0)
    day = default_on
    while day < until:
        day += timedelta(days=1)
        open_amount = principal - sum(p.amount for p in payments if p.day < day)
        if open_amount <= 0:
            continue
        rate = max((r for r in rates if r.valid_from <= day), key=lambda r: r.valid_from)
        is_leap = day.year % 4 == 0 and (day.year % 100 != 0 or day.year % 400 == 0)
        year = 366 if day_count is DayCount.ACT_ACT and is_leap else 365
        total += Fraction(open_amount) * Fraction(rate.percent + surcharge) / 100 / year
    return total


@st.composite
def claims(draw):
    default_on = draw(DAYS)
    until = default_on + timedelta(days=draw(st.integers(-3, 1200)))
    payments = draw(
        st.lists(
            st.builds(
                Payment,
                st.integers(-100, 1300).map(lambda n: default_on + timedelta(days=n)),
                st.decimals(Decimal("-500"), Decimal("60000"), places=2),
            ),
            max_size=5,
        )
    )
    rates = [BaseRate(FIRST, draw(PERCENT))]
    for day in draw(st.lists(DAYS, max_size=8, unique=True)):
        rates.append(BaseRate(day, draw(PERCENT)))
    return {
        "principal": draw(CENTS),
        "payments": payments,
        "rates": draw(st.permutations(rates)),
        "surcharge": draw(st.sampled_from([Decimal(5), Decimal(9)])),
        "default_on": default_on,
        "until": until,
        "day_count": draw(st.sampled_from(DayCount)),
    }


@given(claims())
def test_equals_daily_computation(claim):
    result = default_interest(**claim)
    expected = by_day(**claim)
    assert sum((span.exact for span in result.spans), Fraction(0)) == expected
    rounded = Decimal(expected.numerator) / Decimal(expected.denominator)
    assert result.amount == rounded.quantize(Decimal("0.01"), ROUND_HALF_UP)


@given(claims())
def test_spans_explain_the_days(claim):
    """Spans follow each other, within the time of default, each with one rate and principal."""
    spans = default_interest(**claim).spans
    for before, after in zip(spans, spans[1:], strict=False):
        assert before.last < after.first
    for span in spans:
        assert claim["default_on"] < span.first <= span.last <= claim["until"]
        assert span.principal > 0
        rates = sorted(claim["rates"], key=lambda rate: rate.valid_from)
        for day in (span.first, span.last):
            assert span.percent == base_rate(rates, day) + claim["surcharge"]


@given(claims(), st.integers(0, 400))
def test_later_is_never_less(claim, days):
    """What is added per level is never negative: rates with surcharge are above zero."""
    later = claim | {"until": claim["until"] + timedelta(days=days)}
    assert default_interest(**later).amount >= default_interest(**claim).amount


@pytest.mark.parametrize(
    ("principal", "payments", "surcharge", "default_on", "until", "day_count", "expected"),
    [
        # 119 * 10.27 % * 30 / 365
        ("119.00", [], 9, date(2026, 3, 1), date(2026, 3, 31), DayCount.ACT_365, "1.00"),
        ("119.00", [], 5, date(2026, 3, 1), date(2026, 3, 31), DayCount.ACT_365, "0.61"),
        # 1000 * (12.62 % * 182 + 12.37 % * 184) / 365, and / 366: 2024 is a leap year.
        ("1000.00", [], 9, date(2023, 12, 31), date(2024, 12, 31), DayCount.ACT_365, "125.29"),
        ("1000.00", [], 9, date(2023, 12, 31), date(2024, 12, 31), DayCount.ACT_ACT, "124.94"),
        # The day of a change has the new rate: 3.27 * 10 days and 2.27 from 1 July on.
        ("1000.00", [], 5, date(2025, 6, 29), date(2025, 7, 1), DayCount.ACT_365, "0.37"),
        # The day of the payment still counts, the day of default does not.
        (
            "1000.00",
            [Payment(date(2026, 3, 2), Decimal(1000))],
            9,
            date(2026, 3, 1),
            date(2026, 3, 31),
            DayCount.ACT_365,
            "0.28",
        ),
        ("1000.00", [], 9, date(2026, 3, 1), date(2026, 3, 1), DayCount.ACT_365, "0.00"),
    ],
)
def test_known_cases(principal, payments, surcharge, default_on, until, day_count, expected):
    result = default_interest(
        Decimal(principal), payments, TABLE, Decimal(surcharge), default_on, until, day_count
    )
    assert result.amount == Decimal(expected)


def test_nothing_is_explained_after_the_last_payment():
    paid = [Payment(date(2026, 3, 11), Decimal(1000))]
    result = default_interest(
        Decimal(1000), paid, TABLE, Decimal(9), date(2026, 3, 1), date(2026, 3, 31)
    )
    assert [(span.first, span.last) for span in result.spans] == [
        (date(2026, 3, 2), date(2026, 3, 11))
    ]


def test_currency_without_cents():
    result = default_interest(
        Decimal(100000), [], TABLE, Decimal(9), date(2026, 3, 1), date(2026, 3, 31), digits=0
    )
    assert result.amount == Decimal(844)


def test_before_the_first_rate():
    with pytest.raises(RateMissingError):
        default_interest(Decimal(1), [], TABLE, Decimal(5), date(2001, 12, 1), date(2002, 2, 1))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2025, 7, 1), False),
        (date(2025, 12, 31), False),
        (date(2026, 1, 1), True),
        (date(2025, 6, 30), False),
    ],
)
def test_outdated(day, expected):
    assert is_rate_outdated(TABLE, day) is expected
