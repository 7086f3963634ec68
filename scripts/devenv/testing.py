"""The test run: jobs in two lanes, each job on its own copy of the template database.

A job is one addon inside Odoo, or one file of the top-level ``tests/`` that drives processes.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from . import databases, debian, odoo, virtualenv
from .paths import ADDONS, CACHE, LOGS, ROOT
from .postgres import Server

LANES = 2
RESULT = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
PYTEST_RESULT = re.compile(r"(\d+) passed")
BAD_LINE = re.compile(r"^\S+ \S+ \d+ (ERROR|CRITICAL) ", re.M)
SKIPPED = re.compile(r"^.*(?:skipped|SKIPPED).*$", re.M)
# Not ours to have: the wheel's PostgreSQL comes without contrib modules, and Odoo does without.
HARMLESS = re.compile(r"pg_trgm|unaccent")
DURATIONS = CACHE / "durations.json"


@dataclass
class Job:
    """Something that passes or fails by itself."""

    name: str
    run: Callable[[Path], int]
    verdict: Callable[[str, int], tuple[int, list[str]]]
    tests: int = 0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)

    @property
    def log(self) -> Path:
        return LOGS / f"test-{self.name}.log"


def addon_job(server: Server, template: str, addon: str, tags: str = "") -> Job:
    """The tests of one addon on a fresh copy of the suite's database."""

    def run(log: Path) -> int:
        database = f"test_{addon}_{os.getpid()}"
        data_dir = CACHE / "lanes" / database
        databases.copy(server, template, database, data_dir)
        command = odoo.command(
            "-d", database, f"--data-dir={data_dir}", f"--http-port={odoo.free_port()}",
            f"--gevent-port={odoo.free_port()}", f"--test-tags={tags or '/' + addon}",
            "--stop-after-init", "--max-cron-threads=0",
        )  # fmt: skip
        try:
            with log.open("w") as out:
                return subprocess.call(
                    command,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    env=odoo.environ(server),
                    cwd=ROOT,
                )
        finally:
            databases.drop(server, database, data_dir)
            subprocess.call(["rm", "-rf", str(data_dir)])

    return Job(addon, run, _odoo_verdict)


def _odoo_verdict(text: str, code: int) -> tuple[int, list[str]]:
    """Count of tests and what speaks against them; silence and skips are failures too."""
    found = RESULT.search(text)
    count = int(found[3]) if found else 0
    problems = [line for line in _lines(text, BAD_LINE) if not HARMLESS.search(line)]
    problems += [f"skipped: {line[-160:]}" for line in _lines(text, SKIPPED)]
    if not count:
        problems.append("no test ran")
    if code:
        problems.append(f"exit code {code}")
    return count, problems


def process_job(path: Path) -> Job:
    """One file of the top-level tests, run by pytest in the virtual environment."""

    def run(log: Path) -> int:
        with log.open("w") as out:
            return subprocess.call(
                [str(virtualenv.PYTHON), "-m", "pytest", "-q", "-rsP", str(path)],
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
            )

    return Job(path.stem, run, _pytest_verdict)


def _pytest_verdict(text: str, code: int) -> tuple[int, list[str]]:
    found = PYTEST_RESULT.search(text)
    problems = (
        []
        if not code
        else [line for line in text.splitlines() if line.startswith(("E ", "FAILED"))]
    )
    if code:
        problems.append(f"exit code {code}")
    return (int(found[1]) if found else 0), problems


def _lines(text: str, pattern: re.Pattern[str]) -> list[str]:
    found = []
    for match in pattern.finditer(text):
        end = text.find("\n", match.start())
        found.append(text[match.start() : end if end >= 0 else None])
    return found


def addons_with_tests() -> list[str]:
    return [path.parent.parent.name for path in sorted(ADDONS.glob("*/tests/__init__.py"))]


def all_jobs(server: Server, template: str) -> list[Job]:
    jobs = [addon_job(server, template, name) for name in addons_with_tests()]
    jobs += [process_job(path) for path in sorted((ROOT / "tests").glob("test_*.py"))]
    return jobs


def run(jobs: list[Job], lanes: int = LANES) -> bool:
    """Run the jobs, longest first; True when every one passed."""
    debian.ensure_browser()
    known: dict[str, float] = json.loads(DURATIONS.read_text()) if DURATIONS.exists() else {}
    queue = deque(sorted(jobs, key=lambda job: -known.get(job.name, 60.0)))
    threads = [threading.Thread(target=_lane, args=(queue,)) for _ in range(min(lanes, len(jobs)))]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    known.update({job.name: job.seconds for job in jobs})
    DURATIONS.write_text(json.dumps(known, indent=1, sort_keys=True))
    return _summary(jobs, time.monotonic() - started)


def _lane(queue: deque[Job]) -> None:
    while True:
        try:
            job = queue.popleft()
        except IndexError:
            return
        _run_job(job)


def _run_job(job: Job) -> None:
    started = time.monotonic()
    try:
        code = job.run(job.log)
        job.tests, job.problems = job.verdict(job.log.read_text(errors="replace"), code)
    except (Exception, SystemExit) as error:  # noqa: BLE001 a lane must not die with jobs left in the queue
        job.problems = [f"{type(error).__name__}: {error}"]
    job.seconds = round(time.monotonic() - started, 1)
    mark = "FAILED" if job.problems else "ok    "
    print(f"{mark} {job.name}: {job.tests} tests in {job.seconds:.0f} s", flush=True)


def _summary(jobs: list[Job], seconds: float) -> bool:
    failed = [job for job in jobs if job.problems]
    for job in failed:
        print(f"\n── {job.name} (log: {job.log})")
        print("\n".join(f"   {line}" for line in job.problems[:20]))
    total = sum(job.tests for job in jobs)
    print(f"\n{total} tests in {len(jobs)} jobs, {len(failed)} jobs failed, {seconds:.0f} s")
    return not failed
