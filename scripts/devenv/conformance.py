"""Outcomes of conformance cases and the report about them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

Case = dict[str, Any]


class Verdict(Enum):
    """How a case ended."""

    PASSED = "passed"
    FAILED = "failed"
    REFUSED = "refused"  # the engine declined on purpose, with its reason
    SKIPPED = "skipped"  # an addon that is not there would have to answer


@dataclass(frozen=True)
class Outcome:
    """What became of one case.

    :ivar kind: the heading under which the case is counted
    :ivar detail: why it did not pass
    """

    case: str
    kind: str
    verdict: Verdict
    detail: str = ""


def load_cases(path: Path, only: Sequence[str] = ()) -> list[Case]:
    """The cases of a file, or those of them that are named."""
    cases: list[Case] = json.loads(path.read_text("utf-8"))
    return [case for case in cases if not only or case["id"] in only]


def report(outcomes: Iterable[Outcome]) -> str:
    """A line for each case that did not pass, then the counts of each kind."""
    found = list(outcomes)
    lines = [_line(outcome) for outcome in found if outcome.verdict is not Verdict.PASSED]
    kinds = dict.fromkeys(outcome.kind for outcome in found)
    lines += [_counts(kind, [o for o in found if o.kind == kind]) for kind in kinds]
    return "\n".join([*lines, _counts("all", found)])


def _line(outcome: Outcome) -> str:
    return f"{outcome.verdict.value.upper():<8} {outcome.case}: {outcome.detail}"


def _counts(kind: str, outcomes: Sequence[Outcome]) -> str:
    counts = Counter(outcome.verdict for outcome in outcomes)
    parts = [f"{counts[verdict]} {verdict.value}" for verdict in Verdict if counts[verdict]]
    return f"{kind:<14} {len(outcomes):>3}: {', '.join(parts)}"


def is_good(outcomes: Iterable[Outcome], strict: bool = False) -> bool:
    """Whether nothing failed; strictly, whether everything passed."""
    bad = set(Verdict) - {Verdict.PASSED} if strict else {Verdict.FAILED}
    return not any(outcome.verdict in bad for outcome in outcomes)
