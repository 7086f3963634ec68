"""A run that a person released: stopped from another session, killed, gone on with, complete."""

from __future__ import annotations

import time

import pytest
from devenv import databases, odoo, postgres
from devenv.postgres import Server
from helpers import SCRIPTS, CronServer, scratch_database
from test_crash import BILLED, INVOICES, LEFT_OVER, bill_to_the_end, count

RUN = "SELECT state, done_count, total_count, invoice_count, error_count FROM billing_run"
DONE = "SELECT coalesce(max(done_count), 0) FROM billing_run"
STOP = "INSERT INTO billing_run_stop (run_id, company_id) SELECT id, company_id FROM billing_run"


@pytest.fixture(scope="module")
def server():
    with postgres.server() as running:
        yield running


@pytest.fixture(scope="module")
def prepared(server: Server):
    with scratch_database(server, databases.suite_template(server), "release_base") as database:
        odoo.shell(server, database, SCRIPTS / "billing_fixture.py")
        odoo.shell(server, database, SCRIPTS / "release_run.py")
        yield database


def wait_until(condition, timeout: float = 120) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def read_run(server: Server, database: str) -> list[str]:
    [row] = server.query(database, RUN)
    return row


def test_stopped_killed_and_resumed_bills_the_same(server: Server, prepared: str) -> None:
    with (
        scratch_database(server, prepared, "release_calm") as calm,
        scratch_database(server, prepared, "release_rough") as rough,
    ):
        bill_to_the_end(server, calm, "release-calm")
        state, done, total, invoices, errors = read_run(server, calm)
        assert (state, done, errors) == ("done", total, "0")
        assert int(total) > 100

        cron = CronServer(server, rough, "release-stopped")
        try:
            cron.wait_for_job("starting")
            # Progress can be read from here while the other process is at work.
            wait_until(lambda: count(server, rough, DONE) >= 12)
            server.query(rough, STOP)
            wait_until(lambda: read_run(server, rough)[0] == "stopped")
        finally:
            cron.stop()
        stopped_at = count(server, rough, DONE)
        assert 12 <= stopped_at < int(total)

        bill_to_the_end(server, rough, "release-stays-stopped")
        assert read_run(server, rough)[:2] == ["stopped", str(stopped_at)]

        odoo.shell(server, rough, SCRIPTS / "resume_run.py")
        cron = CronServer(server, rough, "release-killed")
        try:
            cron.wait_for_job("starting")
            wait_until(lambda: count(server, rough, DONE) >= stopped_at + 12)
        finally:
            cron.kill()
        state, done_when_killed, *_rest = read_run(server, rough)
        assert state == "running"
        assert int(done_when_killed) < int(total)

        bill_to_the_end(server, rough, "release-resumed")
        assert read_run(server, rough) == ["done", total, total, invoices, "0"]
        assert server.query(rough, BILLED) == server.query(calm, BILLED)
        assert server.query(rough, INVOICES) == server.query(calm, INVOICES)
        assert server.query(rough, LEFT_OVER) == [["0", "0", "0"]]
