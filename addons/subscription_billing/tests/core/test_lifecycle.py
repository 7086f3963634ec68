"""States of a contract: the whole table, allowed and refused."""

from itertools import product

import pytest

from odoo.addons.subscription_billing.core.errors import BillingRuleError
from odoo.addons.subscription_billing.core.lifecycle import (
    RUNNING,
    TRANSITIONS,
    State,
    check_transition,
)

ALLOWED = {
    ("draft", "trial"),
    ("draft", "active"),
    ("draft", "ended"),
    ("trial", "active"),
    ("trial", "paused"),
    ("trial", "ended"),
    ("active", "trial"),
    ("active", "paused"),
    ("active", "ended"),
    ("paused", "active"),
    ("paused", "trial"),
    ("paused", "ended"),
}


@pytest.mark.parametrize(("old", "new"), list(product(State, State)))
def test_transitions(old: State, new: State) -> None:
    """Each pair of states is either allowed or refused with both named."""
    if (old.value, new.value) in ALLOWED:
        check_transition(old, new)
        return
    with pytest.raises(BillingRuleError) as caught:
        check_transition(old, new)
    assert caught.value.code == "transition"
    assert caught.value.data == {"old": old.value, "new": new.value}


def test_every_state_can_be_reached_and_left_but_the_last() -> None:
    """No state is a trap or an island."""
    assert set(TRANSITIONS) == set(State)
    assert {new for news in TRANSITIONS.values() for new in news} == set(State) - {State.DRAFT}
    assert [state for state, news in TRANSITIONS.items() if not news] == [State.ENDED]


def test_running_contracts_can_end() -> None:
    """Trials included."""
    assert all(State.ENDED in TRANSITIONS[state] for state in RUNNING)
