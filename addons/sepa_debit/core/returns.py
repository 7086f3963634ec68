"""What follows from a collection that failed: one row per reason (EPC173-14)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
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
    # Our own bank is not reachable: nothing that the debtor could repair or pay for.
    "CNOR": _TECHNICAL,
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


@dataclass(frozen=True)
class NextStep:
    """What the open amount waits for after a failure.

    :ivar kind: "retry" (by itself, on a day), "fix" (somebody repairs something first),
        "person" (somebody decides) or "none" (nothing more is collected)
    :ivar not_before: the first day of another attempt
    :ivar counts: whether the failed attempt counts towards the limit
    """

    kind: str
    not_before: date | None = None
    counts: bool = True


def next_step(
    reason: str, attempts: int, limit: int, failed_on: date, wait_days: int, *, is_usable: bool
) -> NextStep:
    """Return what follows for the amount.

    :param attempts: made so far that count, this one included
    :param limit: most attempts that the creditor makes by itself
    :param wait_days: calendar days between a failure for lack of funds and the next attempt
    :param is_usable: the mandate can still be collected with

    >>> next_step("AM04", 1, 2, date(2026, 3, 24), 7, is_usable=True)
    NextStep(kind='retry', not_before=datetime.date(2026, 3, 31), counts=True)
    >>> next_step("TM01", 1, 2, date(2026, 3, 24), 7, is_usable=True)
    NextStep(kind='retry', not_before=datetime.date(2026, 3, 24), counts=False)
    >>> next_step("AM04", 2, 2, date(2026, 3, 24), 7, is_usable=True).kind
    'person'
    >>> next_step("MS03", 2, 3, date(2026, 3, 24), 7, is_usable=False).kind
    'fix'
    >>> next_step("MD01", 1, 2, date(2026, 3, 24), 7, is_usable=False).kind
    'none'
    """
    retry = action_for(reason).retry
    if retry is Retry.NEVER:
        return NextStep("person" if action_for(reason) == UNKNOWN else "none")
    if retry is Retry.AFTER_FIX or not is_usable:
        return NextStep("fix")
    if retry is Retry.RESCHEDULE:
        return NextStep("retry", failed_on, counts=False)
    if attempts >= limit:
        return NextStep("person")
    return NextStep("retry", failed_on + timedelta(days=wait_days))


def fee_cents(policy: str, reason: str, charges: int, fixed: int, cap: int) -> int:
    """Return what the debtor is asked to pay for the return, in cents.

    Never for what is not the debtor's fault, and never without a policy. What banks took may be
    passed on; a lump sum must stay below the typical damage (German Civil Code, section 309 no.
    5), which is why there is a cap.

    >>> fee_cents("charges", "AM04", 550, 0, 500), fee_cents("fixed", "AM04", 0, 300, 500)
    (500, 300)
    >>> fee_cents("fixed", "FF01", 550, 300, 500), fee_cents("none", "AM04", 550, 300, 500)
    (0, 0)
    """
    if policy == "none" or not action_for(reason).is_debtors_fault:
        return 0
    amount = charges if policy == "charges" else fixed
    return min(amount, cap) if cap else amount
