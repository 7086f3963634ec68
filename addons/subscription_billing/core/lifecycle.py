"""States of a contract and the transitions between them, as a table."""

from __future__ import annotations

from enum import Enum

from .errors import BillingRuleError


class State(str, Enum):
    """State of a contract."""

    DRAFT = "draft"
    TRIAL = "trial"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


TRANSITIONS: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.TRIAL, State.ACTIVE, State.ENDED}),
    State.TRIAL: frozenset({State.ACTIVE, State.PAUSED, State.ENDED}),
    State.ACTIVE: frozenset({State.TRIAL, State.PAUSED, State.ENDED}),
    State.PAUSED: frozenset({State.ACTIVE, State.TRIAL, State.ENDED}),
    State.ENDED: frozenset(),
}
RUNNING = frozenset({State.TRIAL, State.ACTIVE, State.PAUSED})


def check_transition(old: State, new: State) -> None:
    """Accept an allowed change of state.

    :raises BillingRuleError: ``transition``

    >>> check_transition(State.DRAFT, State.ACTIVE)
    >>> check_transition(State.ENDED, State.ACTIVE)
    Traceback (most recent call last):
    ...
    odoo...BillingRuleError: transition {'old': 'ended', 'new': 'active'}
    """
    if new not in TRANSITIONS[old]:
        raise BillingRuleError("transition", old=old.value, new=new.value)
