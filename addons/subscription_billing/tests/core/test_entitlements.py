"""Entitlements: a table of what holds when, and properties over random contracts."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.subscription_billing.core.entitlements import (
    UNLIMITED,
    Access,
    Combine,
    EntitlementFacts,
    Grant,
    Withheld,
    change_days,
    changes_after,
    combined,
    compare,
    customer_on,
    entitled_on,
    sources_on,
)
from odoo.addons.subscription_billing.core.spans import Span

COMBINE = {"api": Combine.MAX, "users": Combine.SUM, "storage": Combine.MAX}


def day(number):
    return date(2026, 1, 1) + timedelta(days=number)


def span(start, end=None):
    return Span(day(start), None if end is None else day(end))


def grant(code, value, trial=None, **values):
    value = Decimal(value)
    return Grant(code, value, value if trial is None else Decimal(trial), **values)


# Trial to day 14; terms 1 until day 30, then terms 2; an option from day 10 to 40; held 50 to 60,
# without the API only 70 to 80; end on day 90.
CONTRACT = EntitlementFacts(
    served=span(0, 90),
    terms=2,
    trial_until=day(14),
    lines=(
        Access(span(0, 30), 1, Decimal(3), (grant("users", 5, 1, per_unit=True),)),
        Access(span(30), 2, Decimal(4), (grant("users", 10, per_unit=True),)),
        Access(span(10, 40), 2, Decimal(1), (grant("users", 2), grant("storage", 50))),
        Access(span(20, 20), 1, Decimal(9), (grant("users", 1000),)),
    ),
    withheld=(Withheld(span(50, 60)), Withheld(span(70, 80), frozenset({"api"}))),
    terms_grants={
        1: (grant("storage", 20, 0),),
        2: (grant("api", 1), grant("storage", 40, span=span(35))),
    },
)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (-1, {}),
        (0, {"users": 3}),
        (13, {"users": 5, "storage": 50, "api": 1}),
        (14, {"users": 17, "storage": 50, "api": 1}),
        (29, {"users": 17, "storage": 50, "api": 1}),
        (30, {"users": 42, "storage": 50, "api": 1}),
        (39, {"users": 42, "storage": 50, "api": 1}),
        (40, {"users": 40, "storage": 40, "api": 1}),
        (49, {"users": 40, "storage": 40, "api": 1}),
        (50, {}),
        (60, {"users": 40, "storage": 40, "api": 1}),
        (70, {"users": 40, "storage": 40}),
        (80, {"users": 40, "storage": 40, "api": 1}),
        (89, {"users": 40, "storage": 40, "api": 1}),
        (90, {}),
    ],
)
def test_each_change(number, expected):
    assert entitled_on(CONTRACT, day(number), COMBINE) == expected


def test_terms_of_no_line_left():
    """A change to terms that have no line of their own."""
    facts = EntitlementFacts(
        span(0), 2, lines=(Access(span(0, 5), 1, Decimal(1)),),
        terms_grants={1: (grant("users", 1),), 2: (grant("users", 7),)},
    )  # fmt: skip
    assert entitled_on(facts, day(4), COMBINE) == {"users": 1}
    assert entitled_on(facts, day(5), COMBINE) == {"users": 7}


def test_free_time_of_a_line_is_trial():
    """What a change has ended inside a trial stays trial, whatever trial the new terms have."""
    lines = (
        Access(span(0, 5), 1, Decimal(1), (grant("users", 9, 1),), trial_until=day(5)),
        Access(span(5), 2, Decimal(1), (grant("users", 9, 1),)),
    )
    facts = EntitlementFacts(span(0), 2, trial_until=day(0), lines=lines)
    assert entitled_on(facts, day(4), COMBINE) == {"users": 1}
    assert entitled_on(facts, day(5), COMBINE) == {"users": 9}


def test_unlimited():
    pairs = [("users", UNLIMITED), ("users", Decimal(3))]
    assert combined(pairs, COMBINE) == {"users": UNLIMITED}
    free = Grant("users", UNLIMITED, UNLIMITED, per_unit=True)
    assert free.value_on(day(0), False, Decimal(0)) == 0
    assert free.value_on(day(0), False, Decimal(2)) == UNLIMITED


def test_sources_name_their_line():
    found = [(source.code, source.value, source.line) for source in sources_on(CONTRACT, day(39))]
    assert found == [
        ("api", 1, None),
        ("storage", 40, None),
        ("users", 40, 1),
        ("users", 2, 2),
        ("storage", 50, 2),
    ]


spans = st.tuples(st.integers(0, 40), st.none() | st.integers(0, 40)).map(
    lambda pair: span(pair[0], None if pair[1] is None else pair[0] + pair[1])
)
grants = st.builds(
    Grant,
    code=st.sampled_from(sorted(COMBINE)),
    value=st.integers(0, 5).map(Decimal) | st.just(UNLIMITED),
    trial=st.integers(0, 5).map(Decimal),
    per_unit=st.booleans(),
    span=spans | st.just(Span(date.min)),
)
accesses = st.builds(
    Access,
    span=spans,
    terms=st.integers(1, 2),
    quantity=st.integers(0, 4).map(Decimal),
    grants=st.lists(grants, max_size=2).map(tuple),
    trial_until=st.none() | st.integers(0, 20).map(day),
)
contracts = st.builds(
    EntitlementFacts,
    served=spans,
    terms=st.integers(1, 2),
    trial_until=st.none() | st.integers(0, 20).map(day),
    lines=st.lists(accesses, max_size=4).map(tuple),
    withheld=st.lists(
        st.builds(
            Withheld,
            span=spans,
            codes=st.none() | st.frozensets(st.sampled_from(sorted(COMBINE))),
        ),
        max_size=2,
    ).map(tuple),
    terms_grants=st.fixed_dictionaries(
        {number: st.lists(grants, max_size=2).map(tuple) for number in (1, 2)}
    ),
)


@given(contracts)
def test_changes_only_on_its_days(facts):
    """Between two of its days nothing changes: so looking at those days is enough."""
    days = change_days(facts)
    before = {}
    for number in range(-2, 90):
        now = entitled_on(facts, day(number), COMBINE)
        if now != before:
            assert day(number) in days
        before = now


@given(st.lists(contracts, max_size=2), st.integers(-2, 60))
def test_the_first_change_of_each_feature(owned, number):
    found = changes_after(owned, day(number), COMBINE)
    now = customer_on(owned, day(number), COMBINE)
    for code in COMBINE:
        expected = None
        for later in range(number + 1, 95):
            value = customer_on(owned, day(later), COMBINE).get(code, 0)
            if value != now.get(code, 0):
                expected = (day(later), value)
                break
        assert found.get(code) == expected


@given(contracts, st.integers(-2, 60))
def test_nothing_outside_and_nothing_withheld(facts, number):
    today = day(number)
    found = entitled_on(facts, today, COMBINE)
    assert all(found.values())
    if not facts.served.contains(today):
        assert not found
    for held in facts.withheld:
        if held.span.contains(today):
            assert not (found if held.codes is None else found.keys() & held.codes)


@given(contracts, st.integers(-2, 60), accesses)
def test_more_lines_of_the_same_terms_never_give_less(facts, number, extra):
    """Adding an option takes nothing away; only its trial could, which is why it has none here."""
    today = day(number)
    terms = [line for line in facts.lines if line.span.contains(today)]
    if not terms:
        return
    option = Access(terms[-1].span, terms[-1].terms, extra.quantity, extra.grants)
    more = EntitlementFacts(
        facts.served, facts.terms, facts.trial_until, (*facts.lines, option), facts.withheld,
        facts.terms_grants,
    )  # fmt: skip
    before = entitled_on(facts, today, COMBINE)
    after = entitled_on(more, today, COMBINE)
    if max(line.span.start for line in terms) == terms[-1].span.start:
        assert all(after[code] >= value for code, value in before.items())


@given(st.dictionaries(st.sampled_from("abc"), st.integers(1, 2)),
       st.dictionaries(st.sampled_from("abc"), st.integers(1, 2)))  # fmt: skip
def test_comparison_is_complete(before, after):
    found = compare(before, after)
    rebuilt = {code: value for code, value in before.items() if code not in found.revoked}
    rebuilt |= {code: after[code] for code in (*found.granted, *found.changed)}
    assert rebuilt == after
    assert bool(found) is (before != after)
