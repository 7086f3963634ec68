"""What somebody should look at before a document goes out."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum


class Cause(str, Enum):
    """Why a document is an exception, the most serious first."""

    ERROR = "error"
    NEGATIVE = "negative"
    ZERO = "zero"
    NO_TAX = "no_tax"
    NO_ADDRESS = "no_address"
    NO_EMAIL = "no_email"
    JUMP = "jump"
    PRICE_CHANGE = "price_change"
    DRAFT = "draft"


RANK = {cause: rank for rank, cause in enumerate(Cause)}


@dataclass(frozen=True)
class DocumentFacts:
    """A document to be, as far as its exceptions go.

    :ivar amount: sum of its lines in the price mode of the price list; negative is given back
    :ivar last_amount: of the last document of the same contract, in the same mode; None: none yet
    :ivar untaxed_lines: lines on which no tax would stand
    :ivar has_new_price: a planned price counts for the first time
    :ivar has_draft: an earlier document of the contract still waits as a draft
    """

    amount: Decimal
    last_amount: Decimal | None = None
    has_address: bool = True
    has_email: bool = True
    untaxed_lines: int = 0
    has_new_price: bool = False
    has_draft: bool = False


def jump_percent(amount: Decimal, last_amount: Decimal | None) -> Decimal | None:
    """By how many percent an amount differs from the one before; None if that says nothing.

    >>> jump_percent(Decimal("150"), Decimal("100"))
    Decimal('50')
    >>> jump_percent(Decimal("80"), Decimal("100"))
    Decimal('-20')
    >>> jump_percent(Decimal("80"), None)
    >>> jump_percent(Decimal("80"), Decimal("0"))
    """
    if not last_amount or last_amount < 0:
        return None
    return (amount - last_amount) * 100 / last_amount


def find_causes(facts: DocumentFacts, limit: Decimal) -> tuple[Cause, ...]:
    """Why a document is an exception; empty for an ordinary one.

    :param limit: percent; an amount that differs by more is a jump. Zero: jumps do not matter

    >>> find_causes(DocumentFacts(Decimal("150"), Decimal("100")), Decimal("30"))
    (<Cause.JUMP: 'jump'>,)
    >>> find_causes(DocumentFacts(Decimal("130"), Decimal("100")), Decimal("30"))
    ()
    >>> find_causes(DocumentFacts(Decimal("0"), has_email=False), Decimal("30"))
    (<Cause.ZERO: 'zero'>, <Cause.NO_EMAIL: 'no_email'>)
    """
    jump = jump_percent(facts.amount, facts.last_amount)
    found = {
        Cause.NEGATIVE: facts.amount < 0,
        Cause.ZERO: facts.amount == 0,
        Cause.NO_TAX: facts.untaxed_lines > 0,
        Cause.NO_ADDRESS: not facts.has_address,
        Cause.NO_EMAIL: not facts.has_email,
        # A credit or a free period is named as such already.
        Cause.JUMP: bool(limit and facts.amount > 0 and jump and abs(jump) > limit),
        Cause.PRICE_CHANGE: facts.has_new_price,
        Cause.DRAFT: facts.has_draft,
    }
    return tuple(sorted((cause for cause, is_so in found.items() if is_so), key=RANK.__getitem__))
