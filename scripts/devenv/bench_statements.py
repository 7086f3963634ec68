"""Statement entries booked and matched, measured in a scratch database against core's payments."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from . import databases, odoo, postgres, setup
from .shell import say

PLAYER = Path(__file__).parent / "bench_statements_player.py"
Result = dict[str, Any]


def measure(count: int, core: int) -> Result:
    """Import ``count`` entries, pay ``core`` invoices by core's payments; figures per side."""
    setup.ensure(browser=False)
    with tempfile.TemporaryDirectory() as folder, postgres.server() as server:
        database = f"bench_statements_{os.getpid()}"
        databases.copy(server, databases.suite_template(server), database)
        result = Path(folder) / "result.json"
        given = {
            "BENCH_COUNT": str(count),
            "BENCH_CORE": str(core),
            "BENCH_RESULT": str(result),
        }
        try:
            say(f"matching {count} entries, posting {core} payments")
            odoo.shell(server, database, PLAYER, given)
        finally:
            databases.drop(server, database)
        found: Result = json.loads(result.read_text())
        return found


def report(result: Result) -> str:
    """The figures of a measurement as lines of text."""
    ours = result["ours"]
    lines = [_side("ours", ours)]
    for name, side in result["theirs"].items():
        ratio = ours["seconds"] / ours["count"] / (side["seconds"] / side["count"])
        lines += [_side(name, side), f"ours / {name}: {ratio:.2f} of its time (aim: 0.5 at most)"]
    reasons = ", ".join(f"{count} {reason}" for reason, count in result["reasons"].items())
    lines.append(f"matched: {reasons}; residual of what is matched: {result['residual']:.2f}")
    before, after, peak = (result[key] / 1024 for key in ("before", "after", "peak"))
    lines.append(
        f"memory: {before:.0f} MB before, {after:.0f} MB after, peak {peak:.0f} MB (aim: flat)"
    )
    return "\n".join(lines)


def _side(name: str, side: Result) -> str:
    count = side["count"]
    return (
        f"{name}: {count} in {side['seconds']:.1f} s, {1000 * side['seconds'] / count:.1f} ms, "
        f"{1000 * side['cpu'] / count:.1f} ms CPU of Odoo and "
        f"{side['queries'] / count:.1f} queries per item"
    )
