# mypy: ignore-errors
# ruff: noqa: F821
"""Do what may happen only once, at the same moment as somebody else; read by Odoo's shell.

Each act is done as a request of a browser is: repeated when another transaction was first. Both
begin their transactions before either of them acts, so that none sees what the other one does.
"""

import json
import os
import time
from collections import Counter
from pathlib import Path

from odoo import fields
from odoo.exceptions import UserError
from odoo.service.model import retrying

folder, name = Path(os.environ["TURN_FOLDER"]), os.environ["TURN_NAME"]
part, other = int(os.environ["TURN_PART"]), os.environ["TURN_OTHER"]
tasks = json.loads((folder / "tasks.json").read_text())
counts = Counter()
PATIENCE = 60  # seconds, more than repeated attempts of the other one take


def confirm(record_id, _own):
    env["sale.order"].browse(record_id).action_confirm()


def conclude(record_id, _own):
    env["sale.order"].browse(record_id)._conclude_contracts()


def redeem(record_id, own):
    contract = env["billing.subscription"].browse(own[part])
    env["billing.coupon"].browse(record_id)._redeem(contract, fields.Date.today())


# What the one who comes second is told.
REASONS = {
    "confirm": "has concluded its contract already",
    "conclude": "has concluded its contract already",
    "extend": "not in a state requiring confirmation",
    "redeem": "as often as it may be",
}
ACTS = {"confirm": confirm, "conclude": conclude, "extend": confirm, "redeem": redeem}


def meet(number):
    """Wait for the other one, with the transaction begun."""
    env.cr.execute("SELECT 1")
    (folder / f"{name}.{number}").touch()
    deadline = time.monotonic() + PATIENCE
    while not (folder / f"{other}.{number}").exists():
        assert time.monotonic() < deadline, "the other one does not come"
        time.sleep(0.001)


def do(number, what, record_id, own):
    attempts = 0

    def attempt():
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            meet(number)
        ACTS[what](record_id, own)

    try:
        retrying(attempt, env)
        counts[what] += 1
    except UserError as error:
        env.cr.rollback()
        if REASONS[what] not in str(error):
            raise
        counts[f"{what} refused"] += 1
    counts[f"{what} repeated"] += attempts > 1


(folder / f"{name}.ready").touch()
while not (folder / "go").exists():
    time.sleep(0.02)
for number, task in enumerate(tasks):
    do(number, *task)
(folder / f"{name}.json").write_text(json.dumps(counts))
