"""Killing the run of debits at any moment plans and books each debit once."""

from __future__ import annotations

import time

import pytest
from devenv import databases, odoo, postgres
from devenv.postgres import Server
from helpers import SCRIPTS, CronServer, scratch_database

JOB = "Job 'Billing: SEPA collections'"
COUNT = 700
# Debits that are planned, debits that are booked, and seconds into what comes next.
MOMENTS = ((0, 0, 0.6), (1, 0, 0.1), (700, 1, 0.0), (700, 251, 0.1))

DONE = """
    SELECT count(*) FILTER (WHERE state IN ('planned', 'notified')),
           count(*) FILTER (WHERE is_booked)
      FROM sepa_collection
"""
RESULT = """
    SELECT (SELECT count(*) FROM sepa_collection WHERE state IN ('planned', 'notified')),
           (SELECT count(*) FROM sepa_collection WHERE is_booked),
           (SELECT count(*) FROM account_move_line l
              JOIN sepa_collection c ON c.move_line_id = l.id
             WHERE c.is_booked AND l.reconciled AND l.amount_residual = 0),
           (SELECT count(DISTINCT c.booking_line_id) FROM sepa_collection c WHERE c.is_booked)
"""
TWICE = """
    SELECT (SELECT count(*) FROM (SELECT 1 FROM sepa_collection WHERE state != 'cancelled'
              GROUP BY move_line_id HAVING count(*) > 1) twice),
           (SELECT count(*) FROM sepa_collection WHERE problem IS NOT NULL)
"""
CLEARING = """
    SELECT sum(l.balance)::text FROM account_move_line l
      JOIN sepa_creditor c ON c.clearing_account_id = l.account_id
     WHERE l.parent_state = 'posted'
"""


@pytest.fixture(scope="module")
def server():
    with postgres.server() as running:
        yield running


def count(server: Server, database: str) -> tuple[int, int]:
    planned, booked = server.query(database, DONE)[0]
    return int(planned), int(booked)


def kill_once(server: Server, database: str, planned: int, booked: int, wait: float) -> None:
    cron = CronServer(server, database, "debits-killed", job=JOB)
    try:
        cron.wait_for_job("starting")
        deadline = time.monotonic() + 240
        while count(server, database) < (planned, booked):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        time.sleep(wait)
    finally:
        cron.kill()


def test_killed_runs_debit_once(server: Server) -> None:
    template = databases.suite_template(server)
    with scratch_database(server, template, "debit_crash") as database:
        odoo.shell(server, database, SCRIPTS / "debit_fixture.py")
        counts = []
        for planned, booked, wait in MOMENTS:
            kill_once(server, database, planned, booked, wait)
            counts.append(count(server, database))
        print(f"planned and booked after each kill: {counts}")
        assert counts == sorted(counts)
        assert any(0 < booked < COUNT for _planned, booked in counts), "no kill while booking"
        for _again in range(2):
            cron = CronServer(server, database, "debits-resumed", job=JOB)
            try:
                cron.wait_for_job("fully done", timeout=300)
            finally:
                cron.stop()
            [row] = server.query(database, RESULT)
            assert [int(value) for value in row] == [COUNT] * 4
            assert server.query(database, TWICE) == [["0", "0"]]
            assert float(server.query(database, CLEARING)[0][0]) == 100.0 * COUNT
