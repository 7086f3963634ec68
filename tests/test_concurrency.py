"""Billing runs at the same time, and changes of contracts meanwhile, lose and double nothing."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path

import pytest
from devenv import databases, odoo, postgres
from devenv.postgres import Server
from helpers import SCRIPTS, Turn, let_meet, scratch_database

SEED = 20261123
CONTRACTS = "36"
DAYS = "2026-09-15 2026-11-15 2026-12-31"
LAST_DAY = "2027-01-15"  # all changes are effective before it
BILLERS = ("biller-1", "biller-2")
CHANGER = "changer"

BILLED = """
    SELECT period.line_id, period.start_date, period.end_date,
           CASE kind WHEN 'credit' THEN -1 ELSE 1 END
      FROM billing_period period
      JOIN account_move_line line ON line.id = period.invoice_line_id
      JOIN account_move move ON move.id = line.move_id
     WHERE NOT coalesce(period.voided, false) AND move.state = 'posted'
"""
DRAFTS = "SELECT count(*) FROM account_move WHERE state != 'posted'"
UNLINKED = "SELECT count(*) FROM billing_period WHERE invoice_line_id IS NULL"
SET_ASIDE = "SELECT count(*) FROM billing_run_error"
WRONG_AMOUNT = """
    SELECT period.id
      FROM billing_period period
      JOIN account_move_line line ON line.id = period.invoice_line_id
     WHERE abs(-line.balance - period.amount) > 0.001
"""
GAPS = """
    SELECT sequence_prefix, count(*), max(sequence_number)
      FROM account_move WHERE state = 'posted'
     GROUP BY sequence_prefix HAVING count(*) != max(sequence_number)
"""


@pytest.fixture(scope="module")
def server():
    with postgres.server() as running:
        yield running


def bill_alone(server: Server, database: str, folder: Path) -> None:
    """One run that nobody disturbs."""
    folder.mkdir()
    turn = Turn(
        server, database, folder, "alone", "concurrent_billing.py",
        TURN_DAYS=LAST_DAY, TURN_PART="0",
    )  # fmt: skip
    with turn:
        let_meet([turn], folder)


def net_billed(server: Server, database: str) -> Counter[tuple[str, date]]:
    """How often each day of each line is billed, credits subtracted."""
    found: Counter[tuple[str, date]] = Counter()
    for line, start, end, sign in server.query(database, BILLED):
        day, last = date.fromisoformat(start), date.fromisoformat(end)
        while day < last:
            found[line, day] += int(sign)
            day += timedelta(days=1)
    return Counter({key: times for key, times in found.items() if times})


def check_books(server: Server, database: str) -> None:
    """No draft, nothing without its document or its amount, no gap in the numbers."""
    assert server.query(database, DRAFTS) == [["0"]]
    assert server.query(database, UNLINKED) == [["0"]]
    assert server.query(database, WRONG_AMOUNT) == []
    assert server.query(database, GAPS) == []
    assert server.query(database, SET_ASIDE) == [["0"]], "conflicts are no reason to set aside"


def test_runs_and_changes_at_the_same_time(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIXTURE_CONTRACTS", CONTRACTS)
    with scratch_database(server, databases.suite_template(server), "concurrency") as database:
        odoo.shell(server, database, SCRIPTS / "billing_fixture.py")
        counts = disturb(server, database, tmp_path / "together")
        print(counts)
        assert counts[CHANGER]["repeated"] + sum(counts[name]["repeated"] for name in BILLERS) > 0
        assert all(counts[name]["chunks"] > 1 for name in BILLERS), "both must have billed"
        assert not counts[CHANGER].get("given up")

        bill_alone(server, database, tmp_path / "after")
        check_books(server, database)
        billed = net_billed(server, database)
        assert set(billed.values()) == {1}, "time was billed twice, or credited without a charge"
        assert billed == expected(server, database, tmp_path / "calm")


def disturb(server: Server, database: str, folder: Path) -> dict[str, dict[str, int]]:
    """Two billing runs and one process that changes contracts, at the same time."""
    folder.mkdir()
    with ExitStack() as stack:
        turns = [
            Turn(server, database, folder, name, "concurrent_billing.py",
                 TURN_DAYS=DAYS, TURN_PART=str(part))
            for part, name in enumerate(BILLERS)
        ]  # fmt: skip
        changer = Turn(
            server, database, folder, CHANGER, "concurrent_changes.py",
            TURN_UNTIL=" ".join(BILLERS), TURN_SEED=str(SEED),
        )  # fmt: skip
        for turn in [*turns, changer]:
            stack.enter_context(turn)
        return let_meet([*turns, changer], folder)


def expected(server: Server, database: str, folder: Path) -> Counter[tuple[str, date]]:
    """What one undisturbed run bills of the contracts as they are in the end."""
    with scratch_database(server, database, "concurrency_calm") as calm:
        odoo.shell(server, calm, SCRIPTS / "forget_billing.py")
        bill_alone(server, calm, folder)
        return net_billed(server, calm)
