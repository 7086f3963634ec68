"""Values of usage events: checked, and written as PostgreSQL's COPY reads them."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

MAX_TEXT = 255  # characters of a key or a value
MAX_PROPERTIES = 16 * 1024  # bytes of UTF-8

# Everything PostgreSQL stores and people can type again: no control characters, no half pairs.
_match_text = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,255}").fullmatch
_is_decimal = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,30})?").fullmatch
_match_time = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)"
    r"(?:(?<=:[0-9]{2}:[0-9]{2})[.,]([0-9]{1,9}))?"
    r"([Zz]|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])?"
).fullmatch
# jsonb cannot hold NUL; an escaped backslash before u0000 is no NUL.
_has_nul = re.compile(r"(?<!\\)(?:\\\\)*\\u0000").search
INT_LIMIT = 10**18


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


def is_text(text: str) -> bool:
    r"""Whether a text can be a key, a value or a name: 1 to 255 characters that people can type.

    >>> is_text("order 1001 ä"), is_text(""), is_text("a\tb"), is_text("k" * 256)
    (True, False, False, False)
    """
    if text.isascii() and text.isprintable():
        return 0 < len(text) <= MAX_TEXT
    return bool(_match_text(text))


def parse_moment(value: object) -> tuple[datetime, str]:
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
        if -INT_LIMIT < value < INT_LIMIT:  # type: ignore[operator]
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


def parse_value(value: object) -> str:
    r"""A text or a whole number for counting; nothing is NULL.

    :raises Rejection: ``wrong_type``, ``value_invalid``

    >>> parse_value("user 7"), parse_value(7), parse_value(None)
    ('user 7', '7', '\\N')
    """
    if value is None or value == "":
        return "\\N"
    kind = type(value)
    if kind is int:
        # Numbers of users or devices; compared as text like all others.
        if -INT_LIMIT < value < INT_LIMIT:  # type: ignore[operator]
            return str(value)
        raise Rejection("value_invalid", "value")
    if kind is not str:
        raise Rejection("wrong_type", "value")
    if not is_text(value):  # type: ignore[arg-type]
        raise Rejection("value_invalid", "value")
    return escape(value)  # type: ignore[arg-type]


def parse_properties(properties: object) -> str:
    r"""Properties as JSON that jsonb takes; none are NULL.

    :raises Rejection: ``wrong_type``, ``properties_invalid``, ``properties_too_large``

    >>> parse_properties({"region": "eu", "size": 3})
    '{"region":"eu","size":3}'
    """
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
    return escape(text)


def _write_json(properties: dict[str, Any]) -> str:
    """JSON without spaces; texts alone, the usual case, in a third of the encoder's time."""
    try:
        pairs = [f"{_quote(name)}:{_quote(value)}" for name, value in properties.items()]
    except TypeError:
        return _to_json(properties)
    return f"{{{','.join(pairs)}}}"


_quote = json.encoder.encode_basestring
_to_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def escape(text: str) -> str:
    r"""A text within a row of COPY.

    >>> escape("a\\b")
    'a\\\\b'
    """
    return text.replace("\\", "\\\\") if "\\" in text else text


def shorten(text: str) -> str:
    """The beginning of a text that somebody sent, for a message that can be written anywhere."""
    shown = text[:60].encode("utf-8", "replace").decode().replace("\x00", "?")
    return shown if len(text) <= 60 else f"{shown[:59]}…"
