"""Usage that is stored while it is billed, is billed once: with its period or as a difference."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from devenv import databases, odoo, postgres
from helpers import SCRIPTS, scratch_database
from test_concurrency import Turn, let_meet

BILLERS = ("biller-1", "biller-2")
WRITERS = ("writer-1", "writer-2")
DAYS = "2026-08-20 2026-09-20 2026-10-16"
LAST_DAY = "2026-10-17"

BILLED = """
    SELECT period.subscription_id,
           min(origin.start_date) AS start, sum(period.amount)::numeric(16, 2)
      FROM billing_period period
      JOIN billing_period origin ON origin.id = coalesce(period.corrects_id, period.id)
     WHERE period.voided IS NOT TRUE
     GROUP BY period.subscription_id, origin.id
    HAVING sum(period.amount) != 0
     ORDER BY 1, 2
"""
USED = """
    SELECT subscription_id,
           (date '2026-08-01' + 7 * ((at::date - date '2026-08-01') / 7)) AS start,
           sum(quantity)::numeric(16, 2)
      FROM usage_event_store event
     WHERE id NOT IN (SELECT event_id FROM usage_event_cancellation)
       AND at < timestamp '2026-10-17'
     GROUP BY 1, 2
    HAVING sum(quantity) != 0
     ORDER BY 1, 2
"""
UNPOSTED = "SELECT count(*) FROM account_move WHERE state != 'posted'"
WRONG_AMOUNT = """
    SELECT period.id
      FROM billing_period period
      LEFT JOIN account_move_line line ON line.id = period.invoice_line_id
     WHERE abs(coalesce(-line.balance, 0) - period.amount) > 0.001
"""
MARKS = "SELECT count(*) FROM usage_event_mark"


def test_usage_arrives_while_it_is_billed(tmp_path: Path) -> None:
    with (
        postgres.server() as server,
        scratch_database(server, databases.suite_template(server), "usage_together") as database,
    ):
        odoo.shell(server, database, SCRIPTS / "usage_fixture.py")
        together = tmp_path / "together"
        together.mkdir()
        with ExitStack() as stack:
            turns = [
                Turn(server, database, together, name, "concurrent_billing.py",
                     TURN_DAYS=DAYS, TURN_PART=str(part))
                for part, name in enumerate(BILLERS)
            ]  # fmt: skip
            turns += [
                Turn(server, database, together, name, "concurrent_usage.py",
                     TURN_UNTIL=" ".join(BILLERS), TURN_SEED="7")
                for name in WRITERS
            ]  # fmt: skip
            for turn in turns:
                stack.enter_context(turn)
            counts = let_meet(turns, together)
        print(counts)
        assert all(counts[name]["sent"] > 20 and counts[name]["cancelled"] for name in WRITERS)

        after = tmp_path / "after"
        after.mkdir()
        with Turn(server, database, after, "alone", "concurrent_billing.py",
                  TURN_DAYS=LAST_DAY, TURN_PART="0") as turn:  # fmt: skip
            let_meet([turn], after)
        assert server.query(database, BILLED) == server.query(database, USED)
        assert server.query(database, UNPOSTED) == [["0"]]
        assert server.query(database, WRONG_AMOUNT) == []
        assert server.query(database, MARKS) == [["0"]], "all usage was looked at"
