"""How often somebody may try before having to wait."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Limit:
    """At most ``tries`` failures within ``window``."""

    tries: int
    window: timedelta

    def recent(self, failures: Iterable[datetime], now: datetime) -> list[datetime]:
        """Return the failures that still count.

        >>> limit = Limit(2, timedelta(minutes=10))
        >>> noon = datetime(2026, 3, 2, 12)
        >>> len(limit.recent([noon - timedelta(minutes=10), noon - timedelta(minutes=9)], noon))
        1
        """
        return [moment for moment in failures if moment > now - self.window]

    def is_reached(self, failures: Iterable[datetime], now: datetime) -> bool:
        """Whether the next try has to wait.

        >>> limit = Limit(2, timedelta(minutes=10))
        >>> noon = datetime(2026, 3, 2, 12)
        >>> limit.is_reached([noon], noon), limit.is_reached([noon, noon], noon)
        (False, True)
        >>> limit.is_reached([noon, noon], noon + timedelta(minutes=10))
        False
        """
        return len(self.recent(failures, now)) >= self.tries
