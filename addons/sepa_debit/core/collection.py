"""Life of a collection and of a batch, and which open items can be collected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

COLLECTION_TRANSITIONS: dict[str, frozenset[str]] = {
    "planned": frozenset({"notified", "cancelled"}),
    # Back to planned: date, amount or mandate changed, and the debtor has to be told again.
    "notified": frozenset({"planned", "submitted", "cancelled"}),
    "submitted": frozenset({"settled", "failed"}),
    "settled": frozenset({"failed"}),
    "failed": frozenset(),
    "cancelled": frozenset(),
}
BATCH_TRANSITIONS: dict[str, frozenset[str]] = {
    "draft": frozenset({"written", "cancelled"}),
    "written": frozenset({"submitted", "cancelled"}),
    "submitted": frozenset({"settled", "failed"}),
    "settled": frozenset(),
    "failed": frozenset(),
    "cancelled": frozenset(),
}
LIVE = ("planned", "notified", "submitted")


@dataclass(frozen=True)
class Candidate:
    """What decides whether an open item can be collected.

    :ivar is_euro: the currency of the item
    :ivar collectable: open and not in collection by anybody
    :ivar has_creditor: a creditor is set up for company and unit
    :ivar mandate_state: of the best mandate, empty without any
    :ivar is_used: a one-off mandate that has been used
    :ivar is_b2b_unregistered: the debtor's bank does not know of the B2B mandate yet
    :ivar has_iban: the account of the mandate has a valid IBAN
    :ivar is_refused: a bank has said that the account cannot be debited
    :ivar failed_reason: the last collection failed for this reason and nobody decided since
    """

    is_euro: bool
    collectable: Decimal
    has_creditor: bool
    mandate_state: str
    lapses_on: date | None = None
    is_used: bool = False
    is_b2b_unregistered: bool = False
    has_iban: bool = True
    is_refused: bool = False
    failed_reason: str = ""


def exclusion(item: Candidate, collect_on: date) -> str:
    """Return the code of what keeps an item from being collected, empty if nothing does.

    >>> item = Candidate(True, Decimal(5), True, "active")
    >>> exclusion(item, date(2026, 1, 2))
    ''
    >>> exclusion(Candidate(True, Decimal(5), True, "suspended"), date(2026, 1, 2))
    'suspended'
    """
    tests = (
        ("currency", not item.is_euro),
        ("in_collection", item.collectable <= 0),
        ("no_creditor", not item.has_creditor),
        ("failed", bool(item.failed_reason)),
        ("no_mandate", not item.mandate_state),
        (item.mandate_state, item.mandate_state != "active"),
        ("lapsed", item.lapses_on is not None and item.lapses_on <= collect_on),
        ("used", item.is_used),
        ("unregistered", item.is_b2b_unregistered),
        ("iban", not item.has_iban),
        ("account", item.is_refused),
    )
    return next((code for code, applies in tests if applies), "")
