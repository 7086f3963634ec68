"""What two people want at the same moment happens once: orders and the last of a coupon."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest
from devenv import databases, odoo, postgres
from devenv.postgres import Server
from helpers import SCRIPTS, Turn, let_meet, scratch_database

TIMES = 4  # as in the fixture
PAIR = ("first", "second")
CONTRACTS = """
    SELECT count(*) FROM billing_subscription
     WHERE sale_order_id IS NOT NULL GROUP BY sale_order_id
"""
SEATS = """
    SELECT sum(quantity)::int
      FROM billing_subscription_line line
      JOIN sale_order ON sale_order.billing_subscription_id = line.subscription_id
     WHERE line.end_date IS NULL
     GROUP BY line.subscription_id
"""
REDEEMED = """
    SELECT count(discount.id)
      FROM billing_coupon coupon
      LEFT JOIN billing_subscription_discount discount ON discount.coupon_id = coupon.id
     GROUP BY coupon.id
"""


@pytest.fixture(scope="module")
def server():
    with postgres.server() as running:
        yield running


def test_orders_and_coupons(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONCE_FOLDER", str(tmp_path))
    with scratch_database(server, databases.suite_template(server), "once") as database:
        odoo.shell(server, database, SCRIPTS / "once_fixture.py")
        counts = meet(server, database, tmp_path)
        print(dict(counts))
        for what in ("confirm", "conclude", "extend", "redeem"):
            assert (counts[what], counts[f"{what} refused"]) == (TIMES, TIMES), "one is told"
        # Those that no index keeps apart were in each other's way: otherwise nothing is proved.
        for what in ("extend", "redeem"):
            assert counts[f"{what} repeated"] == TIMES

        assert server.query(database, CONTRACTS) == [["1"]] * 2 * TIMES
        assert server.query(database, SEATS) == [["3"]] * TIMES
        assert server.query(database, REDEEMED) == [["1"]] * TIMES


def meet(server: Server, database: str, folder: Path) -> Counter[str]:
    """Two processes that do the same; return what they count, together."""
    with ExitStack() as stack:
        turns = [
            Turn(server, database, folder, name, "concurrent_once.py",
                 TURN_PART=str(part), TURN_OTHER=PAIR[1 - part])
            for part, name in enumerate(PAIR)
        ]  # fmt: skip
        for turn in turns:
            stack.enter_context(turn)
        found: Counter[str] = Counter()
        for counts in let_meet(turns, folder).values():
            found.update(counts)
        return found
