"""What becomes of usage that arrives, changes or is cancelled after its period was billed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from odoo.addons.subscription_billing.core.pricing import Price, Step, StepKind, round_amount

ZERO = Decimal(0)
ONE = Decimal(1)


class When(str, Enum):
    """When a difference is billed, and on which document."""

    NEXT_RUN = "next_run"
    NEXT_INVOICE = "next_invoice"
    OWN_DOCUMENT = "own_document"


class Decision(str, Enum):
    """What to do with the differences of a contract now."""

    BILL = "bill"
    WAIT = "wait"
    IGNORE = "ignore"


@dataclass(frozen=True)
class Policy:
    """What a plan says about differences.

    :ivar ignore_below: differences of a contract that amount to less together are not billed
    """

    when: When = When.NEXT_RUN
    ignore_below: Decimal = ZERO


def decide(
    policy: Policy, differences: Sequence[Decimal], has_other: bool, has_later: bool
) -> Decision:
    """What to do with the differences of a contract.

    What is ignored stays a difference: once later usage makes it large enough, all is billed.

    :param differences: signed amounts of all corrected periods
    :param has_other: something else of the contract is billed now
    :param has_later: something else will be billed later

    >>> patient = Policy(When.NEXT_INVOICE, Decimal(1))
    >>> decide(patient, [Decimal(3)], has_other=False, has_later=True).value
    'wait'
    >>> decide(patient, [Decimal("0.60"), Decimal("-0.30")], False, True).value
    'ignore'
    >>> decide(patient, [Decimal(3)], has_other=False, has_later=False).value
    'bill'
    """
    size = sum(map(abs, differences), ZERO)
    if size and size < policy.ignore_below:
        return Decision.IGNORE
    if policy.when is When.NEXT_INVOICE and has_later and not has_other:
        return Decision.WAIT
    return Decision.BILL


def difference(price: Price, off: Decimal, before: Decimal, digits: int) -> tuple[Decimal, Price]:
    """What a period costs beyond what was billed of it, with the steps that lead there.

    The whole period is rounded, not the difference: so rating twice gives a difference of nothing.

    :param price: of the whole period as it is rated now, unrounded
    :param off: what discounts take off it
    :param before: what all ratings before came to
    :return: signed amount, and a price whose steps less ``off`` are that amount

    >>> price = Price((Step(Decimal(1), Decimal("0.125")),))
    >>> amount, steps = difference(price, ZERO, Decimal("1.00"), 2)
    >>> amount, steps.amount == amount
    (Decimal('-0.87'), True)
    >>> [(step.kind.value, str(step.amount)) for step in steps.steps[1:]]
    [('billed', '-1.00'), ('rounding', '0.005')]
    """
    exact = price.amount - off
    rounded = round_amount(exact, digits)
    steps = [*price.steps, Step(ONE, -before, StepKind.BILLED)]
    if exact != rounded:
        steps.append(Step(ONE, rounded - exact, StepKind.ROUNDING))
    return rounded - before, Price(tuple(steps))
