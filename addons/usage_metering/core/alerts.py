"""Which levels of usage somebody is to be told of."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

HUNDRED = Decimal(100)


class Basis(str, Enum):
    """What a level is compared with."""

    QUANTITY = "quantity"
    AMOUNT = "amount"
    PREPAID = "prepaid"


@dataclass(frozen=True)
class Level:
    """A level that somebody wants to know of.

    :ivar key: identifies the level
    :ivar level: a quantity, an amount, or percent of the prepaid units that are used
    """

    key: int
    basis: Basis
    level: Decimal


@dataclass(frozen=True)
class Reading:
    """What a contract line has used by now.

    :ivar quantity: of the running period, and ``amount`` its price so far
    :ivar prepaid: units that were paid in advance and are valid now, of which ``left`` are left
    """

    quantity: Decimal
    amount: Decimal
    prepaid: Decimal = Decimal(0)
    left: Decimal = Decimal(0)

    def value(self, basis: Basis | str) -> Decimal | None:
        """What levels of a basis are compared with; None where there is nothing to compare.

        >>> reading = Reading(Decimal(30), Decimal("4.50"), Decimal(40), Decimal(10))
        >>> reading.value("amount"), reading.value("prepaid")
        (Decimal('4.50'), Decimal('75'))
        >>> Reading(Decimal(30), Decimal(4)).value("prepaid") is None
        True
        """
        basis = Basis(basis)
        if basis is Basis.QUANTITY:
            return self.quantity
        if basis is Basis.AMOUNT:
            return self.amount
        if self.prepaid <= 0:
            return None
        return (self.prepaid - self.left) * HUNDRED / self.prepaid


def reached(
    levels: Iterable[Level], reading: Reading, told: Collection[tuple[int, Decimal]] = ()
) -> list[Level]:
    """The levels that are reached and that nobody was told of yet, the lowest first.

    A level that was changed since it was told of is another level.

    :param told: key and level of what was told of the same time before

    >>> low, high = Level(1, Basis.QUANTITY, Decimal(5)), Level(2, Basis.QUANTITY, Decimal(8))
    >>> [level.key for level in reached([high, low], Reading(Decimal(8), Decimal(0)))]
    [1, 2]
    >>> [level.key for level in reached([low, high], Reading(Decimal(9), Decimal(0)), {(1, 5)})]
    [2]
    >>> reached([low, high], Reading(Decimal("4.99"), Decimal(100)))
    []
    """
    found = []
    for level in levels:
        value = reading.value(level.basis)
        if value is not None and value >= level.level and (level.key, level.level) not in told:
            found.append(level)
    return sorted(found, key=lambda level: (level.basis.value, level.level, level.key))
