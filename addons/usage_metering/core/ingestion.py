"""Usage events as they arrive: checked one by one, and written as rows for PostgreSQL's COPY.

Called for every event, by the million: plain loops over plain dicts, no objects per event that
is accepted. What is refused is a ``Rejection`` with a stable code, the field and data; the
words are the caller's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from .event_values import (
    INT_LIMIT,
    Rejection,
    escape,
    is_text,
    parse_moment,
    parse_properties,
    parse_quantity,
    parse_value,
    shorten,
)

FIELDS = frozenset(
    ("key", "contract", "meter", "at", "quantity", "value", "properties", "replaces")
)
GRACE = timedelta(minutes=5)  # by which the clock of a sender may be ahead of ours


@dataclass(frozen=True)
class Target:
    """A contract and a meter that it is billed by; times are naive UTC.

    ``latest_at`` replaces the clock's limit for customers with a date of their own.
    """

    subscription_id: int
    meter_id: int
    first_at: datetime
    end_at: datetime = datetime.max
    latest_at: datetime | None = None


Pair: TypeAlias = tuple[str | int, str]  # how an event names its contract and its meter
Targets: TypeAlias = Mapping[Pair, Target | Rejection]


@dataclass
class Batch:
    """What became of some events, by their position.

    ``rows`` holds lines for COPY (see ``ROW_COLUMNS``) of events that may be stored; ``keys``
    their keys by position, ``replaced`` the keys that some of them replace. ``repeated`` are
    later events with a key of the same batch. ``unknown`` are contracts and meters that were
    not looked up yet: once they are, all is parsed again, so that the first of a key stays first.
    """

    rows: list[str] = field(default_factory=list)
    keys: dict[str, int] = field(default_factory=dict)
    replaced: dict[int, str] = field(default_factory=dict)
    repeated: list[int] = field(default_factory=list)
    rejected: dict[int, Rejection] = field(default_factory=dict)
    unknown: set[Pair] = field(default_factory=set)


ROW_COLUMNS = ("nr", "subscription_id", "meter_id", "at", "quantity", "value", "properties", "key")


def parse_events(
    events: Sequence[object],
    positions: Iterable[int],
    targets: Targets,
    latest: datetime,
) -> Batch:
    r"""Check the events at ``positions``.

    :param events: dicts as they arrived; whatever else is among them is rejected
    :param targets: what is known of contracts and meters; what is missing is asked for in
        ``batch.unknown``
    :param latest: naive UTC; later events are in the future

    >>> hosting = Target(7, 3, datetime(2026, 1, 1))
    >>> sent = {"key": "a", "contract": "SUB1", "meter": "calls", "at": "2026-02-01T10:00:00Z"}
    >>> batch = parse_events([sent, sent, 5], range(3), {("SUB1", "calls"): hosting},
    ...                      datetime(2026, 3, 1))
    >>> batch.rows
    ['0\t7\t3\t2026-02-01T10:00:00\t1\t\\N\t\\N\ta\n']
    >>> batch.repeated, {nr: str(reason) for nr, reason in batch.rejected.items()}
    ([1], {2: 'not_an_object'})
    """
    batch = Batch()
    add_row, keys = batch.rows.append, batch.keys
    for nr in positions:
        event = events[nr]
        try:
            target = _find_target(event, targets, batch)
            if target is None:
                continue
            row, key, replaces = parse_event(nr, event, target, latest)  # type: ignore[arg-type]
        except Rejection as reason:
            batch.rejected[nr] = reason
            continue
        if keys.setdefault(key, nr) != nr:
            batch.repeated.append(nr)
            continue
        if replaces is not None:
            batch.replaced[nr] = replaces
        add_row(row)
    return batch


def _find_target(event: object, targets: Targets, batch: Batch) -> Target | Rejection | None:
    """The target of an event, None if it is to be looked up.

    :raises Rejection: see ``check_names``
    """
    try:
        contract = event["contract"]  # type: ignore[index]
        # A number may equal what is no number: True is 1, and is no contract.
        is_usual = type(contract) is str and event.keys() <= FIELDS  # type: ignore[attr-defined]
        target = targets.get((contract, event["meter"])) if is_usual else None  # type: ignore[index]
    except (KeyError, TypeError, AttributeError):
        target = None
    if target is None:
        pair = check_names(event)
        target = targets.get(pair)
        if target is None:
            batch.unknown.add(pair)
    return target


def check_names(event: object) -> Pair:
    """How an event names its contract and its meter, types checked, nothing looked up.

    :raises Rejection: ``not_an_object``, ``unknown_field``, ``missing``, ``wrong_type``,
        ``contract_unknown``, ``meter_unknown``

    >>> check_names({"contract": 12, "meter": "calls"})
    (12, 'calls')
    >>> check_names({"contract": True, "meter": "calls"})
    Traceback (most recent call last):
    ...
    odoo...Rejection: wrong_type contract
    """
    if not isinstance(event, dict):
        raise Rejection("not_an_object")
    if not event.keys() <= FIELDS:
        unknown = sorted(str(name) for name in event.keys() - FIELDS)
        raise Rejection("unknown_field", shorten(unknown[0]))
    try:
        contract, meter = event["contract"], event["meter"]
    except KeyError as error:
        raise Rejection("missing", str(error.args[0])) from None
    kind = type(contract)
    if kind is not str and kind is not int:
        raise Rejection("wrong_type", "contract")
    if type(meter) is not str:
        raise Rejection("wrong_type", "meter")
    # What no name can be is not looked up: the database would refuse some of it.
    if kind is str and not is_text(contract):
        raise Rejection("contract_unknown", "contract", contract=shorten(contract))
    if not is_text(meter):
        raise Rejection("meter_unknown", "meter", meter=shorten(meter))
    return contract, meter


def parse_event(
    nr: int, event: Mapping[str, Any], target: Target | Rejection, latest: datetime
) -> tuple[str, str, str | None]:
    """The row for COPY of one event, its key, and the key that it replaces.

    :raises Rejection: what is wrong with it, the first thing found
    """
    key = _parse_key(event, "key")
    if key is None:
        raise Rejection("missing", "key")
    if isinstance(target, Rejection):
        raise target
    at, moment = parse_moment(event.get("at"))
    if at >= target.end_at or at < target.first_at or at > (target.latest_at or latest):
        raise _find_time_problem(at, target)
    quantity = event.get("quantity", 1)
    if type(quantity) is not int or not -INT_LIMIT < quantity < INT_LIMIT:
        quantity = parse_quantity(quantity)
    value = parse_value(event["value"]) if "value" in event else "\\N"
    properties = parse_properties(event["properties"]) if "properties" in event else "\\N"
    replaces = None
    if "replaces" in event:
        replaces = _parse_key(event, "replaces")
        if replaces == key:
            raise Rejection("replaces_itself", "replaces")
    row = (
        f"{nr}\t{target.subscription_id}\t{target.meter_id}\t{moment}\t{quantity}"
        f"\t{value}\t{properties}\t{escape(key)}\n"
    )
    return row, key, replaces


def _find_time_problem(at: datetime, target: Target) -> Rejection:
    if at < target.first_at:
        return Rejection("time_before_contract", "at", limit=target.first_at)
    if at >= target.end_at:
        return Rejection("time_after_contract", "at", limit=target.end_at)
    return Rejection("time_in_future", "at")


def _parse_key(event: Mapping[str, Any], name: str) -> str | None:
    key = event.get(name)
    if key is None:
        return None
    if type(key) is not str:
        raise Rejection("wrong_type", name)
    if not is_text(key):
        raise Rejection("key_invalid", name)
    return key
