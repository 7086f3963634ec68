"""A dunning run measured in a scratch database, side by side with OCA's credit control."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from . import databases, debian, odoo, postgres, setup, virtualenv
from .paths import ADDONS, CACHE, LOGS
from .shell import SetupError, locked, run_logged, say

PLAYER = Path(__file__).parent / "bench_dunning_player.py"
# Only measured, never shipped; needs nothing beyond Odoo's own modules.
OCA_PACKAGE = "odoo-addon-account_credit_control==19.0.*"
OCA_HOME = CACHE / "oca-credit-control"
Result = dict[str, Any]


def measure(count: int, letters: int, profile: Path | None = None) -> Result:
    """Decide about ``count`` open items on both sides, then make ``letters`` as PDF."""
    setup.ensure(browser=False)
    with tempfile.TemporaryDirectory() as folder, postgres.server() as server:
        database = f"bench_dunning_{os.getpid()}"
        databases.copy(server, databases.suite_template(server), database)
        result = Path(folder) / "result.json"
        given = {
            "BENCH_COUNT": str(count),
            "BENCH_LETTERS": str(letters),
            "BENCH_RESULT": str(result),
            "BENCH_PROFILE": str(profile.resolve()) if profile else "",
        }
        path = f"--addons-path={_addons_path()}"
        environment = odoo.environ(server)
        try:
            run_logged(
                odoo.command("-d", database, "-i", "account_credit_control", path,
                             "--stop-after-init", "--no-http", "--max-cron-threads=0"),
                "bench-install", env=environment,
            )  # fmt: skip
            say(f"dunning {count} open items")
            log = LOGS / "bench-dunning.log"
            with log.open("w") as out, PLAYER.open() as source:
                subprocess.run(
                    odoo.command("shell", "-d", database, "--no-http", path),
                    stdin=source,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    env=environment | given,
                )
            if not result.exists():
                tail = log.read_text(errors="replace").splitlines()[-15:]
                raise SetupError("The benchmark did not finish:\n" + "\n".join(tail))
        finally:
            databases.drop(server, database)
        found: Result = json.loads(result.read_text())
        return found


def _addons_path() -> str:
    """Core's addons, ours, and OCA's, fetched when missing."""
    addons = OCA_HOME / "odoo" / "addons"
    with locked("oca"):
        if not (addons / "account_credit_control" / "__manifest__.py").exists():
            say(f"fetching {OCA_PACKAGE}, only to compare")
            shutil.rmtree(OCA_HOME, ignore_errors=True)
            run_logged(
                [virtualenv.PYTHON, "-m", "pip", "install", "--no-deps", "--target", OCA_HOME,
                 OCA_PACKAGE],
                "pip",
            )  # fmt: skip
    return ",".join(str(path) for path in [*debian.core_addons(), ADDONS, addons])


def report(result: Result) -> str:
    """The figures of a measurement as lines of text."""
    lines = [f"{result['items']} open items of {result['customers']} customers"]
    lines += [_side(name, side) for name, side in result["sides"].items()]
    sides = result["sides"]
    lines.append(_ratio("decide and write down, OCA / ours (aim: 5 at least)", sides, "decide"))
    if "oca letters" in sides:
        lines.append(_ratio("letters, OCA / ours (aim: 5 at least)", sides, "letters"))
    first, last = (found["queries"] for found in (result["chunks"][0], result["chunks"][-1]))
    lines.append(f"queries of the first chunk {first}, of the last {last}")
    before, after, peak = (result[key] / 1024 for key in ("before", "after", "peak"))
    lines.append(
        f"memory: {before:.0f} MB before, {after:.0f} MB after, peak {peak:.0f} MB (aim: flat)"
    )
    return "\n".join(lines)


def _side(name: str, side: Result) -> str:
    count = side["count"]
    return (
        f"{name}: {count} in {side['seconds']:.1f} s, {1000 * side['seconds'] / count:.2f} ms and "
        f"{side['queries'] / count:.2f} queries each"
    )


def _ratio(title: str, sides: Result, step: str) -> str:
    ours, theirs = (
        sides[f"{who} {step}"]["seconds"] / sides[f"{who} {step}"]["count"]
        for who in ("ours", "oca")
    )
    return f"{title}: {theirs / ours:.1f}"
