"""Parameters of terms as JSON has them: decimal strings, whole numbers, rows, null for unset."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from ..errors import BillingRuleError

ParamValue: TypeAlias = str | int | None | list[dict[str, "ParamValue"]]


class ParamReader:
    """Takes parameters one by one and knows which were never asked for.

    >>> reader = ParamReader({"rate": "1.5", "free_events": 3, "note": None})
    >>> reader.number("rate"), reader.count("free_events"), reader.number("fee", Decimal(0))
    (Decimal('1.5'), 3, Decimal('0'))
    >>> reader.finish()
    >>> ParamReader({"unit_pirce": "5"}).finish()
    Traceback (most recent call last):
    ...
    odoo...BillingRuleError: param_unknown {'key': 'unit_pirce'}
    """

    def __init__(self, params: Mapping[str, object]) -> None:
        # Null says the same as a missing key: not set.
        self._left = {key: value for key, value in params.items() if value is not None}

    def optional(self, key: str) -> Decimal | None:
        """A number, None where it is not set."""
        return to_number(key, self._left.pop(key)) if key in self._left else None

    def number(self, key: str, default: Decimal | None = None) -> Decimal:
        """A number.

        :raises BillingRuleError: ``param_missing`` where it is not set and has no default
        """
        found = self.optional(key)
        found = default if found is None else found
        if found is None:
            raise BillingRuleError("param_missing", key=key)
        return found

    def count(self, key: str) -> int:
        """A whole number, 0 where it is not set."""
        value = self.number(key, Decimal(0))
        if value != value.to_integral_value():
            raise BillingRuleError("param_invalid", key=key, value=str(value))
        return int(value)

    def rows(self, key: str) -> list[ParamReader]:
        """A reader for each row of a list."""
        rows = self._left.pop(key, None)
        if rows is None:
            raise BillingRuleError("param_missing", key=key)
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            raise BillingRuleError("param_invalid", key=key, value=str(rows))
        return [ParamReader(row) for row in rows]

    def finish(self) -> None:
        """Refuse what nobody asked for: a misspelt key must not become a price of zero."""
        for key in self._left:
            raise BillingRuleError("param_unknown", key=key)


def to_number(key: str, value: object) -> Decimal:
    """A decimal string or a whole number as a finite decimal; floats are not exact.

    >>> to_number("amount", "9.90"), to_number("count", 3)
    (Decimal('9.90'), Decimal('3'))
    >>> to_number("amount", 9.9)
    Traceback (most recent call last):
    ...
    odoo...BillingRuleError: param_invalid {'key': 'amount', 'value': '9.9'}
    """
    if isinstance(value, (str, int, Decimal)) and not isinstance(value, bool):
        try:
            number = Decimal(value)
        except InvalidOperation:
            number = Decimal("NaN")
        if number.is_finite():
            return number
    raise BillingRuleError("param_invalid", key=key, value=str(value))


def to_text(value: Decimal) -> str:
    """A decimal string without exponent.

    >>> to_text(Decimal("1E+3")), to_text(Decimal("9.90"))
    ('1000', '9.90')
    """
    return format(value, "f")
