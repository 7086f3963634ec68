"""How a document leaves the house: states of a delivery, patience, and what an SMTP answer means.

A delivery is handed over at one moment: when the final dot of the mail is written. Before it the
mail has surely not left; after it only the server's answer tells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, IntEnum


class State(str, Enum):
    """State of a delivery."""

    WAITING = "waiting"
    RETRY = "retry"  # failed for now, tried again by itself
    SENDING = "sending"  # the final dot is being written
    UNKNOWN = "unknown"  # handed over, but nobody saw the answer
    FAILED = "failed"  # needs a person
    HELD = "held"  # sandbox
    SENT = "sent"
    CANCELLED = "cancelled"


TRANSITIONS: dict[State, frozenset[State]] = {
    State.WAITING: frozenset(
        {State.SENDING, State.RETRY, State.FAILED, State.HELD, State.SENT, State.CANCELLED}
    ),
    State.RETRY: frozenset(
        {State.SENDING, State.WAITING, State.FAILED, State.HELD, State.SENT, State.CANCELLED}
    ),
    State.SENDING: frozenset(
        {State.SENT, State.RETRY, State.FAILED, State.UNKNOWN, State.WAITING}
    ),
    # The sender itself may come back with the answer.
    State.UNKNOWN: frozenset(
        {State.SENT, State.RETRY, State.FAILED, State.WAITING, State.CANCELLED}
    ),
    State.FAILED: frozenset({State.WAITING, State.SENT, State.CANCELLED}),
    State.HELD: frozenset({State.WAITING, State.CANCELLED}),
    State.CANCELLED: frozenset({State.WAITING}),
    State.SENT: frozenset(),
}
# What a run takes up by itself, and what nobody has to look at any more.
OPEN = frozenset({State.WAITING, State.RETRY})
PENDING = OPEN | {State.SENDING, State.UNKNOWN, State.FAILED, State.HELD}


def may_change(old: State, new: State) -> bool:
    """Whether a delivery may go from one state to another.

    >>> may_change(State.WAITING, State.SENDING)
    True
    >>> may_change(State.SENT, State.WAITING)
    False
    """
    return new in TRANSITIONS[old]


# === PATIENCE === #

# About four days, as RFC 5321 section 4.5.4.1 asks of those who send mail.
PAUSES = tuple(timedelta(minutes=m) for m in (5, 15, 60, 180, 360, 720, 1440, 1440, 1440))


def next_attempt(now: datetime, attempts: int) -> datetime | None:
    """When to try again after ``attempts`` attempts have failed; None: a person has to look.

    >>> now = datetime(2026, 3, 1, 12, 0)
    >>> next_attempt(now, 1)
    datetime.datetime(2026, 3, 1, 12, 5)
    >>> next_attempt(now, 2)
    datetime.datetime(2026, 3, 1, 12, 15)
    >>> next_attempt(now, 10) is None
    True
    """
    if not 0 < attempts <= len(PAUSES):
        return None
    return now + PAUSES[attempts - 1]


# === WHAT AN ANSWER MEANS === #


class Phase(IntEnum):
    """How far an SMTP transaction got; ordered."""

    CONNECT = 0
    SENDER = 1
    RECIPIENTS = 2
    DATA = 3  # command, and the content but for its final dot
    ANSWER = 4  # the final dot was written


class Verdict(str, Enum):
    """What became of one mail."""

    ACCEPTED = "accepted"
    RETRY = "retry"  # surely not sent, for a reason that passes
    REFUSED = "refused"  # surely not sent, and trying again is of no use
    UNKNOWN = "unknown"


def judge(phase: Phase, code: int | None) -> Verdict:
    """Judge where and with what reply code (None: no reply) a transaction ended.

    >>> judge(Phase.CONNECT, None)
    <Verdict.RETRY: 'retry'>
    >>> judge(Phase.RECIPIENTS, 550)
    <Verdict.REFUSED: 'refused'>
    >>> judge(Phase.ANSWER, 250)
    <Verdict.ACCEPTED: 'accepted'>
    >>> judge(Phase.ANSWER, None)
    <Verdict.UNKNOWN: 'unknown'>

    A server that refuses us or our sender is a matter of our settings, not of the customer:
    when they are put right, the mails go out by themselves.

    >>> judge(Phase.SENDER, 550)
    <Verdict.RETRY: 'retry'>
    """
    if phase is Phase.ANSWER:
        if code is not None and 200 <= code < 300:
            return Verdict.ACCEPTED
        if code is None or not 400 <= code < 600:
            return Verdict.UNKNOWN
    if phase >= Phase.RECIPIENTS and code is not None and 500 <= code < 600:
        return Verdict.REFUSED
    return Verdict.RETRY


@dataclass(frozen=True)
class Report:
    """What became of one mail, with the server's words.

    ``refused`` maps an address to the reply code and text it was refused with; the others got
    what ``phase`` and ``code`` (None: no reply) say.
    """

    phase: Phase
    code: int | None = None
    text: str = ""
    recipients: Sequence[str] = ()
    refused: Mapping[str, tuple[int, str]] | None = None

    @property
    def verdict(self) -> Verdict:
        """The verdict on the mail as a whole.

        >>> Report(Phase.ANSWER, 250).verdict.value
        'accepted'

        When every recipient is refused, one who may be free later is worth another attempt.

        >>> both = {"a@x": (550, "no such user"), "b@x": (450, "mailbox busy")}
        >>> Report(Phase.RECIPIENTS, recipients=["a@x", "b@x"], refused=both).verdict.value
        'retry'
        >>> Report(Phase.RECIPIENTS, recipients=["a@x"], refused={"a@x": (550, "")}).verdict.value
        'refused'
        """
        if self.phase is Phase.RECIPIENTS and self.refused:
            verdicts = {judge(self.phase, code) for code, _text in self.refused.values()}
            return Verdict.REFUSED if verdicts == {Verdict.REFUSED} else Verdict.RETRY
        return judge(self.phase, self.code)

    @property
    def accepted(self) -> list[str]:
        """Addresses that have the mail.

        >>> refused = {"b@x": (550, "no such user")}
        >>> Report(Phase.ANSWER, 250, recipients=["a@x", "b@x"], refused=refused).accepted
        ['a@x']
        >>> Report(Phase.ANSWER, 451, recipients=["a@x"]).accepted
        []
        """
        if self.verdict is not Verdict.ACCEPTED:
            return []
        return [address for address in self.recipients if address not in (self.refused or {})]


# === WHICH CHANNEL === #


class Channel(str, Enum):
    """How a document leaves."""

    MAIL = "mail"
    PORTAL = "portal"
    POST = "post"
    NONE = "none"


# Odoo's own choices of a customer. Whatever else an addon offers there (Peppol, a letter shop)
# is sent by that addon, not by us.
CUSTOMER_CHOICES = {
    "email": Channel.MAIL,
    "portal": Channel.PORTAL,
    "post": Channel.POST,
}


def choose_channel(
    agreed: str | None, customer: str | None, fallbacks: Sequence[str | None] = ()
) -> Channel:
    """The channel of a document: as agreed for it, else as the customer wishes, else a default.

    :param agreed: a :class:`Channel` value that was agreed for this document, e.g. by contract
    :param customer: the customer's choice in Odoo's field, any value
    :param fallbacks: :class:`Channel` values, the first that is set counts; mail without any

    >>> choose_channel("post", "email").value
    'post'
    >>> choose_channel(None, "email", ["portal"]).value
    'mail'
    >>> choose_channel(None, None, [None, "portal"]).value
    'portal'
    >>> choose_channel(None, None).value
    'mail'
    >>> choose_channel(None, "peppol", ["portal"]).value
    'none'
    """
    if agreed:
        return Channel(agreed)
    if customer:
        return CUSTOMER_CHOICES.get(customer, Channel.NONE)
    return Channel(next((choice for choice in fallbacks if choice), Channel.MAIL.value))
