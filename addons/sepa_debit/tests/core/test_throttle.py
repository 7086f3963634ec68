from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.sepa_debit.core.throttle import Limit

NOON = datetime(2026, 3, 2, 12)
LIMIT = Limit(3, timedelta(minutes=10))


@given(st.lists(st.integers(min_value=0, max_value=1200), max_size=8))
def test_waiting_ends_and_only_failures_within_the_window_count(ages):
    failures = [NOON - timedelta(seconds=age) for age in ages]
    counted = sum(age < 600 for age in ages)
    assert LIMIT.is_reached(failures, NOON) == (counted >= 3)
    assert not LIMIT.is_reached(failures, NOON + LIMIT.window)
