"""Conformance cases of single rules, answered by the cores without a database.

``cores.install()`` must have been called before this module is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from odoo.addons.subscription_billing.core.alignment import alignment_from_params, grid_anchor
from odoo.addons.subscription_billing.core.errors import BillingRuleError
from odoo.addons.subscription_billing.core.periods import (
    BillingPeriod,
    Cadence,
    Unit,
    boundary,
    tile,
)
from odoo.addons.subscription_billing.core.pricing import (
    ChargeModel,
    round_amount,
    terms_from_params,
)
from odoo.addons.subscription_billing.core.proration import Proration, prorate
from odoo.addons.subscription_billing.core.taxation import Discount, TaxedLine, document_tax

from .conformance import Case, Outcome, Verdict, load_cases
from .conformance_usage import AddonMissing, aggregate

CENTS = 2
Input = dict[str, Any]


def run_unit(path: Path, only: Sequence[str] = ()) -> list[Outcome]:
    """Answer the cases of a file."""
    return [answer(case) for case in load_cases(path, only)]


def answer(case: Case) -> Outcome:
    """The outcome of one case; whatever goes wrong in it is its own failure."""
    name, kind = case["id"], case["kind"]
    try:
        found = KINDS[kind](case["input"])
        right = same(found, case["expected"])
    except AddonMissing as missing:
        return Outcome(name, kind, Verdict.SKIPPED, str(missing))
    except BillingRuleError as refusal:
        return Outcome(name, kind, Verdict.REFUSED, str(refusal))
    except Exception as error:  # noqa: BLE001 - one broken case must not hide the others
        return Outcome(name, kind, Verdict.FAILED, f"{type(error).__name__}: {error}")
    if right:
        return Outcome(name, kind, Verdict.PASSED)
    return Outcome(name, kind, Verdict.FAILED, f"{found} instead of {case['expected']}")


def same(found: object, expected: object) -> bool:
    """Equal in form, and numbers in value: 5.1 is 5.10, but no other text is."""
    if isinstance(found, dict) and isinstance(expected, dict):
        return found.keys() == expected.keys() and all(
            same(found[key], expected[key]) for key in found
        )
    if isinstance(found, Decimal) and isinstance(expected, str):
        return found == Decimal(expected)
    return found == expected


def _cadence(given: Input) -> Cadence:
    return Cadence(Unit(given["unit"]), given["count"])


def _period(given: Input, start: str, end: str) -> BillingPeriod:
    return BillingPeriod(date.fromisoformat(given[start]), date.fromisoformat(given[end]))


def boundaries(given: Input) -> list[str]:
    """The first boundaries of a grid."""
    anchor, cadence = date.fromisoformat(given["anchor"]), _cadence(given)
    return [boundary(anchor, cadence, index).isoformat() for index in range(given["n"])]


def periods(given: Input) -> list[list[str]]:
    """The first periods of a contract."""
    start, cadence = date.fromisoformat(given["start"]), _cadence(given)
    anchor = grid_anchor(alignment_from_params(given["align"]), start, cadence)
    found = islice(tile(anchor, cadence, start), given["n"])
    return [[period.start.isoformat(), period.end.isoformat()] for period in found]


def proration(given: Input) -> Decimal:
    """The amount of a part of a period."""
    part = _period(given, "from", "to")
    full = _period(given, "full_from", "full_to")
    amount = prorate(Decimal(given["amount"]), part, full, Proration(given["convention"]))
    return round_amount(amount, CENTS)


def pricing(given: Input) -> dict[str, Decimal]:
    """The price of a quantity, or of events."""
    terms = terms_from_params(ChargeModel(given["model"]), given["params"])
    if "events" in given:
        price = terms.price_events(map(Decimal, given["events"]))
    else:
        price = terms.price(Decimal(given["quantity"]))
    return {"amount": round_amount(price.amount, CENTS)}


def taxation(given: Input) -> dict[str, Decimal]:
    """The totals of a document."""
    lines = [
        TaxedLine(Decimal(line["net"]), Decimal(line["tax_percent"])) for line in given["lines"]
    ]
    discounts = [
        Discount(Decimal(discount["amount"]), discount["lines"]) for discount in given["discounts"]
    ]
    found = document_tax(lines, discounts, CENTS)
    return {"net": found.net, "tax": found.tax, "total": found.total}


KINDS: dict[str, Callable[[Input], object]] = {
    "boundaries": boundaries,
    "periods": periods,
    "proration": proration,
    "pricing": pricing,
    "aggregation": aggregate,
    "document_tax": taxation,
}
