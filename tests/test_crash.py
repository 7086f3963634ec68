"""Killing the billing cron at any moment must neither lose a period nor bill one twice."""

from __future__ import annotations

import random
import time

import pytest
from devenv import databases, odoo, postgres
from devenv.postgres import Server
from helpers import SCRIPTS, CronServer, scratch_database

KILLS = 20
SEED = 20260131
CHUNK = 4  # contracts, as the fixture sets it
# A moment is a number of finished chunks and some time into the next one.
CHUNKS_DONE = (0, 0, 1, 1, 2)
LONGEST_WAIT = 0.5

BILLED = """
    SELECT period.line_id, period.start_date, period.end_date, period.amount
      FROM billing_period period
      JOIN account_move_line line ON line.id = period.invoice_line_id
      JOIN account_move move ON move.id = line.move_id
     WHERE period.kind = 'charge' AND NOT coalesce(period.voided, false)
       AND move.state = 'posted'
     ORDER BY 1, 2
"""
LEFT_OVER = """
    SELECT (SELECT count(*) FROM account_move WHERE state != 'posted'),
           (SELECT count(*) FROM billing_period WHERE invoice_line_id IS NULL),
           (SELECT count(*) FROM billing_subscription WHERE billing_error IS NOT NULL)
"""
INVOICES = "SELECT count(*), sum(amount_untaxed) FROM account_move WHERE state = 'posted'"
NUMBERS = "SELECT max(sequence_number), count(*) FROM account_move WHERE state = 'posted'"
CONTRACTS_DONE = "SELECT count(DISTINCT subscription_id) FROM billing_period"
WORKING = """
    SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND pid != pg_backend_pid()
       AND backend_type = 'client backend' AND backend_xid IS NOT NULL
"""


@pytest.fixture(scope="module")
def server():
    with postgres.server() as running:
        yield running


@pytest.fixture(scope="module")
def prepared(server: Server):
    """A database with contracts that have several periods due each."""
    with scratch_database(server, databases.suite_template(server), "crash_base") as database:
        odoo.shell(server, database, SCRIPTS / "billing_fixture.py")
        yield database


def bill_to_the_end(server: Server, database: str, name: str) -> None:
    cron = CronServer(server, database, name)
    try:
        cron.wait_for_job("fully done", timeout=300)
    finally:
        cron.stop()


def count(server: Server, database: str, statement: str) -> int:
    return int(server.query(database, statement)[0][0])


def kill_once(server: Server, database: str, chunks: int, wait: float) -> bool:
    """Kill the cron ``wait`` seconds after it finished some chunks; True if at work then."""
    target = count(server, database, CONTRACTS_DONE) + chunks * CHUNK
    cron = CronServer(server, database, "crash-killed")
    try:
        cron.wait_for_job("starting")
        while count(server, database, CONTRACTS_DONE) < target:
            time.sleep(0.02)
        time.sleep(wait)
        return count(server, database, WORKING) > 0
    finally:
        cron.kill()


def test_killed_runs_bill_what_an_undisturbed_run_bills(server: Server, prepared: str) -> None:
    moments = random.Random(SEED)
    with (
        scratch_database(server, prepared, "crash_calm") as calm,
        scratch_database(server, prepared, "crash_killed") as killed,
    ):
        bill_to_the_end(server, calm, "crash-calm")
        expected = server.query(calm, BILLED)
        assert len(expected) > 500

        inside, counts = 0, []
        for _ in range(KILLS):
            moment = moments.choice(CHUNKS_DONE), moments.uniform(0, LONGEST_WAIT)
            inside += kill_once(server, killed, *moment)
            counts.append(len(server.query(killed, BILLED)))
        print(f"{inside} of {KILLS} kills inside a writing transaction; billed so far: {counts}")
        assert inside >= KILLS // 4, "the kills must fall inside chunks, too"
        assert 0 < counts[-1] < len(expected), "kills must fall between first and last chunk"

        bill_to_the_end(server, killed, "crash-resumed")
        assert server.query(killed, BILLED) == expected
        assert server.query(killed, LEFT_OVER) == [["0", "0", "0"]]
        assert server.query(killed, INVOICES) == server.query(calm, INVOICES)
        [(last, total)] = server.query(killed, NUMBERS)
        assert last == total, "invoice numbers have a gap"

        bill_to_the_end(server, killed, "crash-again")
        assert server.query(killed, BILLED) == expected
