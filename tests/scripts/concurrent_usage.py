# mypy: ignore-errors
# ruff: noqa: F821
"""Send usage, most of it late, and cancel some, while others bill; read by Odoo's shell on stdin.

``TURN_UNTIL`` are the names of those during whose turns we go on, ``TURN_SEED`` makes the choice.
"""

import json
import os
import random
import time
from datetime import datetime, timedelta
from pathlib import Path

folder, name = Path(os.environ["TURN_FOLDER"]), os.environ["TURN_NAME"]
rng = random.Random(f"{os.environ['TURN_SEED']} {name}")
others = os.environ["TURN_UNTIL"].split()
contracts = env["billing.subscription"].search([]).ids
events = env["usage.event"]
counts = {"sent": 0, "cancelled": 0}
env.cr.commit()
(folder / f"{name}.ready").touch()
while not (folder / "go").exists():
    time.sleep(0.02)


def send():
    batch = [
        {
            "key": f"{name} {counts['sent'] + number}",
            "contract": rng.choice(contracts),
            "meter": "calls",
            "at": (
                datetime(2026, 8, 1) + timedelta(minutes=rng.randrange(75 * 24 * 60))
            ).isoformat(),
            "quantity": rng.randrange(1, 9),
        }
        for number in range(rng.randrange(1, 8))
    ]
    results = events._ingest(batch)
    assert {result["status"] for result in results} == {"accepted"}, results
    counts["sent"] += len(batch)
    return [event["key"] for event in batch]


while not all((folder / f"{other}.json").exists() for other in others):
    keys = send()
    if rng.random() < 0.3:
        events._cancel_events(keys[:2], "by mistake")
        counts["cancelled"] += len(keys[:2])
    env.cr.rollback()
    time.sleep(0.4)
(folder / f"{name}.json").write_text(json.dumps(counts))
