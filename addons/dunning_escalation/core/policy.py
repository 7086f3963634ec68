"""What is to happen to an open item: facts in, one decision with its reason out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum

ZERO = Decimal(0)


class Kind(Enum):
    """What to do now."""

    NOTIFY = "notify"
    WAIT = "wait"
    REST = "rest"


class Reason(Enum):
    """Why."""

    DUE = "due"
    NOT_YET = "not_yet"
    GAP = "gap"
    UNDER_WAY = "under_way"
    HELD = "held"
    COLLECTED = "collected"
    DISPUTED = "disputed"
    SMALL = "small"
    SETTLED = "settled"
    LAST = "last"
    HANDED_OVER = "handed_over"
    NO_LEVEL = "no_level"
    EXCLUDED = "excluded"
    CREDIT = "credit"
    MINIMUM = "minimum"
    LETTER_GAP = "letter_gap"


@dataclass(frozen=True)
class Level:
    """A step of the ladder. ``number`` counts from 1.

    :param days: days after the due date; negative: a reminder before it
    :param gap: least days since the level before was delivered
    """

    number: int
    days: int
    gap: int = 0


@dataclass(frozen=True)
class OpenItem:
    """What is known of an open item, amounts in its currency."""

    due: date
    residual: Decimal
    in_collection: Decimal = ZERO
    disputed: Decimal = ZERO
    is_held: bool = False
    held_until: date | None = None
    is_excluded: bool = False

    @property
    def demanded(self) -> Decimal:
        """What may be asked for: nothing that is being collected or in dispute.

        >>> OpenItem(date(2026, 1, 1), Decimal(100), Decimal(30), Decimal(20)).demanded
        Decimal('50')
        """
        return max(self.residual - max(self.in_collection, ZERO) - max(self.disputed, ZERO), ZERO)


@dataclass(frozen=True)
class Standing:
    """How far an item has come.

    :param reached: number of the last level that was delivered, 0 without
    :param reached_on: the day it was
    :param paid_on: the day of the last part payment
    :param is_under_way: a notice is proposed, or not delivered yet
    """

    reached: int = 0
    reached_on: date | None = None
    paid_on: date | None = None
    is_under_way: bool = False
    is_handed_over: bool = False


@dataclass(frozen=True)
class Terms:
    """The policy's settings that concern one item."""

    levels: tuple[Level, ...]
    tolerance: Decimal = ZERO
    restarts_gap: bool = False


@dataclass(frozen=True)
class Decision:
    """What to do, why, and when the next level would come (``None``: never by itself)."""

    kind: Kind
    reason: Reason
    level: Level | None = None
    on: date | None = None


def decide(item: OpenItem, standing: Standing, terms: Terms, today: date) -> Decision:
    """Decide about one open item on a day.

    A level never comes before the one below it was delivered and its gap is over; levels are
    never skipped, except reminders before the due date once that has come.

    >>> terms = Terms((Level(1, 7), Level(2, 21, gap=10)))
    >>> item = OpenItem(date(2026, 3, 2), Decimal("119.00"))
    >>> decide(item, Standing(), terms, date(2026, 3, 8)).on
    datetime.date(2026, 3, 9)
    >>> decide(item, Standing(), terms, date(2026, 6, 1)).level.number
    1
    >>> late = decide(item, Standing(1, date(2026, 6, 1)), terms, date(2026, 6, 2))
    >>> late.kind.value, late.reason.value, late.on
    ('wait', 'gap', datetime.date(2026, 6, 11))
    """
    if obstacle := _obstacle(item, standing, terms):
        return obstacle
    level = next_level(item, standing, terms.levels, today)
    if level is None:
        return Decision(Kind.REST, Reason.LAST if standing.reached else Reason.NO_LEVEL)
    day, gap_ends = item.due + timedelta(days=level.days), _gap_end(level, standing, terms)
    on = max(day, gap_ends or day)
    if today >= on:
        return Decision(Kind.NOTIFY, Reason.DUE, level, on)
    return Decision(Kind.WAIT, Reason.GAP if on > day else Reason.NOT_YET, level, on)


def next_level(
    item: OpenItem, standing: Standing, levels: Sequence[Level], today: date
) -> Level | None:
    """Return the level that follows; ``None`` after the last one."""
    for level in levels:
        is_missed = level.days < 0 and today >= item.due
        if level.number > standing.reached and not is_missed:
            return level
    return None


def _obstacle(item: OpenItem, standing: Standing, terms: Terms) -> Decision | None:
    """Return what keeps an item from any level now."""
    if item.residual <= ZERO:
        return Decision(Kind.REST, Reason.SETTLED)
    if item.residual <= terms.tolerance:
        return Decision(Kind.REST, Reason.SMALL)
    if item.is_excluded:
        return Decision(Kind.REST, Reason.EXCLUDED)
    if standing.is_handed_over:
        return Decision(Kind.REST, Reason.HANDED_OVER)
    if item.is_held:
        return Decision(Kind.WAIT, Reason.HELD, on=item.held_until)
    if standing.is_under_way:
        return Decision(Kind.WAIT, Reason.UNDER_WAY)
    if item.demanded <= terms.tolerance:
        reason = Reason.COLLECTED if item.in_collection > ZERO else Reason.DISPUTED
        return Decision(Kind.WAIT, reason)
    return None


def _gap_end(level: Level, standing: Standing, terms: Terms) -> date | None:
    """Return the first day on which the gap after the level before is over."""
    anchors = [standing.reached_on] if standing.reached_on else []
    if anchors and terms.restarts_gap and standing.paid_on:
        anchors.append(standing.paid_on)
    return max(anchors) + timedelta(days=level.gap) if anchors else None
