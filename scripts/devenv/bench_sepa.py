"""Direct debits measured in a scratch database: from due invoices to a file and booked."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from . import databases, odoo, postgres, setup
from .shell import say

PLAYER = Path(__file__).parent / "bench_sepa_player.py"
Result = dict[str, Any]


def measure(count: int, profile: Path | None = None) -> Result:
    """Collect ``count`` invoices; figures per step, and of the writer beside sepaxml."""
    setup.ensure(browser=False)
    with tempfile.TemporaryDirectory() as folder, postgres.server() as server:
        database = f"bench_sepa_{os.getpid()}"
        databases.copy(server, databases.suite_template(server), database)
        result = Path(folder) / "result.json"
        given = {
            "BENCH_COUNT": str(count),
            "BENCH_RESULT": str(result),
            "BENCH_PROFILE": str(profile.resolve()) if profile else "",
        }
        try:
            say(f"collecting {count} invoices")
            odoo.shell(server, database, PLAYER, given)
        finally:
            databases.drop(server, database)
        found: Result = json.loads(result.read_text())
        return found


def report(result: Result) -> str:
    """The figures of a measurement as lines of text."""
    count, steps = result["count"], result["steps"]
    lines = [f"{'step':<14}{'s':>8}{'CPU s':>8}{'ms/debit':>10}{'queries/debit':>15}{'MB':>7}"]
    for name, (seconds, cpu, queries, memory) in steps.items():
        lines.append(
            f"{name:<14}{seconds:>8.1f}{cpu:>8.1f}{1000 * seconds / count:>10.2f}"
            f"{queries / count:>15.2f}{memory / 1024:>7.0f}"
        )
    seconds, cpu, queries = (sum(step[i] for step in steps.values()) for i in range(3))
    lines += [
        f"{'together':<14}{seconds:>8.1f}{cpu:>8.1f}{1000 * seconds / count:>10.2f}"
        f"{queries / count:>15.2f}  (aim: below 60 s for 10,000)",
        f"peak of the process, its invoices included: {result['peak'] / 1024:.0f} MB",
        f"writer: {result['ours']:.3f} s, sepaxml: {result['sepaxml']:.3f} s for {count} debits, "
        f"{result['sepaxml'] / result['ours']:.1f} times as fast (aim: at least as fast)",
    ]
    return "\n".join(lines)
