"""Billing measured in a scratch database, side by side with plain Odoo and OCA's contract."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import databases, debian, odoo, postgres, setup, virtualenv
from .paths import ADDONS, CACHE, LOGS
from .postgres import Server
from .shell import SetupError, locked, run_logged, say

PLAYER = Path(__file__).parent / "bench_billing_player.py"
SIDES = ("ours", "plain", "oca")
# Only measured, never shipped; needs nothing beyond Odoo's own modules.
OCA_PACKAGE = "odoo-addon-contract==19.0.*"
OCA_HOME = CACHE / "oca"
Result = dict[str, Any]


def measure(count: int, sides: Sequence[str] = SIDES, profile: Path | None = None) -> Result:
    """Bill ``count`` contracts per side; figures per invoice and per chunk."""
    setup.ensure(browser=False)
    with tempfile.TemporaryDirectory() as folder, postgres.server() as server:
        database = f"bench_{os.getpid()}"
        databases.copy(server, databases.suite_template(server), database)
        result = Path(folder) / "result.json"
        given = {
            "BENCH_COUNT": str(count),
            "BENCH_SIDES": ",".join(sides),
            "BENCH_RESULT": str(result),
            "BENCH_PROFILE": str(profile.resolve()) if profile else "",
        }
        try:
            if "oca" in sides:
                _install_oca(server, database)
            say(f"billing {count} contracts per side, after one chunk to warm up")
            _play(server, database, given)
        finally:
            databases.drop(server, database)
        found: Result = json.loads(result.read_text())
        return found


def _oca_addons() -> Path:
    """The folder with OCA's addon, fetched when missing."""
    addons = OCA_HOME / "odoo" / "addons"
    with locked("oca"):
        if not (addons / "contract" / "__manifest__.py").exists():
            say(f"fetching {OCA_PACKAGE}, only to compare")
            shutil.rmtree(OCA_HOME, ignore_errors=True)
            run_logged(
                [virtualenv.PYTHON, "-m", "pip", "install", "--no-deps", "--target", OCA_HOME,
                 OCA_PACKAGE],
                "pip",
            )  # fmt: skip
    return addons


def _addons_path() -> str:
    return ",".join(str(path) for path in [*debian.core_addons(), ADDONS, _oca_addons()])


def _install_oca(server: Server, database: str) -> None:
    run_logged(
        odoo.command("-d", database, "-i", "contract", f"--addons-path={_addons_path()}",
                     "--stop-after-init", "--no-http", "--max-cron-threads=0"),
        "bench-install", env=odoo.environ(server),
    )  # fmt: skip


def _play(server: Server, database: str, given: dict[str, str]) -> None:
    log = LOGS / "bench-billing.log"
    path = [f"--addons-path={_addons_path()}"] if "oca" in given["BENCH_SIDES"] else []
    with log.open("w") as out, PLAYER.open() as source:
        subprocess.run(
            odoo.command("shell", "-d", database, "--no-http", *path),
            stdin=source,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=odoo.environ(server) | given,
        )
    if not Path(given["BENCH_RESULT"]).exists():
        tail = log.read_text(errors="replace").splitlines()[-15:]
        raise SetupError("The benchmark did not finish:\n" + "\n".join(tail))


def report(result: Result) -> str:
    """The figures of a measurement as a table, then the ratios."""
    sides = [side for side in SIDES if side in result]
    lines = [f"{'per invoice':<12}{'ms':>9}{'CPU ms':>9}{'queries':>9}{'first':>9}{'last':>9}"]
    for side in sides:
        found = result[side]
        first, last = (1000 * lap[1] / lap[0] for lap in (found["laps"][0], found["laps"][-1]))
        lines.append(
            f"{side:<12}{found['ms']:>9.1f}{found['cpu_ms']:>9.1f}{found['queries']:>9.1f}"
            f"{first:>9.1f}{last:>9.1f}"
        )
    if "plain" in sides:
        lines.append(_ratio("ours / plain (aim: 1.1 at most)", result["ours"], result["plain"]))
    if "oca" in sides:
        lines.append(_ratio("oca / ours (aim: 2 at least)", result["oca"], result["ours"]))
    return "\n".join([*lines, _growth(result["ours"]), _memory(result)])


def _ratio(title: str, above: Result, below: Result) -> str:
    time, cpu, queries = (above[key] / below[key] for key in ("ms", "cpu_ms", "queries"))
    return f"{title}: time {time:.2f}, CPU {cpu:.2f}, queries {queries:.2f}"


def _growth(side: Result) -> str:
    """Processor time of the last chunk by that of the first: does a long run slow down?"""
    first, last = (lap[2] / lap[0] for lap in (side["laps"][0], side["laps"][-1]))
    return f"last chunk / first chunk: {last / first:.2f} CPU (aim: 1.2 at most)"


def _memory(result: Result) -> str:
    first, last = (result["ours"]["laps"][index][4] / 1024 for index in (0, -1))
    peak = result["peak_kilobytes"] / 1024
    return f"memory: first chunk {first:.0f} MB, last chunk {last:.0f} MB, peak {peak:.0f} MB"
