"""Charts show every day of a period once."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.subscription_billing.core.periods import BillingPeriod
from odoo.addons.usage_metering.core.chart import MOST, chart_spans, heights


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 1500))
def test_spans_make_up_the_period(start, days):
    period = BillingPeriod(start, start + timedelta(days=days))
    spans = chart_spans(period)
    assert spans[0].start == period.start
    assert spans[-1].end == period.end
    assert all(one.end == two.start for one, two in zip(spans, spans[1:], strict=False))
    assert len(spans) <= MOST


@given(st.lists(st.decimals(min_value=-1000, max_value=1000, places=2)))
def test_heights_keep_the_order(quantities):
    found = heights(quantities)
    assert len(found) == len(quantities)
    assert all(0 <= height <= 100 for height in found)
    pairs = sorted(zip(quantities, found, strict=True))
    assert [height for _q, height in pairs] == sorted(found)
    assert all(bool(height) == (quantity > 0) for quantity, height in pairs)
