"""Usage events in a CSV file: one line per event, read one by one."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any

from .event_values import Rejection
from .ingestion import FIELDS

REQUIRED = ("key", "contract", "meter", "at")
COLUMNS = FIELDS - {"properties"}
_GROUPED = re.compile(r"([+-]?[0-9]{1,3}(?:\.[0-9]{3})+|[+-]?[0-9]+)(?:,([0-9]+))?").fullmatch


class FileProblem(Exception):
    """Why nothing of a file can be read: ``encoding``, ``empty``, ``columns``, ``repeated``."""

    def __init__(self, code: str, columns: tuple[str, ...] = ()) -> None:
        super().__init__(code, columns)
        self.code = code
        self.columns = columns


@dataclass(frozen=True)
class Row:
    """A line of the file with the event it holds, or why it holds none."""

    line: int
    event: dict[str, Any]
    problem: Rejection | None = None


def read_events(content: bytes, decimal_comma: bool = False) -> Iterator[Row]:
    r"""The events of a file: UTF-8, header first, separated by comma, semicolon or tabulator.

    Columns that are no fields of events become properties. Empty cells are left out, lines
    without any cell skipped.

    :param decimal_comma: quantities are written like 1.234,5
    :raises FileProblem: the header is missing or has not the columns it needs

    >>> rows = read_events(b"key;contract;meter;at;quantity;region\n"
    ...                    b"a;SUB1;calls;2026-01-31T10:00:00Z;1.000,5;eu\n", decimal_comma=True)
    >>> [(row.line, row.event["quantity"], row.event["properties"]) for row in rows]
    [(2, '1000.5', {'region': 'eu'})]
    """
    text = _decode(content)
    separator = _find_separator(text)
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator)
    names = _read_header(reader)
    return _read_rows(reader, names, decimal_comma)


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileProblem("encoding") from None


def _find_separator(text: str) -> str:
    header = text.split("\n", 1)[0]
    return max(",;\t", key=header.count)


def _read_header(reader: Iterator[list[str]]) -> list[str]:
    try:
        cells = next(reader, [])
    except csv.Error:
        raise FileProblem("empty") from None
    names = [cell.strip() for cell in cells]
    if not any(names):
        raise FileProblem("empty")
    known = [name.lower() if name.lower() in COLUMNS else name for name in names]
    if missing := tuple(name for name in REQUIRED if name not in known):
        raise FileProblem("columns", missing)
    if repeated := tuple(sorted({name for name in known if name and known.count(name) > 1})):
        raise FileProblem("repeated", repeated)
    return known


def _read_rows(reader: Any, names: list[str], decimal_comma: bool) -> Iterator[Row]:  # noqa: ANN401
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Row(line, {}, Rejection("row_unreadable"))
            continue
        if any(cell.strip() for cell in cells):
            yield _read_row(line, cells, names, decimal_comma)


def _read_row(line: int, cells: list[str], names: list[str], decimal_comma: bool) -> Row:
    event: dict[str, Any] = {}
    properties: dict[str, str] = {}
    for name, cell in zip(names, cells, strict=False):
        if name and (text := cell.strip()):
            (event if name in COLUMNS else properties)[name] = text
    if properties:
        event["properties"] = properties
    if any(cell.strip() for cell in cells[len(names) :]):
        return Row(line, event, Rejection("row_too_long"))
    if decimal_comma and "quantity" in event:
        found = _GROUPED(event["quantity"])
        if not found:
            return Row(line, event, Rejection("quantity_comma", "quantity"))
        whole, part = found[1].replace(".", ""), found[2]
        event["quantity"] = f"{whole}.{part}" if part else whole
    return Row(line, event)
