"""Next steps and fees after a return; which debit a return is about."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.sepa_debit.core.recognition import (
    MOST_CHARGES,
    WINDOW,
    Came,
    Recognition,
    Register,
    SentDebit,
)
from odoo.addons.sepa_debit.core.returns import ACTIONS, Retry, fee_cents, next_step

DAY = date(2026, 3, 24)
DUE = date(2026, 3, 20)


def debit(key, **values):
    facts = {
        "end_to_end_id": f"SDDE{key}",
        "mandate": f"M{key}",
        "iban": f"DE{key}",
        "cents": 1000,
        "collect_on": DUE,
    }
    return SentDebit(key=key, **(facts | values))


def recognise(*debits, **told):
    facts = {"booked_on": DAY, "cents": 1550, "original_cents": 1000} | told
    return Register(list(debits)).recognise(Came(**facts))


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"end_to_end_id": "SDDE1"}, (1, "end_to_end")),
        ({"end_to_end_id": "sdde1"}, (1, "end_to_end")),
        ({"end_to_end_id": "SDDE1", "original_cents": None}, (1, "end_to_end")),
        ({"end_to_end_id": "SDDE1", "original_cents": 999}, None),
        ({"end_to_end_id": "SDDE1", "original_cents": None, "cents": 999}, None),
        ({"end_to_end_id": "SDDE1", "original_cents": None, "cents": 1000}, (1, "end_to_end")),
        (
            {"end_to_end_id": "SDDE1", "original_cents": None, "cents": 1000 + MOST_CHARGES},
            (1, "end_to_end"),
        ),
        (
            {"end_to_end_id": "SDDE1", "original_cents": None, "cents": 1001 + MOST_CHARGES},
            None,
        ),
        ({"end_to_end_id": "OTHER", "mandate": "M2"}, (2, "mandate")),
        ({"text": "Rueckgabe SDDE2, MS03"}, (2, "text")),
        ({"text": "Rueckgabe (SDDE2)."}, (2, "text")),
        ({"text": "Rueckgabe SDDE22"}, None),
        ({"text": "SDDE1 or SDDE2"}, None),
        ({"mandate": "m1"}, (1, "mandate")),
        ({"mandate": "M1", "original_cents": 1001}, None),
        ({"mandate": "M1", "original_cents": None, "cents": 1000}, (1, "mandate")),
        ({"mandate": "M1", "original_cents": None, "cents": 1550}, None),
        ({"mandate": "M1", "iban": "DE2"}, (1, "mandate")),
        ({"iban": "DE2"}, (2, "iban")),
        ({"iban": "DE2", "original_cents": 500}, None),
        ({}, None),
        ({"text": "10.00"}, None),
    ],
)
def test_recognition(told, expected):
    found = recognise(debit(1), debit(2), **told)
    assert found == (expected and Recognition(*expected))


def test_of_several_debits_of_a_mandate_only_one_may_be_possible():
    told = {"mandate": "M1", "iban": "DE1"}
    other = {"mandate": "M1", "iban": "DE1"}
    assert recognise(debit(1), debit(2, **other), **told) is None
    assert recognise(debit(1), debit(2, **other, is_open=False), **told).key == 1
    assert recognise(debit(1), debit(2, **other, cents=2000), **told).key == 1
    later = debit(2, **other, collect_on=DAY + timedelta(days=1))
    assert recognise(debit(1), later, **told).key == 1


def test_a_debit_that_came_back_is_found_by_its_reference_alone():
    gone = debit(1, is_open=False)
    assert recognise(gone, end_to_end_id="SDDE1").key == 1
    assert recognise(gone, mandate="M1") is None
    assert recognise(gone, iban="DE1") is None


@pytest.mark.parametrize(
    ("days", "is_found"),
    [(0, True), (WINDOW.days, True), (WINDOW.days + 1, False), (-1, True)],
)
def test_window(days, is_found):
    """A reject may be told before the day of the debit."""
    found = recognise(debit(1), end_to_end_id="SDDE1", booked_on=DUE + timedelta(days=days))
    assert bool(found) == is_found


def test_not_by_mandate_before_the_day():
    assert recognise(debit(1), mandate="M1", booked_on=DUE - timedelta(days=1)) is None
    assert recognise(debit(1), mandate="M1", booked_on=DUE).key == 1


@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=6),
    st.integers(1, 5),
    st.text("SDE12345 ,.M", max_size=30),
)
def test_never_by_the_amount_alone(cents, wanted, text):
    """Without reference, mandate and account nothing is found, however the amounts fit."""
    debits = [debit(key + 100, cents=amount) for key, amount in enumerate(cents)]
    assert recognise(*debits, cents=wanted, original_cents=wanted, text=text) is None


@pytest.mark.parametrize(
    ("reason", "attempts", "is_usable", "kind", "day"),
    [
        ("AM04", 1, True, "retry", date(2026, 3, 31)),
        ("AM04", 2, True, "person", None),
        ("AM04", 3, True, "person", None),
        ("AM04", 1, False, "fix", None),
        ("MS03", 1, True, "retry", date(2026, 3, 31)),
        ("TM01", 9, True, "retry", DAY),
        ("DUPL", 1, True, "retry", DAY),
        ("AC04", 1, False, "fix", None),
        ("MD02", 1, True, "fix", None),
        ("MD06", 1, False, "none", None),
        ("MD01", 1, False, "none", None),
        ("MD07", 1, False, "none", None),
        ("AM05", 1, True, "none", None),
        ("", 1, True, "person", None),
        ("X1", 1, True, "person", None),
    ],
)
def test_next_step(reason, attempts, is_usable, kind, day):
    step = next_step(reason, attempts, 2, DAY, 7, is_usable=is_usable)
    assert (step.kind, step.not_before) == (kind, day)


@given(st.sampled_from([*ACTIONS, "??"]), st.integers(1, 5), st.integers(1, 3), st.booleans())
def test_nothing_is_tried_for_ever(reason, attempts, limit, is_usable):
    step = next_step(reason, attempts, limit, DAY, 7, is_usable=is_usable)
    is_rescheduled = reason in ACTIONS and ACTIONS[reason].retry is Retry.RESCHEDULE
    assert step.counts != (step.kind == "retry" and is_rescheduled)
    if step.kind == "retry":
        assert is_usable
        assert is_rescheduled or attempts < limit
        assert step.not_before >= DAY


@pytest.mark.parametrize(
    ("policy", "reason", "expected"),
    [
        ("none", "AM04", 0),
        ("charges", "AM04", 550),
        ("fixed", "AM04", 300),
        ("charges", "FF01", 0),
        ("fixed", "MD06", 0),
        ("fixed", "TM01", 0),
        ("fixed", "", 0),
    ],
)
def test_fee(policy, reason, expected):
    assert fee_cents(policy, reason, 550, 300, 0) == expected
    assert fee_cents(policy, reason, 550, 300, 250) == min(expected, 250)
