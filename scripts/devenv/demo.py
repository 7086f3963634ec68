"""The demo: a database with contracts, billed by Odoo's own cron while Odoo serves it."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from . import databases, odoo
from .paths import CACHE, LOGS, RUN
from .postgres import Server
from .shell import SetupError, say

DATABASE = "demo"
PID = RUN / "demo.pid"
PREFERRED_PORT = 8069
PR_SET_PDEATHSIG = 1
LOGINS = (
    ("Accountant", "accountant"),
    ("Customer (portal)", "customer"),
    ("Administrator", "admin"),
)
PROGRESS = """
    SELECT coalesce(sum(total_count), 0), coalesce(sum(done_count), 0),
           coalesce(sum(invoice_count), 0), coalesce(sum(error_count), 0)
      FROM billing_run
"""
DUE = """
    SELECT count(*) FROM billing_subscription
     WHERE state IN ('trial', 'active') AND next_billing_date <= current_date
       AND (billing_error_date IS NULL OR billing_error_date < current_date)
"""


def ensure_database(server: Server, database: str = DATABASE) -> None:
    """The demo database of the present addons, made when missing or out of date."""
    template = databases.suite_template(server)
    key = RUN / f"{database}.key"
    if databases.exists(server, database):
        if key.exists() and key.read_text() == template:
            return
        say("the addons have changed: the demo database is made anew")
    key.unlink(missing_ok=True)
    databases.drop(server, database)
    say("creating the demo company, its plans, customers and contracts")
    databases.copy(server, template, database)
    for script in ("demo_data.py", "demo_debits.py"):
        odoo.shell(server, database, script)
    key.write_text(template)


def serve(server: Server, port: int = 0, database: str = DATABASE) -> int:
    """Serve until interrupted; whatever was started here ends with us."""
    port = odoo.free_port(port or PREFERRED_PORT)
    address = f"http://127.0.0.1:{port}"
    signal.signal(signal.SIGTERM, _interrupt)
    PID.write_text(str(os.getpid()))
    process = _start(server, port, database)
    try:
        _wait_until_up(process, address)
        _bill(server, process, database)
        _print_logins(address)
        return process.wait()
    except KeyboardInterrupt:
        say("stopping")
        return 0
    finally:
        _stop(process)
        PID.unlink(missing_ok=True)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _start(server: Server, port: int, database: str) -> subprocess.Popen[bytes]:
    """Odoo in a session of its own: a Ctrl-C reaches us only, and we end it in order."""
    command = odoo.command(
        "-d", database, f"--http-port={port}", f"--gevent-port={odoo.free_port()}",
        f"--db-filter=^{database}$", "--max-cron-threads=1",
    )  # fmt: skip
    log = (LOGS / "demo.log").open("wb")
    return subprocess.Popen(
        command,
        stdout=log,
        stderr=subprocess.STDOUT,
        env=odoo.environ(server),
        cwd=CACHE,
        start_new_session=True,
        preexec_fn=_die_with_parent,
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _check_alive(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        tail = (LOGS / "demo.log").read_text(errors="replace").splitlines()[-10:]
        raise SetupError("Odoo ended unexpectedly:\n" + "\n".join(tail))


def _wait_until_up(process: subprocess.Popen[bytes], address: str) -> None:
    while True:
        _check_alive(process)
        try:
            with urllib.request.urlopen(f"{address}/web/health", timeout=10):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)


def _bill(server: Server, process: subprocess.Popen[bytes], database: str) -> None:
    """Wake the cron and show its progress until nothing is due."""
    due = _get_due_count(server, database)
    if not due:
        say("nothing is due: everything has been billed")
        return
    say(f"{due} contracts are due; the billing cron works them off")
    while _get_due_count(server, database):
        _check_alive(process)
        odoo.wake_cron(server, database)
        _draw(server, database, due)
        time.sleep(0.5)
    _draw(server, database, due)
    print(file=sys.stderr)


def _get_due_count(server: Server, database: str) -> int:
    return int(server.query(database, DUE)[0][0])


def _draw(server: Server, database: str, due: int) -> None:
    total, done, invoices, errors = map(int, server.query(database, PROGRESS)[0])
    share = done / total if total else 0.0
    bar = "█" * round(30 * share) + "░" * (30 - round(30 * share))
    text = f"\r  {bar} {done}/{total or due} contracts, {invoices} invoices, {errors} set aside"
    print(text, end="", file=sys.stderr, flush=True)


def _print_logins(address: str) -> None:
    print(f"\n  Odoo is ready:  {address}\n")
    for person, login in LOGINS:
        print(f"  {person:<18} login {login:<12} password {login}")
    print("\n  Stop with Ctrl-C or make stop.\n", flush=True)


def stop_running() -> bool:
    """End a demo of this checkout that runs elsewhere; False if there is none."""
    if not PID.exists():
        return False
    pid = int(PID.read_text())
    command = Path(f"/proc/{pid}/cmdline")
    if not command.exists() or b"demo" not in command.read_bytes():
        PID.unlink(missing_ok=True)
        return False
    os.kill(pid, signal.SIGTERM)
    for _ in range(300):
        if not command.exists():
            return True
        time.sleep(0.1)
    os.kill(pid, signal.SIGKILL)
    return True
