"""The rules of deliveries; run by pytest without a database."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.billing_base.core.delivery import (
    OPEN,
    PAUSES,
    PENDING,
    TRANSITIONS,
    Channel,
    Phase,
    Report,
    State,
    Verdict,
    choose_channel,
    judge,
    may_change,
    next_attempt,
)

NOW = datetime(2026, 3, 1, 12, 0)


# === states === #


def test_every_state_has_a_row() -> None:
    """No state is forgotten, and every one can be reached."""
    assert set(TRANSITIONS) == set(State)
    reached = {State.WAITING}.union(*TRANSITIONS.values())
    assert reached == set(State)


def test_a_delivered_document_stays_delivered() -> None:
    """Nothing leads out of it: sending again is another delivery."""
    assert not any(may_change(State.SENT, state) for state in State)


@pytest.mark.parametrize("state", [State.SENDING, State.UNKNOWN])
def test_what_may_have_left_is_not_taken_up_by_a_run(state: State) -> None:
    """A run takes up open ones only, and nothing goes from unknown to being sent by itself."""
    assert state not in OPEN
    assert not may_change(State.UNKNOWN, State.SENDING)


def test_pending_is_all_that_has_no_end() -> None:
    """Delivered and cancelled are the ends."""
    assert set(State) - PENDING == {State.SENT, State.CANCELLED}


# === patience === #


def test_pauses_grow_and_last_some_days() -> None:
    """Short at first, about four days in the whole."""
    assert list(PAUSES) == sorted(PAUSES)
    assert timedelta(days=3) < sum(PAUSES, timedelta()) < timedelta(days=5)


@given(st.integers(-3, 40))
def test_next_attempt_is_later_or_never(attempts: int) -> None:
    """Never in the past, and at an end some time."""
    when = next_attempt(NOW, attempts)
    assert (when is None) == (attempts < 1 or attempts > len(PAUSES))
    assert when is None or when > NOW


# === verdicts === #


@pytest.mark.parametrize(
    ("phase", "code", "expected"),
    [
        (Phase.CONNECT, None, Verdict.RETRY),
        (Phase.CONNECT, 421, Verdict.RETRY),
        (Phase.CONNECT, 535, Verdict.RETRY),
        (Phase.SENDER, 550, Verdict.RETRY),
        (Phase.RECIPIENTS, None, Verdict.RETRY),
        (Phase.RECIPIENTS, 450, Verdict.RETRY),
        (Phase.RECIPIENTS, 550, Verdict.REFUSED),
        (Phase.DATA, None, Verdict.RETRY),
        (Phase.DATA, 451, Verdict.RETRY),
        (Phase.DATA, 552, Verdict.REFUSED),
        (Phase.ANSWER, None, Verdict.UNKNOWN),
        (Phase.ANSWER, -1, Verdict.UNKNOWN),
        (Phase.ANSWER, 354, Verdict.UNKNOWN),
        (Phase.ANSWER, 250, Verdict.ACCEPTED),
        (Phase.ANSWER, 451, Verdict.RETRY),
        (Phase.ANSWER, 554, Verdict.REFUSED),
    ],
)
def test_judge(phase: Phase, code: int | None, expected: Verdict) -> None:
    """The table of the decision record."""
    assert judge(phase, code) is expected


@given(st.sampled_from(Phase), st.none() | st.integers(-1, 999))
def test_only_an_answer_can_leave_doubt_or_be_acceptance(phase: Phase, code: int | None) -> None:
    """Whatever happens before the final dot, the mail has not left."""
    verdict = judge(phase, code)
    if phase < Phase.ANSWER:
        assert verdict in (Verdict.RETRY, Verdict.REFUSED)
    if verdict is Verdict.ACCEPTED:
        assert code in range(200, 300)


@given(
    st.lists(st.sampled_from("abcd"), unique=True, min_size=1),
    st.dictionaries(
        st.sampled_from("abcd"), st.tuples(st.integers(400, 599), st.just("no")), max_size=4
    ),
)
def test_accepted_and_refused_are_all(
    recipients: list[str], refused: dict[str, tuple[int, str]]
) -> None:
    """Nobody is forgotten and nobody counted twice."""
    refused = {address: answer for address, answer in refused.items() if address in recipients}
    report = Report(Phase.ANSWER, 250, "", recipients, refused)
    assert sorted([*report.accepted, *refused]) == sorted(recipients)


# === channel === #


@given(
    st.none() | st.sampled_from(["mail", "portal", "post", "none"]),
    st.none() | st.sampled_from(["email", "manual", "peppol", "portal", "post"]),
    st.none() | st.sampled_from(["mail", "portal", "post", "none"]),
)
def test_who_is_heard_first(agreed: str | None, customer: str | None, unit: str | None) -> None:
    """What was agreed, then the customer, then the unit, then mail."""
    channel = choose_channel(agreed, customer, [unit])
    if agreed:
        assert channel.value == agreed
    elif customer:
        assert channel is {
            "email": Channel.MAIL,
            "portal": Channel.PORTAL,
            "post": Channel.POST,
        }.get(customer, Channel.NONE)
    else:
        assert channel.value == (unit or "mail")
