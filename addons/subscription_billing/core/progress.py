"""How far a run is, how fast it goes and how long it still takes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """What a person wants to know of a run.

    :ivar percent: 0 to 100
    :ivar per_minute: contracts worked off per minute; None before anything is known
    :ivar seconds_left: expected time to the end; None where nobody can say
    """

    percent: float
    per_minute: float | None
    seconds_left: int | None


def measure(total: int, done: int, done_before: int, seconds: float) -> Progress:
    """The progress of a run from its counts.

    :param total: what there is to do
    :param done: what is done, with earlier legs of the run
    :param done_before: what was done before the present leg began
    :param seconds: since then, on the clock

    A run that was stopped overnight is not a slow one: only the present leg tells the speed.

    >>> measure(total=1000, done=400, done_before=100, seconds=60.0)
    Progress(percent=40.0, per_minute=300.0, seconds_left=120)
    >>> measure(total=1000, done=100, done_before=100, seconds=5.0)
    Progress(percent=10.0, per_minute=None, seconds_left=None)
    >>> measure(total=0, done=0, done_before=0, seconds=0.0)
    Progress(percent=100.0, per_minute=None, seconds_left=0)
    """
    left = max(total - done, 0)
    percent = min(100.0 * done / total, 100.0) if total else 100.0
    if not left:
        return Progress(percent, None, 0)
    worked = done - done_before
    if worked <= 0 or seconds <= 0:
        return Progress(percent, None, None)
    per_second = worked / seconds
    return Progress(percent, per_second * 60, round(left / per_second))
