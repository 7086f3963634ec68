"""Usage events as they arrive: checked one by one, and written as rows for PostgreSQL's COPY.

Called for every event, by the million: plain loops over plain dicts, no objects per event that
is accepted. What is refused is a ``Rejection`` with a stable code, the field and data; the
words are the caller's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, TypeAlias

FIELDS = frozenset(
    ("key", "contract", "meter", "at", "quantity", "value", "properties", "replaces")
)
MAX_TEXT = 255  # characters of a key or a value
MAX_PROPERTIES = 16 * 1024  # bytes of UTF-8
GRACE = timedelta(minutes=5)  # by which the clock of a sender may be ahead of ours

# Everything PostgreSQL stores and people can type again: no control characters, no half pairs.
_is_text = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,255}").fullmatch
_is_decimal = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,30})?").fullmatch
_match_time = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)"
    r"(?:(?<=:[0-9]{2}:[0-9]{2})[.,]([0-9]{1,9}))?"
    r"([Zz]|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])?"
).fullmatch
# jsonb cannot hold NUL; an escaped backslash before u0000 is no NUL.
_has_nul = re.compile(r"(?<!\\)(?:\\\\)*\\u0000").search
_INT_LIMIT = 10**18


class Rejection(Exception):
    """Why one event is not accepted: a stable code, the field, and data for the message."""

    def __init__(self, code: str, field: str = "", **data: object) -> None:
        super().__init__(code, field, data)
        self.code = code
        self.field = field
        self.data = data

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value}" for name, value in self.data.items())
        return " ".join(filter(None, (self.code, self.field, shown)))


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
        if type(contract) is str and event.keys() <= FIELDS:  # type: ignore[attr-defined]
            return targets[contract, event["meter"]]  # type: ignore[index]
    except (KeyError, TypeError, AttributeError):
        pass
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
        raise Rejection("unknown_field", _short(unknown[0]))
    try:
        contract, meter = event["contract"], event["meter"]
    except KeyError as error:
        raise Rejection("missing", str(error.args[0])) from None
    kind = type(contract)
    if kind is not str and kind is not int:
        raise Rejection("wrong_type", "contract")
    if type(meter) is not str:
        raise Rejection("wrong_type", "meter")
    # What is longer than any name is not looked up.
    if kind is str and len(contract) > MAX_TEXT:
        raise Rejection("contract_unknown", "contract", contract=_short(contract))
    if len(meter) > MAX_TEXT:
        raise Rejection("meter_unknown", "meter", meter=_short(meter))
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
    at, moment = _parse_moment(event.get("at"))
    if at >= target.end_at or at < target.first_at or at > (target.latest_at or latest):
        raise _find_time_problem(at, target)
    quantity = event.get("quantity", 1)
    if type(quantity) is not int or not -_INT_LIMIT < quantity < _INT_LIMIT:
        quantity = parse_quantity(quantity)
    value = _parse_value(event["value"]) if "value" in event else "\\N"
    properties = _parse_properties(event["properties"]) if "properties" in event else "\\N"
    replaces = None
    if "replaces" in event:
        replaces = _parse_key(event, "replaces")
        if replaces == key:
            raise Rejection("replaces_itself", "replaces")
    row = (
        f"{nr}\t{target.subscription_id}\t{target.meter_id}\t{moment}\t{quantity}"
        f"\t{value}\t{properties}\t{_escape(key)}\n"
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
    if not (0 < len(key) <= MAX_TEXT and key.isascii() and key.isprintable()) and not _is_text(
        key
    ):
        raise Rejection("key_invalid", name)
    return key


def _parse_moment(value: object) -> tuple[datetime, str]:
    """A time as naive UTC, and as PostgreSQL reads it.

    Most senders write ``2026-01-31T14:30:00.123Z``: told by its shape, read at once, and passed
    on as it is.
    """
    if type(value) is str and len(value) in _USUAL_LENGTHS and value[-1] == "Z":
        text = value[:-1]
        shape = text[4] + text[7] + text[10] + text[13] + text[16] + text[19:20]
        if shape in _USUAL_SHAPES:
            try:
                at = datetime.fromisoformat(text)
            except ValueError:
                raise Rejection("time_invalid", "at") from None
            if at.tzinfo is None:
                return at, text
    at = parse_time(value)
    return at, at.isoformat(" ")


_USUAL_LENGTHS = frozenset((20, 24, 27))
_USUAL_SHAPES = frozenset(("--T::", "--T::."))


def parse_time(value: object) -> datetime:
    """A moment as naive UTC, from ISO 8601 text with date and time or from a datetime.

    Without an offset it is UTC. Fractions beyond microseconds are cut off.

    :raises Rejection: ``missing``, ``wrong_type``, ``time_invalid``

    >>> parse_time("2026-03-29T03:00:00+02:00"), parse_time("2026-03-29 01:00:00.5")
    (datetime.datetime(2026, 3, 29, 1, 0), datetime.datetime(2026, 3, 29, 1, 0, 0, 500000))
    >>> parse_time("2026-02-30T00:00:00Z")
    Traceback (most recent call last):
    ...
    odoo...Rejection: time_invalid at
    """
    if isinstance(value, str):
        return _parse_time_text(value)
    if isinstance(value, datetime):
        try:
            return value.astimezone(timezone.utc).replace(tzinfo=None) if value.tzinfo else value
        except OverflowError:
            raise Rejection("time_invalid", "at") from None
    raise Rejection("missing" if value is None else "wrong_type", "at")


def _parse_time_text(text: str) -> datetime:
    found = _match_time(text)
    if not found:
        raise Rejection("time_invalid", "at")
    base, fraction, offset = found.groups()
    try:
        at = datetime.fromisoformat(base)
        if fraction:
            at = at.replace(microsecond=int(f"{fraction:0<6}"[:6]))
        if offset and offset not in "Zz":
            ahead = timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
            at = at + ahead if offset[0] == "-" else at - ahead
    except (ValueError, OverflowError):
        raise Rejection("time_invalid", "at") from None
    return at


def parse_quantity(value: object) -> str:
    """A finite decimal number as PostgreSQL reads it: at most 18 digits, 30 after the point.

    A float counts as the shortest text that means it, so that 0.1 is a tenth.

    :raises Rejection: ``wrong_type``, ``quantity_invalid``

    >>> parse_quantity("12.50"), parse_quantity(-3), parse_quantity(0.1), parse_quantity(1e-7)
    ('12.50', '-3', '0.1', '0.0000001')
    >>> parse_quantity(float("nan"))
    Traceback (most recent call last):
    ...
    odoo...Rejection: quantity_invalid quantity
    """
    kind = type(value)
    if kind is int:
        if -_INT_LIMIT < value < _INT_LIMIT:  # type: ignore[operator]
            return str(value)
        raise Rejection("quantity_invalid", "quantity")
    if kind is float or kind is Decimal:
        text = _format_decimal(Decimal(repr(value)) if kind is float else value)  # type: ignore
    elif kind is str:
        text = value  # type: ignore[assignment]
    else:
        raise Rejection("wrong_type", "quantity")
    if not _is_decimal(text):
        raise Rejection("quantity_invalid", "quantity")
    return text


def _format_decimal(number: Decimal) -> str:
    """Digits without an exponent; empty for what has too many of them or is no number."""
    # Looked at before it is written out: 1E+999999 would be a megabyte of zeros.
    if not number.is_finite():
        return ""
    return f"{number:f}" if -60 < number.adjusted() < 60 else "" if number else "0"


def _parse_value(value: object) -> str:
    if value is None or value == "":
        return "\\N"
    kind = type(value)
    if kind is int:
        # Numbers of users or devices; compared as text like all others.
        if -_INT_LIMIT < value < _INT_LIMIT:  # type: ignore[operator]
            return str(value)
        raise Rejection("value_invalid", "value")
    if kind is not str:
        raise Rejection("wrong_type", "value")
    if not _is_text(value):  # type: ignore[arg-type]
        raise Rejection("value_invalid", "value")
    return _escape(value)  # type: ignore[arg-type]


def _parse_properties(properties: object) -> str:
    if properties is None:
        return "\\N"
    if not isinstance(properties, dict):
        raise Rejection("wrong_type", "properties")
    if not properties:
        return "\\N"
    try:
        text = _write_json(properties)
        size = len(text) if text.isascii() else len(text.encode())
    except (TypeError, ValueError, RecursionError):
        raise Rejection("properties_invalid", "properties") from None
    if size > MAX_PROPERTIES:
        raise Rejection("properties_too_large", "properties", size=size, limit=MAX_PROPERTIES)
    if "\\" not in text:
        return text
    if _has_nul(text):
        raise Rejection("properties_invalid", "properties")
    return _escape(text)


def _write_json(properties: dict[str, Any]) -> str:
    """JSON without spaces; texts alone, the usual case, in a third of the encoder's time."""
    try:
        pairs = [f"{_quote(name)}:{_quote(value)}" for name, value in properties.items()]
    except TypeError:
        return _to_json(properties)
    return f"{{{','.join(pairs)}}}"


_quote = json.encoder.encode_basestring
_to_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\") if "\\" in text else text


def _short(text: str) -> str:
    """The beginning of a text that somebody sent, for a message."""
    return text if len(text) <= 60 else f"{text[:59]}…"
