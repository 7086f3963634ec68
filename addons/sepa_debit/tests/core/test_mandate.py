"""Mandates, sequence types, notices and reasons."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.sepa_debit.core.mandate import (
    TRANSITIONS,
    Amendment,
    State,
    can_become,
    is_amendment_announced,
    lapse_date,
)
from odoo.addons.sepa_debit.core.prenotification import Announcement, may_submit
from odoo.addons.sepa_debit.core.returns import (
    ACTIONS,
    AccountAction,
    MandateAction,
    Retry,
    action_for,
    mandate_action,
)
from odoo.addons.sepa_debit.core.sequence import Sequence, sequence_of

OVER = {State.ENDED, State.REVOKED, State.LAPSED}


def test_nothing_leads_back_from_an_end():
    assert set(TRANSITIONS) == set(State)
    for state in OVER:
        assert not TRANSITIONS[state]
    assert not can_become("draft", "suspended")
    assert can_become("suspended", "active")


def test_lapse_counts_from_the_last_presented():
    assert lapse_date(date(2023, 1, 31), None) == date(2026, 1, 31)
    assert lapse_date(date(2023, 1, 31), date(2024, 2, 29)) == date(2027, 2, 28)


ibans = st.sampled_from(["", "A", "B", "C"])


@given(st.lists(ibans, min_size=2, max_size=6))
def test_the_bank_is_told_the_account_it_knows(history):
    """Whatever happens in between, the old account is that of the last settled collection."""
    known, amendment = history[0], Amendment()
    for old, new in zip(history, history[1:], strict=False):
        amendment = amendment.with_old(iban=old).without(iban=new)
        if known:
            assert amendment.iban == ("" if new == known else known)


@pytest.mark.parametrize("outcome", ["failed", "submitted", "cancelled"])
def test_amendment_travels_until_settled(outcome):
    assert not is_amendment_announced(outcome)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"one_off": True}, Sequence.ONE_OFF),
        ({"is_final": True}, Sequence.FINAL),
        ({"announces_first": True}, Sequence.FIRST),
        ({"announces_first": True, "was_settled": True}, Sequence.RECURRENT),
        ({}, Sequence.RECURRENT),
    ],
)
def test_sequence(facts, expected):
    defaults = {"one_off": False, "announces_first": False, "was_settled": False}
    assert sequence_of(**(defaults | facts)) is expected


@pytest.mark.parametrize(
    ("change", "delivered", "days", "allowed"),
    [
        ({}, date(2026, 3, 24), 14, True),
        ({}, date(2026, 3, 25), 14, False),
        ({}, date(2026, 4, 2), 5, True),
        ({}, None, 1, False),
        ({"cents": 1191}, date(2026, 3, 24), 14, False),
        ({"collect_on": date(2026, 4, 8)}, date(2026, 3, 24), 14, False),
        ({"mandate": "M2"}, date(2026, 3, 24), 14, False),
    ],
)
def test_nothing_is_submitted_without_notice(change, delivered, days, allowed):
    facts = {
        "cents": 1190,
        "collect_on": date(2026, 4, 7),
        "creditor_id": "DE98ZZZ09999999999",
        "mandate": "M1",
    }
    told, planned = Announcement(**facts), Announcement(**(facts | change))
    assert may_submit(told, delivered, planned, days) is allowed


@pytest.mark.parametrize(
    ("reason", "retry", "mandate", "account"),
    [
        ("AM04", "later", "keep", "keep"),
        ("MS03", "later", "keep", "keep"),
        ("MS02", "never", "suspend", "keep"),
        ("MD06", "never", "suspend", "keep"),
        ("MD01", "never", "revoke", "keep"),
        ("MD07", "never", "end", "block"),
        ("AC01", "after_fix", "suspend", "invalid"),
        ("AC04", "after_fix", "suspend", "invalid"),
        ("AC06", "after_fix", "suspend", "block"),
        ("AM05", "never", "keep", "keep"),
        ("TM01", "reschedule", "keep", "keep"),
        ("???", "never", "keep", "keep"),
    ],
)
def test_reasons(reason, retry, mandate, account):
    action = action_for(reason)
    assert action.retry is Retry(retry)
    assert action.mandate is MandateAction(mandate)
    assert action.account is AccountAction(account)


# Of each reason: d the debtor's fault, x disputed, t a person looks at it, s sends failures in a
# row to suspension, n leaves the invoice paid until somebody has looked.
FLAGS = {
    "AM04": "d", "MS03": "ds", "MS02": "dt", "MD06": "xt", "MD01": "xt", "MD02": "t", "MD07": "t",
    "AC01": "d", "AC04": "d", "AC06": "d", "AC13": "t", "AG01": "d", "AG02": "t", "AM05": "tn",
    "CNOR": "t", "DNOR": "d", "RC01": "t", "RR01": "t", "RR04": "t", "SL01": "d", "TM01": "",
    "BE04": "t", "BE05": "t", "BE07": "t", "RR02": "t", "RR03": "t", "FF01": "t", "FF05": "t",
    "DT01": "t", "AM10": "t", "AM18": "t", "DUPL": "t", "ED05": "t", "FOCR": "t",
}  # fmt: skip


def test_flags():
    """What is not named in a row is not so."""
    found = {
        reason: "".join(
            letter
            for letter, applies in (
                ("d", action.is_debtors_fault),
                ("x", action.is_disputed),
                ("t", action.needs_task),
                ("s", action.suspend_after),
                ("n", not action.reopens),
            )
            if applies
        )
        for reason, action in ACTIONS.items()
    }
    assert found == FLAGS


def test_what_is_not_the_debtors_fault_costs_no_fee():
    for reason in ("FF01", "MD02", "TM01", "AM05", "BE05", "XX99"):
        assert not action_for(reason).is_debtors_fault
    assert not action_for("AM05").reopens
    assert action_for("XX99").needs_task


def test_repeated_failures():
    assert mandate_action("MS03", 2) is MandateAction.SUSPEND
    assert mandate_action("AM04", 5) is MandateAction.KEEP
