"""Taking in usage events, measured in a scratch database against a bare COPY."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from . import databases, odoo, postgres, setup
from .shell import say

PLAYER = Path(__file__).parent / "bench_usage_player.py"
Result = dict[str, Any]


def measure(count: int, contracts: int) -> Result:
    """Take in ``count`` events of ``contracts`` contracts; figures per side and per step."""
    setup.ensure(browser=False)
    with tempfile.TemporaryDirectory() as folder, postgres.server() as server:
        database = f"bench_usage_{os.getpid()}"
        databases.copy(server, databases.suite_template(server), database)
        result = Path(folder) / "result.json"
        given = {
            "BENCH_COUNT": str(count),
            "BENCH_CONTRACTS": str(contracts),
            "BENCH_RESULT": str(result),
        }
        try:
            say(f"taking in {count} events of {contracts} contracts")
            odoo.shell(server, database, PLAYER, given)
        finally:
            databases.drop(server, database)
        found: Result = json.loads(result.read_text())
        return found


def report(result: Result) -> str:
    """The figures of a measurement as lines of text."""
    count, ours, copy = result["count"], result["ours"], result["copy"]
    lines = [
        f"ours: {count / ours:>9,.0f} events/s, {1e6 * ours / count:.1f} µs per event",
        f"COPY: {count / copy:>9,.0f} rows/s, {1e6 * copy / count:.1f} µs per row",
        f"ours / COPY: {copy / ours:.2f} of its speed (aim: 0.3 at least)",
        "where the time goes, µs per event:",
    ]
    lines += [
        f"  {name:<28}{1e6 * seconds / count:>6.2f}{100 * seconds / ours:>6.0f} %"
        for name, seconds in result["steps"].items()
    ]
    before, after, peak = (result[key] / 1024 for key in ("before", "after", "peak"))
    lines.append(
        f"memory: {before:.0f} MB before, {after:.0f} MB after, peak {peak:.0f} MB (aim: flat)"
    )
    lines += result.get("rating", [])
    return "\n".join(lines)
