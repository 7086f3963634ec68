"""The same price, more or less of it: indexing by percent, introductory prices."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from .base import Terms
from .params import params_of, terms_from_params
from .rounding import round_amount

# What of the parameters is a price; quantities, borders and limits stay.
PRICE_KEYS = {
    "amount",
    "unit_price",
    "package_price",
    "flat_amount",
    "fixed_per_event",
    "rate",
    "minimum",
    "maximum",
}


def scaled(terms: Terms, percent: Decimal, digits: int) -> Terms:
    """The terms at so many percent of their prices, each rounded to ``digits``.

    >>> from .simple import PerUnit
    >>> scaled(PerUnit(Decimal("9.90")), Decimal("103.5"), 2)
    PerUnit(minimum=None, maximum=None, unit_price=Decimal('10.25'))
    """
    return terms_from_params(terms.model, _scaled(params_of(terms), percent / 100, digits))


def _scaled(params: Mapping[str, object], factor: Decimal, digits: int) -> dict[str, object]:
    return {key: _value(key, value, factor, digits) for key, value in params.items()}


def _value(key: str, value: object, factor: Decimal, digits: int) -> object:
    if isinstance(value, (list, tuple)):
        return [_scaled(row, factor, digits) for row in value]
    if key in PRICE_KEYS and value is not None:
        return str(round_amount(Decimal(str(value)) * factor, digits))
    return value
