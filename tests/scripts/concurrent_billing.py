# mypy: ignore-errors
# ruff: noqa: F821
"""Bill day after day while others do the same or change contracts; read by Odoo's shell on stdin.

``TURN_DAYS`` are the days, ``TURN_FOLDER`` is where the turns meet, ``TURN_NAME`` is our name and
``TURN_PART`` the part of the contracts (odd or even) that we begin each day with.
"""

import json
import os
import time
from pathlib import Path

from psycopg2 import OperationalError

from odoo import fields
from odoo.fields import Domain

folder, name = Path(os.environ["TURN_FOLDER"]), os.environ["TURN_NAME"]
days = [fields.Date.to_date(day) for day in os.environ["TURN_DAYS"].split()]
counts = {"chunks": 0, "repeated": 0, "broken": 0}
runs = type(env["billing.run"])
bill_chunk = runs._bill_chunk


def counting_bill_chunk(run, chunk, today):
    counts["chunks"] += 1
    try:
        return bill_chunk(run, chunk, today)
    except OperationalError:
        counts["repeated"] += 1
        raise


runs._bill_chunk = counting_bill_chunk
(folder / f"{name}.ready").touch()
while not (folder / "go").exists():
    time.sleep(0.02)


def bill(day, scope):
    """Run until nothing is due; what another run is working on is left to it meanwhile."""
    while True:
        try:
            env["billing.run"]._run_billing(env.company, day, scope)
            contracts = env["billing.subscription"]
            if not contracts.search_count(scope & contracts._get_due_domain(day)):
                return
        except OperationalError:
            # What a cron does: the job fails and its next turn goes on.
            counts["broken"] += 1
        env.cr.rollback()


everybody = env["billing.subscription"].search([]).ids
part = everybody[int(os.environ["TURN_PART"]) :: 2]
for day in days:
    bill(day, Domain("id", "in", part))
    bill(day, Domain.TRUE)
env.cr.commit()
(folder / f"{name}.json").write_text(json.dumps(counts))
