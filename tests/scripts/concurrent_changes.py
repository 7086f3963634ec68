# mypy: ignore-errors
# ruff: noqa: F821
"""Change contracts at random while they are billed; read by Odoo's shell on stdin.

Every change is a transaction of its own and repeated when another one won, as a request of a
browser is. ``TURN_UNTIL`` names the turns after whose end we stop.
"""

import json
import os
import random
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

from psycopg2 import OperationalError

from odoo.exceptions import UserError

FIRST, DAYS = date(2026, 9, 1), 120
ATTEMPTS = 20
BREAK = 0.3  # seconds between two changes

folder, name = Path(os.environ["TURN_FOLDER"]), os.environ["TURN_NAME"]
others = os.environ["TURN_UNTIL"].split()
chance = random.Random(int(os.environ["TURN_SEED"]))
contract_ids = env["billing.subscription"].search([]).ids
counts = Counter()


def change_quantity(contract, day):
    lines = contract._get_lines_after(day)
    charges = lines.charge_id.filtered(lambda charge: charge.charge_model == "per_unit")
    if charges:
        contract._change_quantity(charges[0], chance.randint(1, 9), day)


def pause(contract, day):
    contract._pause(day)


def resume(contract, day):
    contract._resume(day)


def cancel(contract, day):
    contract._cancel(day)


def undo_cancel(contract, _day):
    contract._undo_cancel()


CHANGES = [change_quantity] * 6 + [pause] * 4 + [resume] * 5 + [cancel] * 2 + [undo_cancel]


def change_once():
    contract_id, day = chance.choice(contract_ids), FIRST + timedelta(chance.randrange(DAYS))
    change, state = chance.choice(CHANGES), chance.getstate()
    for _attempt in range(ATTEMPTS):
        chance.setstate(state)
        try:
            change(env["billing.subscription"].browse(contract_id), day)
            env.cr.commit()
            counts[change.__name__] += 1
        except OperationalError:
            env.cr.rollback()
            counts["repeated"] += 1
            continue
        except UserError:  # what people may not do just now
            env.cr.rollback()
            counts["refused"] += 1
        return
    counts["given up"] += 1


(folder / f"{name}.ready").touch()
while not (folder / "go").exists():
    time.sleep(0.02)
while not all((folder / f"{other}.json").exists() for other in others):
    change_once()
    time.sleep(BREAK)
(folder / f"{name}.json").write_text(json.dumps(counts))
