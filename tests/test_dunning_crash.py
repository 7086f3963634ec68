"""Killing a dunning run at any moment must neither lose a letter nor make one twice."""

from __future__ import annotations

import time

import pytest
from devenv import databases, odoo, postgres
from devenv.postgres import Server
from helpers import SCRIPTS, CronServer, scratch_database

JOB = "Job 'Billing: dunning'"
CUSTOMERS = 700
# Letters there are, letters that are issued, and seconds into what comes next when it is killed.
MOMENTS = ((0, 0, 0.8), (1, 0, 0.0), (251, 0, 0.1), (700, 1, 0.2))

LETTERS = "SELECT count(*), count(*) FILTER (WHERE state = 'issued') FROM dunning_notice"
RESULT = """
    SELECT (SELECT count(*) FROM dunning_notice),
           (SELECT count(DISTINCT commercial_partner_id) FROM dunning_notice),
           (SELECT count(*) FROM dunning_notice WHERE state = 'issued'),
           (SELECT count(DISTINCT name) FROM dunning_notice),
           (SELECT count(*) FROM dunning_case),
           (SELECT count(*) FROM dunning_notice_line WHERE is_pending),
           (SELECT count(*) FROM billing_delivery WHERE res_model = 'dunning.notice'),
           (SELECT count(DISTINCT line_id) FROM dunning_overdue),
           (SELECT count(*) FROM dunning_run),
           (SELECT coalesce(sum(error_count), 0) FROM dunning_run)
"""
MARKS = """
    SELECT count(*) - count(DISTINCT (line_id, days)),
           count(*) - (SELECT count(*) FROM billing_event WHERE type = 'invoice.overdue')
      FROM dunning_overdue
"""


@pytest.fixture(scope="module")
def server():
    with postgres.server() as running:
        yield running


def count(server: Server, database: str) -> tuple[int, int]:
    made, issued = server.query(database, LETTERS)[0]
    return int(made), int(issued)


def kill_once(server: Server, database: str, made: int, issued: int, wait: float) -> None:
    cron = CronServer(server, database, "dunning-killed", job=JOB)
    try:
        cron.wait_for_job("starting")
        deadline = time.monotonic() + 240
        while count(server, database) < (made, issued):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        time.sleep(wait)
    finally:
        cron.kill()


def test_killed_runs_make_each_letter_once(server: Server) -> None:
    template = databases.suite_template(server)
    with scratch_database(server, template, "dunning_crash") as database:
        odoo.shell(server, database, SCRIPTS / "dunning_fixture.py")
        counts = []
        for made, issued, wait in MOMENTS:
            kill_once(server, database, made, issued, wait)
            counts.append(count(server, database))
        print(f"letters after each kill: {counts}")
        assert 0 < counts[1][0] < CUSTOMERS, "a kill must fall between the chunks"
        assert 0 < counts[-1][1] < CUSTOMERS, "a kill must fall while letters are issued"
        assert counts == sorted(counts)
        for _again in range(2):
            cron = CronServer(server, database, "dunning-resumed", job=JOB)
            try:
                cron.wait_for_job("fully done", timeout=300)
            finally:
                cron.stop()
            [row] = server.query(database, RESULT)
            assert [int(value) for value in row] == [CUSTOMERS] * 8 + [1, 0]
            assert server.query(database, MARKS) == [["0", "0"]]
