from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.subscription_billing.core.progress import measure


def test_a_night_between_two_legs_does_not_count():
    first = measure(total=600, done=300, done_before=0, seconds=60)
    second = measure(total=600, done=301, done_before=300, seconds=0.2)
    assert (first.per_minute, second.per_minute) == (300, 300)
    assert (first.seconds_left, second.seconds_left) == (60, 60)


def test_more_done_than_expected_is_all_done():
    assert measure(total=10, done=12, done_before=0, seconds=1).percent == 100


def test_a_clock_that_went_back_says_nothing():
    assert measure(total=10, done=5, done_before=0, seconds=-1).seconds_left is None


@given(st.integers(1, 10**6), st.integers(0, 10**6), st.integers(0, 10**6), st.floats(0.1, 1e6))
def test_bounds(total, done, before, seconds):
    progress = measure(total, done, before, seconds)
    assert 0 <= progress.percent <= 100
    assert progress.seconds_left is None or progress.seconds_left >= 0
    assert (progress.seconds_left == 0) >= (done >= total)
