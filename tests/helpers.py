"""What the tests that drive processes share."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devenv import databases, odoo
from devenv.paths import LOGS
from devenv.postgres import Server

SCRIPTS = Path(__file__).parent / "scripts"
PATIENCE = 480  # seconds that processes at the same time may take


@contextmanager
def scratch_database(server: Server, template: str, name: str) -> Iterator[str]:
    """A copy of a database under a name of its own, gone afterwards."""
    database = f"{name}_{os.getpid()}"
    databases.drop(server, database)
    databases.copy(server, template, database)
    try:
        yield database
    finally:
        databases.drop(server, database)


class CronServer:
    """A real Odoo server process with one cron thread, and one job to do."""

    JOB = "Job 'Subscriptions: bill due contracts'"
    # After several kills without progress Odoo puts a job off for an hour; here its time is now.
    DUE_NOW = (
        "UPDATE ir_cron SET nextcall = '2000-01-01' WHERE active;"
        "UPDATE ir_cron_progress SET timed_out_counter = 0"
    )

    def __init__(
        self, server: Server, database: str, name: str, *options: str, job: str = JOB
    ) -> None:
        self.server, self.database, self.job = server, database, job
        self.log = LOGS / f"{name}.log"
        server.query(database, self.DUE_NOW)
        with self.log.open("w") as out:
            self.process = subprocess.Popen(
                odoo.command("-d", database, "--no-http", "--max-cron-threads=1", *options),
                stdout=out,
                stderr=subprocess.STDOUT,
                env=odoo.environ(server),
                start_new_session=True,
            )

    def wait_for_job(self, word: str, timeout: float = 120) -> None:
        """Wake the cron until the log says of the job that it is ``starting`` or ``done``."""
        deadline = time.monotonic() + timeout
        while not self._saw(word):
            assert self.process.poll() is None, self.log.read_text()[-2000:]
            assert time.monotonic() < deadline, f"no “{word}” in {self.log}"
            odoo.wake_cron(self.server, self.database)
            time.sleep(0.05)

    def _saw(self, word: str) -> bool:
        lines = self.log.read_text().splitlines()
        return any(self.job in line and word in line for line in lines)

    def kill(self) -> None:
        """SIGKILL: no clean-up of any kind."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.kill()


class Turn:
    """One process in Odoo's shell that waits for the others before it begins."""

    def __init__(
        self, server: Server, database: str, folder: Path, name: str, script: str, **given: str
    ) -> None:
        self.name, self.folder = name, folder
        self.log = LOGS / f"concurrency-{name}.log"
        given |= {"TURN_FOLDER": str(folder), "TURN_NAME": name}
        with self.log.open("w") as out, (SCRIPTS / script).open() as source:
            self.process = subprocess.Popen(
                odoo.command("shell", "-d", database, "--no-http"),
                stdin=source,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=odoo.environ(server) | given,
            )

    def __enter__(self) -> Turn:
        return self

    def __exit__(self, *_error: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def wait_until_ready(self, deadline: float) -> None:
        while not (self.folder / f"{self.name}.ready").exists():
            assert self.process.poll() is None, self.log.read_text()[-2000:]
            assert time.monotonic() < deadline, f"{self.name} does not start, see {self.log}"
            time.sleep(0.05)

    def finish(self, deadline: float) -> dict[str, int]:
        """What it counted, once it is through."""
        self.process.wait(timeout=max(deadline - time.monotonic(), 1))
        result = self.folder / f"{self.name}.json"
        assert result.exists(), self.log.read_text()[-2000:]
        counts: dict[str, int] = json.loads(result.read_text())
        return counts


def let_meet(turns: list[Turn], folder: Path) -> dict[str, dict[str, int]]:
    """Start all turns at one moment and wait for their ends."""
    deadline = time.monotonic() + PATIENCE
    for turn in turns:
        turn.wait_until_ready(deadline)
    (folder / "go").touch()
    return {turn.name: turn.finish(deadline) for turn in turns}
