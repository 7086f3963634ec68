"""PostgreSQL: the one the user names, else an embedded server from a wheel.

The embedded server listens on a socket of its own folder only, so two checkouts never meet.
Every user of it holds a shared lock; the last one to leave stops it.
"""

from __future__ import annotations

import configparser
import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import virtualenv
from .paths import CACHE, ROOT, RUN
from .shell import SetupError, locked, say

MAJOR = "16"  # the wheel carries several; databases in the cache belong to this one
DATA = CACHE / f"postgres-{MAJOR}"
RUNNER = "nobody"  # who runs the server when we are root, which PostgreSQL refuses to be
USERS = RUN / "postgres.users"
# Databases here can be made again at any time: no waiting for the disk.
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "2GB",
    "autovacuum_naptime": "15s",
}


@dataclass(frozen=True)
class Server:
    """How to reach a server: what PostgreSQL's own clients and Odoo read."""

    host: str
    user: str
    port: str = ""
    password: str = ""

    def environ(self) -> dict[str, str]:
        given = {
            "PGHOST": self.host,
            "PGPORT": self.port,
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
        }
        return {key: value for key, value in given.items() if value}

    def client(self, program: str, *arguments: str, check: bool = True) -> str:
        """Run one of PostgreSQL's client programs and return what it printed."""
        result = subprocess.run(
            [str(programs() / program), *arguments],
            env={**os.environ, **self.environ()},
            capture_output=True,
            text=True,
        )
        if check and result.returncode:
            raise SetupError(f"{program} {' '.join(arguments)}: {result.stderr.strip()}")
        return result.stdout

    def query(self, database: str, statement: str) -> list[list[str]]:
        """Rows of a statement as text, columns split; for scripts and tests."""
        out = self.client(
            "psql", "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1",
            "-d", database, "-c", statement,
        )  # fmt: skip
        return [line.split("\t") for line in out.splitlines()]


def programs() -> Path:
    """The folder of the wheel's PostgreSQL programs of our major version."""
    for initdb in sorted(
        virtualenv.HOME.glob("lib/python3*/site-packages/*/pginstall*/bin/initdb")
    ):
        version = subprocess.run([str(initdb), "--version"], capture_output=True, text=True).stdout
        if re.search(rf"\) {MAJOR}\.", version):
            return initdb.parent
    raise SetupError(f"The PostgreSQL wheel has no version {MAJOR}: see requirements-dev.txt.")


def configured() -> Server | None:
    """The server named by ``PGHOST`` or by ``db_host`` in odoo.conf, if any."""
    if host := os.environ.get("PGHOST"):
        return Server(host, os.environ.get("PGUSER", "odoo"), os.environ.get("PGPORT", ""),
                      os.environ.get("PGPASSWORD", ""))  # fmt: skip
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "odoo.conf")
    options = parser["options"] if parser.has_section("options") else {}
    host = options.get("db_host", "")
    if host in ("", "False", "false"):
        return None
    values = {key: options.get(key, "") for key in ("db_user", "db_port", "db_password")}
    clean = {key: "" if value == "False" else value for key, value in values.items()}
    return Server(host, clean["db_user"] or "odoo", clean["db_port"], clean["db_password"])


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """A running server for the length of the block."""
    if external := configured():
        yield external
        return
    with USERS.open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        with locked("postgres"):
            embedded = _start()
        try:
            yield embedded
        finally:
            _leave(users.fileno())


def _leave(users: int) -> bool:
    """Give up our share; stop the server if nobody else holds one."""
    fcntl.flock(users, fcntl.LOCK_UN)
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    with locked("postgres"):
        return stop()


def stop_unused() -> bool:
    """Stop a server that a killed process left behind; True if one was stopped."""
    if configured() or not DATA.exists():
        return False
    with USERS.open("a") as users:
        return _leave(users.fileno())


def _start() -> Server:
    socket_folder = _socket_folder()
    address = Server(str(socket_folder), "odoo")
    if _ctl("status"):
        return address
    if not (DATA / "PG_VERSION").exists():
        _initialise()
    settings = " ".join(f"-c {key}='{value}'" for key, value in SETTINGS.items())
    options = f"-k '{socket_folder}' {settings}"
    if not _ctl("-w", "-t", "120", "-l", str(DATA / "server.log"), "-o", options, "start"):
        tail = (DATA / "server.log").read_text(errors="replace").splitlines()[-8:]
        raise SetupError("The embedded PostgreSQL does not start:\n" + "\n".join(tail))
    return address


def stop() -> bool:
    """Stop the embedded server; False if it did not run."""
    if not (DATA / "postmaster.pid").exists():
        return False
    return _ctl("-m", "fast", "-w", "-t", "60", "stop")


def _initialise() -> None:
    say("creating the PostgreSQL cluster")
    fresh = Path(tempfile.mkdtemp(prefix="postgres-", dir=CACHE))
    _give_to_runner(fresh)
    done = _as_runner(
        programs() / "initdb", "-D", fresh, "-U", "odoo", "-E", "UTF8",
        "--auth=trust", "--locale=C.UTF-8", "--no-sync",
    )  # fmt: skip
    if done.returncode:
        shutil.rmtree(fresh, ignore_errors=True)
        raise SetupError(f"initdb failed: {done.stderr.strip()}")
    shutil.rmtree(DATA, ignore_errors=True)
    fresh.rename(DATA)


def _socket_folder() -> Path:
    """A private folder with a path short enough for a socket (107 bytes)."""
    record = RUN / "socket-folder"
    folder = Path(record.read_text()) if record.exists() else RUN / "pg"
    if not folder.exists():
        if len(str(RUN / "pg")) > 80:
            folder = Path(tempfile.mkdtemp(prefix="pg-"))
        else:
            folder = RUN / "pg"
            folder.mkdir(exist_ok=True)
        folder.chmod(0o700)
        _give_to_runner(folder)
        record.write_text(str(folder))
    return folder


def _give_to_runner(folder: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(folder, RUNNER)


def _as_runner(*command: str | Path) -> subprocess.CompletedProcess[str]:
    parts = [str(part) for part in command]
    if os.geteuid() != 0:
        return subprocess.run(parts, capture_output=True, text=True, cwd="/")
    return subprocess.run(
        parts,
        capture_output=True,
        text=True,
        cwd="/",
        user=RUNNER,
        group="nogroup",
        extra_groups=[],
    )


def _ctl(*arguments: str) -> bool:
    """Run pg_ctl; the server must not inherit our pipes, or we would wait for its end."""
    command = [str(programs() / "pg_ctl"), "-D", str(DATA), *arguments]
    options: dict[str, Any] = {"cwd": "/"}
    if os.geteuid() == 0:
        options |= {"user": RUNNER, "group": "nogroup", "extra_groups": []}
    return not subprocess.call(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options
    )
