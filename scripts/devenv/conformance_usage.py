"""Conformance cases that only metered billing can answer, where its addon is there."""

from __future__ import annotations

import importlib
from datetime import date, datetime
from decimal import Decimal
from types import ModuleType
from typing import Any

ADDON = "usage_metering"
MODULE = f"odoo.addons.{ADDON}.core.aggregation"


class AddonMissing(Exception):
    """The addon that would answer a case is not part of this checkout."""

    def __str__(self) -> str:
        return f"needs {ADDON}"


def aggregate(given: dict[str, Any]) -> dict[str, Decimal]:
    """The quantity of a period.

    Asks for ``Event(at, quantity, value)`` and ``aggregate(aggregation, events, start, end,
    carried)`` in the addon's core: an aggregation by its name, naive datetimes, dates of the
    half-open period, a decimal as the answer.

    :raises AddonMissing: without the addon
    """
    rules = _rules()
    events = [
        rules.Event(
            datetime.fromisoformat(event["at"]), Decimal(event["quantity"]), event.get("value")
        )
        for event in given["events"]
    ]
    start, end = map(date.fromisoformat, given["period"])
    carried = Decimal(given["carried"])
    return {"quantity": rules.aggregate(given["aggregation"], events, start, end, carried)}


def _rules() -> ModuleType:
    try:
        return importlib.import_module(MODULE)
    except ModuleNotFoundError as error:
        # Only the absence of the addon itself is a reason to skip.
        if error.name and MODULE.startswith(error.name):
            raise AddonMissing from None
        raise
