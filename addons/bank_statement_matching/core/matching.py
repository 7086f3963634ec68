"""Which open items a payment settles, decided from facts, with the reason.

What two items could be is never decided but proposed; an amount alone decides nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .references import (
    SHORTEST,
    creditor_reference,
    find_creditor_references,
    find_numbers,
    is_strong,
    normalise,
)
from .returns import NOT_PROVIDED

MAX_PROPOSALS = 5
# A proposal by the amount alone says little, many of them nothing.
MAX_BY_AMOUNT = 3


@dataclass(frozen=True, slots=True)
class OpenItem:
    """Something that a payment can settle: ``amount`` as the bank shows it when it is paid whole.

    ``keys`` are the caller's ids: one for an open item, many for a batch that is booked at once.
    """

    keys: tuple[int, ...]
    amount: Decimal
    partner: int = 0
    numbers: tuple[str, ...] = ()
    end_to_end_ids: tuple[str, ...] = ()
    mandate_ids: tuple[str, ...] = ()
    batch_ids: tuple[str, ...] = ()
    ibans: tuple[str, ...] = ()
    name: str = ""
    due: str = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """What a line of a statement tells about whom it is from and what for."""

    amount: Decimal
    end_to_end_id: str = ""
    mandate_id: str = ""
    original_amount: Decimal | None = None
    batch_id: str = ""
    reference: str = ""
    text: str = ""
    iban: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Items that a payment may be for, why, and how sure (0 to 100).

    ``difference`` is the payment minus the items: below zero when they stay open in part, above
    when something is left. Reasons: ``batch``, ``end_to_end``, ``mandate``, ``reference``,
    ``number``, ``numbers``, ``iban_amount``, ``iban_sum``, ``iban``, ``name_amount``, ``name``,
    ``amount``.
    """

    items: tuple[OpenItem, ...]
    reason: str
    score: int
    difference: Decimal

    @property
    def keys(self) -> tuple[int, ...]:
        """All ids of the items."""
        return tuple(key for item in self.items for key in item.keys)


@dataclass(frozen=True, slots=True)
class Decision:
    """``match`` is certain and may be booked; otherwise ``proposals``, the best first."""

    match: Proposal | None = None
    proposals: tuple[Proposal, ...] = ()


@dataclass
class Matcher:
    """Open items, indexed once for many payments. An item that was matched is gone."""

    items: Iterable[OpenItem]
    taken: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.by_end_to_end = _index(self.items, lambda item: item.end_to_end_ids)
        self.by_mandate = _index(self.items, lambda item: item.mandate_ids)
        self.by_batch = _index(self.items, lambda item: item.batch_ids)
        self.by_iban = _index(self.items, lambda item: item.ibans)
        self.by_number = _index(self.items, _numbers)
        self.by_reference = _index(
            self.items, lambda item: filter(None, map(creditor_reference, item.numbers))
        )
        self.by_amount = _index(self.items, lambda item: (item.amount,))
        self.by_name = _index(self.items, lambda item: filter(None, (_name(item.name),)))
        self.lengths = {len(number) for number in self.by_number}

    def decide(self, payment: Payment) -> Decision:
        """What a payment settles; a certain match is taken, the next payment cannot have it.

        >>> items = [OpenItem((1,), Decimal(10), numbers=("INV/2026/00012",))]
        >>> matcher = Matcher(items)
        >>> decision = matcher.decide(Payment(Decimal(10), text="inv 2026 00012"))
        >>> decision.match.reason, decision.match.keys
        ('number', (1,))
        >>> matcher.decide(Payment(Decimal(10), text="inv 2026 00012"))
        Decision(match=None, proposals=())
        """
        proposals: list[Proposal] = []
        for found in self._find(payment):
            if found.score == CERTAIN:
                self.taken.update(found.keys)
                return Decision(match=found)
            if found.keys not in {other.keys for other in proposals}:
                proposals.append(found)
        proposals.sort(key=lambda proposal: -proposal.score)
        return Decision(proposals=tuple(proposals[:MAX_PROPOSALS]))

    # === RULES, THE MOST TELLING FIRST === #

    def _find(self, payment: Payment) -> Iterator[Proposal]:
        for reason, items in self._by_identity(payment):
            yield from self._judge(payment, reason, self._open(payment, items))
        yield from self._by_texts(payment)
        yield from self._by_payer(payment)
        yield from self._by_resemblance(payment)

    def _by_identity(self, payment: Payment) -> Iterator[tuple[str, list[OpenItem]]]:
        if payment.batch_id not in NOT_PROVIDED:
            yield "batch", self.by_batch.get(payment.batch_id, [])
        if payment.end_to_end_id not in NOT_PROVIDED:
            yield "end_to_end", self.by_end_to_end.get(payment.end_to_end_id, [])
        if payment.mandate_id:
            wanted = payment.amount
            if payment.original_amount is not None:
                wanted = payment.original_amount.copy_sign(payment.amount)
            items = self.by_mandate.get(payment.mandate_id, [])
            yield "mandate", [item for item in items if item.amount == wanted]

    def _by_texts(self, payment: Payment) -> Iterator[Proposal]:
        text = f"{payment.reference} {payment.text}"
        given = creditor_reference(payment.reference)
        references = [given] if given else find_creditor_references(text)
        for reference in references:
            items = self._open(payment, self.by_reference.get(reference, []))
            yield from self._judge(payment, "reference", items)
        texts = (payment.text, payment.reference, payment.end_to_end_id)
        numbers = find_numbers(" | ".join(filter(None, texts)), self.by_number, self.lengths)
        choices = [self._open(payment, self.by_number[number]) for number in numbers]
        choices = [choice for choice in choices if choice]
        if len(choices) == 1:
            strong = any(is_strong(number) for number in numbers)
            yield from self._judge(payment, "number", choices[0], is_strong=strong)
        elif choices:
            yield from self._judge_several(payment, choices)

    def _by_payer(self, payment: Payment) -> Iterator[Proposal]:
        items = self._open(payment, self.by_iban.get(payment.iban, [])) if payment.iban else []
        same = [item for item in items if item.amount == payment.amount]
        if len(same) == 1 and not same[0].batch_ids:
            yield _proposal(payment, same, "iban_amount", CERTAIN)
        for item in same:
            yield _proposal(payment, [item], "iban_amount", 80)
        if len(items) > 1 and sum(item.amount for item in items) == payment.amount:
            yield _proposal(payment, items, "iban_sum", 85)
        for item in items[: MAX_PROPOSALS - len(same)]:
            yield _proposal(payment, [item], "iban", 50)

    def _by_resemblance(self, payment: Payment) -> Iterator[Proposal]:
        same = self._open(payment, self.by_amount.get(payment.amount, []))
        named = self._open(payment, self.by_name.get(_name(payment.name), []))
        for item in named:
            if item.amount == payment.amount:
                yield _proposal(payment, [item], "name_amount", 70)
        for item in named[:MAX_PROPOSALS]:
            yield _proposal(payment, [item], "name", 40)
        if len(same) <= MAX_BY_AMOUNT:
            for item in same:
                yield _proposal(payment, [item], "amount", 30)

    # === JUDGING === #

    def _open(self, payment: Payment, items: Iterable[OpenItem]) -> list[OpenItem]:
        """Those that money of this direction settles and that no payment took before."""
        is_in = payment.amount > 0
        return [
            item
            for item in items
            if (item.amount > 0) == is_in and not self.taken.intersection(item.keys)
        ]

    def _judge(
        self, payment: Payment, reason: str, items: list[OpenItem], *, is_strong: bool = True
    ) -> Iterator[Proposal]:
        """One item is certain when the amount is right, or when it is plain who pays it."""
        if len(items) == 1:
            [item] = items
            is_exact = item.amount == payment.amount
            is_plain = is_strong and reason != "batch" and self._is_payer(payment, item)
            score = CERTAIN if is_exact or is_plain else 75
            yield _proposal(payment, items, reason, score)
        for item in items[1:] and items[:MAX_PROPOSALS]:
            yield _proposal(payment, [item], reason, 90 if item.amount == payment.amount else 60)

    def _judge_several(
        self, payment: Payment, choices: list[list[OpenItem]]
    ) -> Iterator[Proposal]:
        """Several numbers in one text: certain when together they are what was paid."""
        items = list({item.keys: item for choice in choices for item in choice}.values())
        is_unique = all(len(choice) == 1 for choice in choices)
        is_exact = sum(item.amount for item in items) == payment.amount
        is_one = len({item.partner for item in items}) == 1
        score = CERTAIN if is_unique and is_exact and is_one else 75
        yield _proposal(payment, items, "numbers", score)
        for item in items:
            if item.amount == payment.amount:
                yield _proposal(payment, [item], "number", 70)

    def _is_payer(self, payment: Payment, item: OpenItem) -> bool:
        """Whether the account is not known to be somebody else's."""
        owners = {other.partner for other in self.by_iban.get(payment.iban, [])}
        return bool(item.partner) and (not owners or item.partner in owners)


CERTAIN = 100


def _proposal(payment: Payment, items: Iterable[OpenItem], reason: str, score: int) -> Proposal:
    items = tuple(items)
    total = sum((item.amount for item in items), Decimal(0))
    return Proposal(items, reason, score, payment.amount - total)


def _index(
    items: Iterable[OpenItem], keys: Callable[[OpenItem], Iterable[Any]]
) -> dict[Any, list[OpenItem]]:
    index: dict[Any, list[OpenItem]] = defaultdict(list)
    for item in items:
        for key in dict.fromkeys(keys(item)):
            index[key].append(item)
    return dict(index)


def _numbers(item: OpenItem) -> Iterator[str]:
    """Numbers as people write them: whole, and without the letters in front."""
    for number in item.numbers:
        plain = normalise(number)
        if len(plain) >= SHORTEST:
            yield plain
        digits = plain.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        if len(digits) > SHORTEST:
            yield digits


def _name(name: str) -> str:
    """A name to compare: words in order, without case and punctuation.

    >>> _name("Mustermann, Max") == _name("max MUSTERMANN")
    True
    """
    words = "".join(char if char.isalnum() else " " for char in name.upper()).split()
    return " ".join(sorted(words))
