# mypy: ignore-errors
# ruff: noqa: F821
"""Send usage events that others send as well; read by Odoo's shell on stdin.

Each turn sends all keys in an order of its own and with a month of its own, so that the same key
arrives with different times at the same moment. What is answered is written down line by line
before the next call begins. The turn named by ``TURN_CUT`` is stopped in the middle of a chunk:
between its keys and its events it says so and waits to be killed.
"""

import json
import os
import random
import time
from pathlib import Path
from unittest.mock import patch

from odoo.addons.usage_metering.models import usage_event_ingest, usage_event_writer

folder, name = Path(os.environ["TURN_FOLDER"]), os.environ["TURN_NAME"]
keys, call = int(os.environ["TURN_KEYS"]), int(os.environ["TURN_CALL"])
number = int(name.rsplit("-", 1)[1])
is_cut = name == os.environ["TURN_CUT"]
random.seed(number)
order = list(range(keys))
random.shuffle(order)
usage_event_ingest.CHUNK = 100
again = []


def event(nr):
    return {
        "key": f"key {nr}",
        "contract": f"METERED{nr % 5}",
        "meter": "calls",
        "at": f"2026-{number + 1:02}-15T00:00:00Z",
        "quantity": nr,
        "properties": {"writer": name},
    }


def noticed_retry(*args):
    again.append(args)


def stop_in_the_middle(cr, company_id, *_args):
    """Keys are claimed, events are not stored: the worst moment to die."""
    (folder / "in the middle").touch()
    time.sleep(600)


usage_event_ingest._logger.info = noticed_retry
env["usage.event"]._find_targets(
    env.company, {(f"METERED{contract}", "calls") for contract in range(5)}
)
env.cr.commit()
(folder / f"{name}.ready").touch()
while not (folder / "go").exists():
    time.sleep(0.01)

counts = {"accepted": 0, "duplicate": 0, "rejected": 0}
with (folder / f"{name}.answers").open("w") as answers:
    for first in range(0, keys, call):
        if is_cut and first >= keys // 3:
            patch.object(usage_event_writer, "_insert_events", stop_in_the_middle).start()
        results = env["usage.event"]._ingest([event(nr) for nr in order[first : first + call]])
        for result in results:
            counts[result["status"]] += 1
            answers.write(f"{result['status']}\t{result['key']}\n")
        answers.flush()
        env.cr.commit()
counts["again"] = len(again)
(folder / f"{name}.json").write_text(json.dumps(counts))
