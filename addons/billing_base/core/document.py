"""The table of an invoice: rows, their numbers, and the sums that are carried over pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Kind = Literal["item", "section", "subsection", "note"]


@dataclass(frozen=True)
class DocumentRow:
    """One row of the table.

    ``text`` may have several lines; the first one is the name. ``amount`` of an item is what is
    printed in its last column, in the currency of the document, rounded; ``None`` for items whose
    amount is part of their section's. ``amount`` of a section is its subtotal: it is printed, but
    its items are what is summed, unless ``is_summed``. ``level`` is the depth below sections.
    """

    kind: Kind
    text: str
    quantity: Decimal | None = None
    unit: str = ""
    price: Decimal | None = None
    discount: Decimal = Decimal(0)
    taxes: str = ""
    amount: Decimal | None = None
    level: int = 0
    is_summed: bool = False


@dataclass(frozen=True)
class PlacedRow:
    """A row with its number (items only) and the sum of the table up to and with it."""

    row: DocumentRow
    number: int | None
    carried: Decimal


def place_rows(rows: Sequence[DocumentRow]) -> list[PlacedRow]:
    """Number the items and sum up what is printed.

    >>> rows = [DocumentRow("section", "Cloud", amount=Decimal(30)),
    ...         DocumentRow("item", "Base fee", amount=Decimal("20.00")),
    ...         DocumentRow("note", "Since March"),
    ...         DocumentRow("item", "Seats", amount=Decimal("10.00"))]
    >>> [(placed.number, str(placed.carried)) for placed in place_rows(rows)]
    [(None, '0'), (1, '20.00'), (None, '20.00'), (2, '30.00')]
    """
    placed: list[PlacedRow] = []
    carried, number = Decimal(0), 0
    for row in rows:
        if row.kind == "item":
            number += 1
        if row.amount is not None and (row.kind == "item" or row.is_summed):
            carried += row.amount
        placed.append(PlacedRow(row, number if row.kind == "item" else None, carried))
    return placed


def split_text(text: str) -> tuple[str, list[str]]:
    r"""Return the name of a row and its further lines, without empty ones at the end.

    >>> split_text("Base fee\n01.01.2026 – 31.01.2026\n\n")
    ('Base fee', ['01.01.2026 – 31.01.2026'])
    >>> split_text("")
    ('', [])
    """
    name, *more = text.replace("\r", "").split("\n")
    while more and not more[-1].strip():
        more.pop()
    return name, more


def digits_needed(value: Decimal, at_least: int, at_most: int) -> int:
    """Return how many decimals show ``value`` without needless zeros.

    >>> [digits_needed(Decimal(v), 0, 2) for v in ("3.00", "2.50", "0.125")]
    [0, 1, 2]
    >>> [digits_needed(Decimal(v), 2, 4) for v in ("3", "0.0015", "0.00001")]
    [2, 4, 2]
    """
    rounded = round(value, at_most).normalize()
    exponent = rounded.as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return max(at_least, min(decimals, at_most))


@dataclass(frozen=True)
class PaymentNotice:
    """What an invoice says about its payment.

    ``text`` is a translated sentence or ``None``. Bank account and QR code are printed only if
    the customer is expected to transfer the money.
    """

    text: str | None = None
    is_transfer_expected: bool = False
