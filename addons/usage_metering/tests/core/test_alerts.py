"""Levels of usage: each is told of once, none is left out."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.usage_metering.core.alerts import Basis, Level, Reading, reached

numbers = st.decimals(min_value=0, max_value=1000, places=2)
levels = st.lists(
    st.builds(
        Level,
        key=st.integers(1, 20),
        basis=st.sampled_from(Basis),
        level=st.decimals(min_value="0.01", max_value=1000, places=2),
    ),
    unique_by=lambda level: level.key,
)


def read(quantity, prepaid=Decimal(0), used=Decimal(0)):
    return Reading(quantity, quantity * 2, prepaid, prepaid - used)


@given(levels, st.lists(numbers))
def test_growing_usage_tells_each_level_once(wanted, steps):
    told, order = set(), []
    for quantity in sorted(steps):
        found = reached(wanted, read(quantity), told)
        order += found
        told |= {(level.key, level.level) for level in found}
    assert len(order) == len(set(order))
    last = max(steps, default=Decimal(-1))
    expected = {
        level.key
        for level in wanted
        if (level.basis is Basis.QUANTITY and level.level <= last)
        or (level.basis is Basis.AMOUNT and level.level <= last * 2)
    }
    assert {level.key for level in order} == expected


@given(levels, numbers)
def test_asked_again_at_once_it_says_nothing(wanted, quantity):
    reading = read(quantity, Decimal(100), min(quantity, Decimal(100)))
    told = {(level.key, level.level) for level in reached(wanted, reading)}
    assert reached(wanted, reading, told) == []


@given(st.decimals(min_value=1, max_value=1000, places=2), st.integers(0, 100))
def test_percent_of_what_was_prepaid(prepaid, percent):
    level = Level(1, Basis.PREPAID, Decimal(80))
    used = prepaid * percent / 100
    assert bool(reached([level], read(Decimal(0), prepaid, used))) == (percent >= 80)


def test_nothing_prepaid_is_never_used_up():
    assert reached([Level(1, Basis.PREPAID, Decimal(1))], read(Decimal(100))) == []


def test_a_changed_level_is_another_one():
    level = Level(1, Basis.QUANTITY, Decimal(5))
    assert reached([level], read(Decimal(6)), {(1, Decimal(4))}) == [level]
    assert reached([level], read(Decimal(6)), {(1, Decimal("5.000000"))}) == []


def test_exactly_the_level_is_enough():
    level = Level(1, Basis.QUANTITY, Decimal(5))
    assert reached([level], read(Decimal(5))) == [level]
    assert reached([level], read(Decimal("4.99"))) == []
