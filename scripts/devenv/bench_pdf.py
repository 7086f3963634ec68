"""Printing measured in a scratch database, side by side with Odoo's own rendering."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from . import databases, odoo, postgres, setup
from .paths import LOGS
from .postgres import Server
from .shell import SetupError, say

PLAYER = Path(__file__).parent / "bench_pdf_player.py"
Result = dict[str, Any]


def measure(count: int, core: int, memory: int, profile: Path | None = None) -> Result:
    """Print ``count`` invoices in process and ``core`` of them with wkhtmltopdf, then watch the
    memory over ``memory`` documents."""
    setup.ensure(browser=False)
    with tempfile.TemporaryDirectory() as folder, postgres.server() as server:
        database = f"bench_{os.getpid()}"
        databases.copy(server, databases.suite_template(server), database)
        result = Path(folder) / "result.json"
        port = odoo.free_port()
        given = {
            "BENCH_COUNT": str(count),
            "BENCH_CORE": str(core),
            "BENCH_MEMORY": str(memory),
            "BENCH_RESULT": str(result),
            "BENCH_URL": f"http://127.0.0.1:{port}",
            "BENCH_PROFILE": str(profile.resolve()) if profile else "",
        }
        try:
            say(f"printing {count} invoices in process and {core} with wkhtmltopdf")
            _play(server, database, port, given)
        finally:
            databases.drop(server, database)
        found: Result = json.loads(result.read_text())
        return found


def _play(server: Server, database: str, port: int, given: dict[str, str]) -> None:
    """Run the player beside an Odoo that serves the stylesheets wkhtmltopdf asks for."""
    log = LOGS / "bench-pdf.log"
    environment = odoo.environ(server) | given
    with log.open("w") as out, PLAYER.open() as source:
        serving = subprocess.Popen(
            odoo.command("-d", database, f"--http-port={port}", "--max-cron-threads=0",
                         f"--gevent-port={odoo.free_port()}"),
            stdout=out, stderr=subprocess.STDOUT, env=environment,
        )  # fmt: skip
        try:
            _wait(given["BENCH_URL"])
            subprocess.run(
                odoo.command("shell", "-d", database, "--no-http"),
                stdin=source, stdout=out, stderr=subprocess.STDOUT, env=environment,
            )  # fmt: skip
        finally:
            serving.terminate()
            serving.wait()
    if not Path(given["BENCH_RESULT"]).exists():
        tail = log.read_text(errors="replace").splitlines()[-15:]
        raise SetupError("The benchmark did not finish:\n" + "\n".join(tail))


def _wait(address: str, seconds: int = 60) -> None:
    for _attempt in range(2 * seconds):
        try:
            with urllib.request.urlopen(f"{address}/web/health", timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    raise SetupError(f"No Odoo answers at {address}")


def report(result: Result) -> str:
    """The figures of a measurement as a table, then ratio and memory."""
    lines = [f"{'per invoice':<12}{'count':>7}{'ms':>9}{'CPU ms':>9}{'queries':>9}{'kB':>7}"]
    for side in ("ours", "core"):
        if found := result.get(side):
            lines.append(
                f"{side:<12}{found['count']:>7}{found['ms']:>9.1f}{found['cpu_ms']:>9.1f}"
                f"{found['queries']:>9.1f}{found['kilobytes']:>7.0f}"
            )
    if "core" in result:
        time_ratio, cpu_ratio = (
            result["core"][key] / result["ours"][key] for key in ("ms", "cpu_ms")
        )
        lines.append(f"core / ours (aim: 10 at least): time {time_ratio:.1f}, CPU {cpu_ratio:.1f}")
    laps = result["memory"]
    marks = ", ".join(f"{count}: {kilobytes / 1024:.0f} MB" for count, kilobytes in laps)
    lines.append(f"memory after documents {marks}")
    growth = (laps[-1][1] - laps[0][1]) / 1024
    lines.append(f"growth from the first mark to the last: {growth:.1f} MB (aim: flat)")
    return "\n".join(lines)
