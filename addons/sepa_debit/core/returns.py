"""What follows from a collection that failed: one row per reason (EPC173-14)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Retry(str, Enum):
    """Whether the amount may be collected again."""

    NEVER = "never"
    LATER = "later"
    RESCHEDULE = "reschedule"
    AFTER_FIX = "after_fix"


class MandateAction(str, Enum):
    """What becomes of the mandate."""

    KEEP = "keep"
    SUSPEND = "suspend"
    END = "end"
    REVOKE = "revoke"


class AccountAction(str, Enum):
    """What becomes of the debtor's bank account."""

    KEEP = "keep"
    INVALID = "invalid"
    BLOCK = "block"


@dataclass(frozen=True)
class Action:
    """What to do about a reason.

    :ivar is_debtors_fault: a fee may be charged on, dunning goes on
    :ivar is_disputed: the debtor denies the claim or the mandate
    :ivar needs_task: a person has to look at it
    :ivar suspend_after: failures in a row that suspend a mandate which is kept; 0 for never
    :ivar reopens: whether the invoice is open again without a question
    """

    retry: Retry = Retry.NEVER
    mandate: MandateAction = MandateAction.KEEP
    account: AccountAction = AccountAction.KEEP
    is_debtors_fault: bool = False
    is_disputed: bool = False
    needs_task: bool = False
    suspend_after: int = 0
    reopens: bool = True


UNKNOWN = Action(needs_task=True)
_NO_FUNDS = Action(Retry.LATER, is_debtors_fault=True)
_TECHNICAL = Action(Retry.AFTER_FIX, needs_task=True)
_BLOCKED = Action(
    Retry.AFTER_FIX, MandateAction.SUSPEND, AccountAction.BLOCK, is_debtors_fault=True
)
_NEW_ACCOUNT = Action(
    Retry.AFTER_FIX, MandateAction.SUSPEND, AccountAction.INVALID, is_debtors_fault=True
)

ACTIONS: dict[str, Action] = {
    "AM04": _NO_FUNDS,
    # German banks hide "no funds" and "deceased" behind it.
    "MS03": Action(Retry.LATER, is_debtors_fault=True, suspend_after=2),
    "MS02": Action(mandate=MandateAction.SUSPEND, is_debtors_fault=True, needs_task=True),
    "MD06": Action(mandate=MandateAction.SUSPEND, is_disputed=True, needs_task=True),
    "MD01": Action(mandate=MandateAction.REVOKE, is_disputed=True, needs_task=True),
    "MD02": _TECHNICAL,
    "MD07": Action(mandate=MandateAction.END, account=AccountAction.BLOCK, needs_task=True),
    "AC01": _NEW_ACCOUNT,
    "AC04": _NEW_ACCOUNT,
    "AC06": _BLOCKED,
    "AC13": Action(Retry.AFTER_FIX, MandateAction.END, is_debtors_fault=False, needs_task=True),
    "AG01": _BLOCKED,
    "AG02": _TECHNICAL,
    # Perhaps the amount was collected before: whether it is open again is for a person to say.
    "AM05": Action(needs_task=True, reopens=False),
    "CNOR": _BLOCKED,
    "DNOR": _BLOCKED,
    "RC01": _TECHNICAL,
    "RR01": Action(mandate=MandateAction.SUSPEND, needs_task=True),
    "RR04": Action(mandate=MandateAction.SUSPEND, needs_task=True),
    "SL01": _BLOCKED,
    # After the cut-off: nothing happened.
    "TM01": Action(Retry.RESCHEDULE),
    **dict.fromkeys(("BE04", "BE05", "BE07", "RR02", "RR03", "FF01", "FF05"), _TECHNICAL),
    **dict.fromkeys(
        ("DT01", "AM10", "AM18", "DUPL", "ED05", "FOCR"), Action(Retry.RESCHEDULE, needs_task=True)
    ),
}  # fmt: skip


def action_for(reason: str) -> Action:
    """Return what follows from a reason; what nobody knows is looked at by a person.

    >>> action_for("MD01").mandate, action_for("AM04").retry
    (<MandateAction.REVOKE: 'revoke'>, <Retry.LATER: 'later'>)
    >>> action_for("X999") == UNKNOWN
    True
    """
    return ACTIONS.get(reason.strip().upper(), UNKNOWN)


def mandate_action(reason: str, failures_in_a_row: int) -> MandateAction:
    """Return what becomes of the mandate, this failure counted.

    >>> mandate_action("MS03", 1).value, mandate_action("MS03", 2).value
    ('keep', 'suspend')
    """
    action = action_for(reason)
    if action.suspend_after and failures_in_a_row >= action.suspend_after:
        return MandateAction.SUSPEND
    return action.mandate


def may_retry(reason: str, attempts: int, limit: int) -> bool:
    """Whether to collect again by itself, ``attempts`` having been made.

    >>> may_retry("AM04", 1, 2), may_retry("AM04", 2, 2), may_retry("MD06", 0, 2)
    (True, False, False)
    """
    return action_for(reason).retry in {Retry.LATER, Retry.RESCHEDULE} and attempts < limit
