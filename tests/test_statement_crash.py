"""Killing the import of a file at any moment must neither lose an entry nor book one twice."""

from __future__ import annotations

import time

import pytest
from devenv import databases, odoo, postgres
from devenv.postgres import Server
from helpers import SCRIPTS, CronServer, scratch_database

JOB = "Job 'Bank statements: import waiting files and drop folders'"
# Entries that are booked when the job is killed, and some seconds into the next chunk.
MOMENTS = ((0, 1.5), (1, 0.5), (251, 1.5))

BOOKED = "SELECT count(*) FROM account_bank_statement_line WHERE import_id IS NOT NULL"
RESULT = """
    SELECT (SELECT count(*) FROM account_bank_statement_line),
           (SELECT count(DISTINCT entry_key) FROM account_bank_statement_line),
           (SELECT sum(amount) FROM account_bank_statement_line),
           (SELECT count(*) FROM account_bank_statement_line WHERE is_reconciled),
           (SELECT count(DISTINCT statement_id) FROM account_bank_statement_line),
           (SELECT count(*) FROM account_move WHERE state != 'posted'),
           (SELECT sum(amount_residual) FROM account_move WHERE move_type = 'out_invoice')
"""
STATEMENT = """
    SELECT balance_start::float, balance_end::float, balance_end_real::float, is_complete
      FROM account_bank_statement
"""
IMPORT = "SELECT state, entry_count, matched_count, known_count FROM bank_statement_import"


@pytest.fixture(scope="module")
def server():
    with postgres.server() as running:
        yield running


def count(server: Server, database: str) -> int:
    return int(server.query(database, BOOKED)[0][0])


def kill_once(server: Server, database: str, booked: int, wait: float) -> None:
    cron = CronServer(server, database, "statement-killed", job=JOB)
    try:
        cron.wait_for_job("starting")
        deadline = time.monotonic() + 240
        while count(server, database) < booked:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(wait)
    finally:
        cron.kill()


def test_killed_imports_book_each_entry_once(server: Server) -> None:
    template = databases.suite_template(server)
    with scratch_database(server, template, "statement_crash") as database:
        odoo.shell(server, database, SCRIPTS / "statement_fixture.py")
        counts = []
        for booked, wait in MOMENTS:
            kill_once(server, database, booked, wait)
            counts.append(count(server, database))
        print(f"booked after each kill: {counts}")
        assert 0 < counts[1] < 600, "a kill must fall between the first and the last chunk"
        assert counts == sorted(counts)
        for _again in range(2):
            cron = CronServer(server, database, "statement-resumed", job=JOB)
            try:
                cron.wait_for_job("fully done", timeout=300)
            finally:
                cron.stop()
            [row] = server.query(database, RESULT)
            assert [float(value) for value in row] == [600, 600, 6000, 60, 1, 0, 0]
            assert server.query(database, STATEMENT) == [["0", "6000", "6000", "t"]]
            assert server.query(database, IMPORT) == [["done", "600", "60", "0"]]
