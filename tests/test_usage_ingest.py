"""Usage events sent by many at once, one of them killed: each key once, nothing lost."""

from __future__ import annotations

import os
import signal
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from devenv import databases, odoo, postgres
from devenv.postgres import Server
from helpers import SCRIPTS, Turn, scratch_database

KEYS, CALL = 3000, 250
WRITERS = [f"writer-{number}" for number in range(8)]
CUT = WRITERS[3]
PATIENCE = 240  # seconds

UNEQUAL = """
    SELECT k.key, e.id FROM usage_event_key k
      FULL JOIN usage_event_store e ON e.id = k.event_id AND e.key = k.key AND e.at = k.at
                                   AND e.company_id = k.company_id
     WHERE k.key IS NULL OR e.key IS NULL
"""
UNMARKED = """
    SELECT count(*) FROM usage_event_store e
     WHERE NOT EXISTS (SELECT FROM usage_event_mark m
                        WHERE m.subscription_id = e.subscription_id AND m.meter_id = e.meter_id
                          AND m.first_at <= e.at)
"""
ACCEPTED_OF = "SELECT properties ->> 'writer', key FROM usage_event_store"


@pytest.fixture(scope="module")
def server():
    with postgres.server() as running:
        yield running


def send(server: Server, database: str, folder: Path) -> dict[str, dict[str, int]]:
    """All writers at once; one is killed in the middle of a chunk while the others go on."""
    folder.mkdir()
    given = {"TURN_KEYS": str(KEYS), "TURN_CALL": str(CALL), "TURN_CUT": CUT}
    deadline = time.monotonic() + PATIENCE
    with ExitStack() as stack:
        turns = [
            stack.enter_context(Turn(server, database, folder, name, "usage_writer.py", **given))
            for name in WRITERS
        ]
        for turn in turns:
            turn.wait_until_ready(deadline)
        (folder / "go").touch()
        kill_in_the_middle(turns[WRITERS.index(CUT)], folder, deadline)
        return {turn.name: turn.finish(deadline) for turn in turns if turn.name != CUT}


def kill_in_the_middle(turn: Turn, folder: Path, deadline: float) -> None:
    while not (folder / "in the middle").exists():
        assert turn.process.poll() is None, turn.log.read_text()[-2000:]
        assert time.monotonic() < deadline, f"no chunk was begun, see {turn.log}"
        time.sleep(0.01)
    os.kill(turn.process.pid, signal.SIGKILL)
    turn.process.wait()


def answers(folder: Path, name: str) -> list[tuple[str, str]]:
    """Status and key of everything that a writer was answered, the killed one too."""
    lines = (folder / f"{name}.answers").read_text().splitlines()
    found = [line.split("\t") for line in lines]
    return [(status, key) for status, key in found]


def test_writers_at_once_and_one_killed(server: Server, tmp_path: Path) -> None:
    with scratch_database(server, databases.suite_template(server), "usage_ingest") as database:
        odoo.shell(server, database, SCRIPTS / "usage_ingest_fixture.py")
        folder = tmp_path / "together"
        counts = send(server, database, folder)
        print(counts)

        stored = {key: writer for writer, key in server.query(database, ACCEPTED_OF)}
        assert len(server.query(database, ACCEPTED_OF)) == KEYS, "a key was stored twice or never"
        assert set(stored) == {f"key {number}" for number in range(KEYS)}
        assert server.query(database, UNEQUAL) == [], "keys and events must agree"
        assert server.query(database, UNMARKED) == [["0"]], "billing must hear of every event"

        accepted = [
            (name, key)
            for name in WRITERS
            for status, key in answers(folder, name)
            if status == "accepted"
        ]
        assert [pair for pair in accepted if stored[pair[1]] != pair[0]] == [], (
            "what was acknowledged is stored, with what its sender said"
        )
        assert len(answers(folder, CUT)) >= CALL, "it was killed after it had been answered"
        assert all(found["accepted"] for found in counts.values()), "all of them must have written"
        assert all(found["rejected"] == 0 for found in counts.values())
        assert all(found["again"] == 0 for found in counts.values()), (
            "writers wait for each other in one order, so that nobody has to begin again"
        )
        for name in set(WRITERS) - {CUT}:
            assert len(answers(folder, name)) == KEYS
        # Beyond what was acknowledged there may be one call of the killed one, in whole chunks.
        unanswered = KEYS - len(accepted)
        assert 0 <= unanswered <= CALL
