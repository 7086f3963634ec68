"""Conformance scenarios: contracts billed step by step in a real Odoo."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from . import databases, odoo, postgres, setup
from .conformance import Outcome, Verdict, load_cases
from .paths import LOGS
from .postgres import Server
from .shell import SetupError

PLAYER = Path(__file__).parent / "conformance_player.py"


def run_scenarios(path: Path, only: Sequence[str] = ()) -> list[Outcome]:
    """Play the scenarios of a file in a scratch database and compare what was billed."""
    setup.ensure(browser=False)
    with tempfile.TemporaryDirectory() as folder, postgres.server() as server:
        cases, results = Path(folder) / "cases.json", Path(folder) / "results.json"
        cases.write_text(json.dumps(load_cases(path, only)))
        database = f"conformance_{os.getpid()}"
        databases.copy(server, databases.suite_template(server), database)
        try:
            _play(server, database, cases, results)
        finally:
            databases.drop(server, database)
        return [
            Outcome(found["id"], "scenario", Verdict(found["verdict"]), found["detail"])
            for found in json.loads(results.read_text())
        ]


def _play(server: Server, database: str, cases: Path, results: Path) -> None:
    log = LOGS / "conformance.log"
    environment = odoo.environ(server) | {
        "CONFORMANCE_CASES": str(cases),
        "CONFORMANCE_RESULTS": str(results),
    }
    with log.open("w") as out, PLAYER.open() as source:
        subprocess.run(
            odoo.command("shell", "-d", database, "--no-http"),
            stdin=source,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment,
        )
    if not results.exists():
        tail = log.read_text(errors="replace").splitlines()[-15:]
        raise SetupError("The scenarios could not be played:\n" + "\n".join(tail))
