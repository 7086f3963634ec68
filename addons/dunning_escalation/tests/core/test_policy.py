"""What is decided about an open item, and what letter comes of it."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.dunning_escalation.core.grouping import Candidate, make_letter
from odoo.addons.dunning_escalation.core.policy import (
    Decision,
    Kind,
    Level,
    OpenItem,
    Reason,
    Standing,
    Terms,
    decide,
)

DUE = date(2026, 3, 2)
ITEM = OpenItem(DUE, Decimal("119.00"))
TERMS = Terms((Level(1, -3), Level(2, 7), Level(3, 21, gap=10)), tolerance=Decimal(1))


def on(days):
    return DUE + timedelta(days=days)


@pytest.mark.parametrize(
    ("item", "standing", "day", "kind", "reason", "level", "when"),
    [
        # The reminder before the due date, and no more once that has come.
        ({}, {}, -4, Kind.WAIT, Reason.NOT_YET, 1, -3),
        ({}, {}, -3, Kind.NOTIFY, Reason.DUE, 1, -3),
        ({}, {}, -1, Kind.NOTIFY, Reason.DUE, 1, -3),
        ({}, {}, 0, Kind.WAIT, Reason.NOT_YET, 2, 7),
        ({}, {}, 7, Kind.NOTIFY, Reason.DUE, 2, 7),
        # However late, levels come one by one, each with its gap.
        ({}, {}, 90, Kind.NOTIFY, Reason.DUE, 2, 7),
        ({}, {"reached": 2, "reached_on": on(90)}, 91, Kind.WAIT, Reason.GAP, 3, 100),
        ({}, {"reached": 2, "reached_on": on(90)}, 100, Kind.NOTIFY, Reason.DUE, 3, 100),
        ({}, {"reached": 2, "reached_on": on(7)}, 17, Kind.WAIT, Reason.NOT_YET, 3, 21),
        ({}, {"reached": 3, "reached_on": on(21)}, 300, Kind.REST, Reason.LAST, None, None),
        # What keeps an item from any level.
        ({"residual": Decimal(0)}, {}, 30, Kind.REST, Reason.SETTLED, None, None),
        ({"residual": Decimal(1)}, {}, 30, Kind.REST, Reason.SMALL, None, None),
        ({"residual": Decimal("1.01")}, {}, 30, Kind.NOTIFY, Reason.DUE, 2, 7),
        ({"is_excluded": True}, {}, 30, Kind.REST, Reason.EXCLUDED, None, None),
        ({}, {"is_handed_over": True}, 30, Kind.REST, Reason.HANDED_OVER, None, None),
        ({"is_held": True, "held_until": on(40)}, {}, 30, Kind.WAIT, Reason.HELD, None, 40),
        ({}, {"is_under_way": True}, 30, Kind.WAIT, Reason.UNDER_WAY, None, None),
        ({"in_collection": Decimal(119)}, {}, 30, Kind.WAIT, Reason.COLLECTED, None, None),
        ({"disputed": Decimal(119)}, {}, 30, Kind.WAIT, Reason.DISPUTED, None, None),
        ({"disputed": Decimal(100)}, {}, 30, Kind.NOTIFY, Reason.DUE, 2, 7),
    ],
)
def test_decide(item, standing, day, kind, reason, level, when):
    decision = decide(replace(ITEM, **item), Standing(**standing), TERMS, on(day))
    assert (decision.kind, decision.reason) == (kind, reason)
    assert (decision.level.number if decision.level else None) == level
    assert decision.on == (None if when is None else on(when))


def test_part_payment_gives_time():
    terms = replace(TERMS, restarts_gap=True)
    standing = Standing(2, on(12), paid_on=on(20))
    assert decide(ITEM, standing, terms, on(23)).on == on(30)
    assert decide(ITEM, standing, TERMS, on(23)).on == on(22)


@given(
    st.lists(st.tuples(st.integers(-10, 60), st.integers(0, 20)), max_size=5),
    st.lists(st.integers(0, 40), max_size=30),
    st.lists(st.integers(0, 30), max_size=30),
)
def test_ladder(steps, waits, delays):
    """Whenever runs happen and letters arrive: each level once, in order, gap kept."""
    levels = tuple(Level(n, days, gap) for n, (days, gap) in enumerate(sorted(steps), 1))
    terms, standing, day, seen = Terms(levels), Standing(), DUE - timedelta(days=15), []
    for wait, delay in zip(waits, delays, strict=False):
        day += timedelta(days=wait)
        decision = decide(ITEM, standing, terms, day)
        if decision.kind is not Kind.NOTIFY:
            continue
        level = decision.level
        assert day >= DUE + timedelta(days=level.days)
        if standing.reached:
            assert day >= standing.reached_on + timedelta(days=level.gap)
        assert level.number > standing.reached
        skipped = levels[standing.reached : level.number - 1]
        assert all(other.days < 0 for other in skipped)
        under_way = replace(standing, is_under_way=True)
        assert decide(ITEM, under_way, terms, day).kind is Kind.WAIT
        seen.append(level.number)
        day += timedelta(days=delay)
        standing = Standing(level.number, day)
    assert seen == sorted(set(seen))


# === LETTERS === #


def candidate(key, days=30, worth="100", kind=Kind.NOTIFY, level=2, reason=None, reached=0):
    decided = Decision(
        kind,
        reason or (Reason.DUE if kind is Kind.NOTIFY else Reason.GAP),
        Level(level, 7) if level else None,
    )
    item = OpenItem(on(0) - timedelta(days=days), Decimal(worth))
    return Candidate(key, item, decided, Decimal(worth), reached)


def letter(*candidates, credit="0", minimum="0", **values):
    return make_letter(candidates, Decimal(credit), Decimal(minimum), on(0), **values)


def test_one_letter_with_everything():
    made = letter(
        candidate(1, level=2),
        candidate(2, level=3, days=20),
        candidate(3, kind=Kind.WAIT, reached=2),
        candidate(4, kind=Kind.REST, reason=Reason.EXCLUDED),
        candidate(5, kind=Kind.WAIT, reason=Reason.HELD),
        candidate(6, kind=Kind.WAIT, days=-5),
    )
    assert [c.key for c in made.reached] == [1, 2]
    assert [c.key for c in made.also_open] == [3]
    assert (made.leading.key, made.leading.level) == (2, 3)


def test_due_today_is_not_overdue():
    made = letter(candidate(1), candidate(2, kind=Kind.WAIT, days=0))
    assert made.also_open == ()


def test_nothing_reaches_a_level():
    made = letter(candidate(3, kind=Kind.WAIT))
    assert not made.reached
    assert made.reason is None


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"credit": "100"}, Reason.CREDIT),
        ({"credit": "99.99"}, None),
        ({"minimum": "100"}, None),
        ({"minimum": "100.01"}, Reason.MINIMUM),
        ({"minimum": "50", "credit": "60"}, Reason.MINIMUM),
        ({"last_letter": on(-4), "letter_gap": 5}, Reason.LETTER_GAP),
        ({"last_letter": on(-5), "letter_gap": 5}, None),
    ],
)
def test_no_letter(values, reason):
    made = letter(candidate(1), **values)
    assert made.reason is reason
    assert bool(made.reached) is (reason is None)
    assert made.on == (on(1) if reason is Reason.LETTER_GAP else None)


def test_reminder_before_due_needs_no_minimum():
    made = letter(candidate(1, days=-3, level=1), minimum="500", last_letter=on(-1), letter_gap=9)
    assert [c.key for c in made.reached] == [1]


@given(st.permutations([candidate(n, days=30 - n, level=1 + n % 3) for n in range(6)]))
def test_order_does_not_matter(candidates):
    assert letter(*candidates).leading.key == 2
