"""Installing into a database that has been in use changes none of its business records."""

from __future__ import annotations

import json

import pytest
from devenv import databases, odoo, postgres
from devenv.postgres import Server
from helpers import SCRIPTS, scratch_database

# Everything an accountant would call the books, and what decides how they go on.
TABLES = (
    "res_partner",
    "res_company",
    "res_currency",
    "account_account",
    "account_journal",
    "account_tax",
    "account_fiscal_position",
    "account_payment_term",
    "account_move",
    "account_move_line",
    "account_payment",
    "account_partial_reconcile",
    "account_full_reconcile",
    "account_bank_statement_line",
    "product_product",
    "product_template",
)
# The administrators get the new groups, which stamps their own contacts.
ADMINISTRATORS = ("res_partner 2 write_date", "res_partner 3 write_date")
COLUMNS = """
    SELECT column_name FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name = '{table}' ORDER BY 1
"""
OPEN_ITEMS = """
    SELECT line.partner_id, line.company_id, line.currency_id, sum(line.amount_residual_currency)
      FROM account_move_line line JOIN account_account account ON account.id = line.account_id
     WHERE account.account_type IN ('asset_receivable', 'liability_payable')
       AND line.parent_state = 'posted'
     GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


@pytest.fixture
def server():
    with postgres.server() as running:
        yield running


def columns(server: Server, database: str) -> dict[str, list[str]]:
    return {
        table: [name for (name,) in server.query(database, COLUMNS.format(table=table))]
        for table in TABLES
    }


Rows = dict[str, dict[str, object]]


def snapshot(server: Server, database: str, known: dict[str, list[str]]) -> dict[str, Rows]:
    """Every row of the books by table and id, in the columns that existed before."""
    tables = {}
    for table, names in known.items():
        listed = ", ".join(f'"{name}"' for name in names)
        statement = f"SELECT row_to_json(books) FROM (SELECT {listed} FROM {table}) books"
        rows = [json.loads("\t".join(row)) for row in server.query(database, statement)]
        tables[table] = {str(row["id"]): row for row in rows}
    return tables


def differences(before: dict[str, Rows], after: dict[str, Rows]) -> list[str]:
    """What changed, one line per value."""
    found = []
    for table, rows in before.items():
        for number in sorted(rows.keys() ^ after[table].keys()):
            found.append(f"{table} {number}: new or gone")
        for number in rows.keys() & after[table].keys():
            old, new = rows[number], after[table][number]
            found += [
                f"{table} {number} {name}: {old[name]!r} -> {new[name]!r}"
                for name in old
                if old[name] != new[name]
            ]
    return found


def test_existing_books_stay_as_they_are(server: Server) -> None:
    template = databases.core_template(server)
    with scratch_database(server, template, "install_existing") as database:
        odoo.shell(server, database, SCRIPTS / "existing_books.py")
        known = columns(server, database)
        before, open_items = snapshot(server, database, known), server.query(database, OPEN_ITEMS)
        assert len(before["account_move"]) > 20
        assert len(open_items) > 10

        odoo.install(server, database, sorted(databases.manifests()), databases.LANGUAGE)

        assert server.query(database, "SELECT count(*) FROM billing_subscription") == [["0"]]
        changed = differences(before, snapshot(server, database, known))
        assert [line for line in changed if not line.startswith(ADMINISTRATORS)] == []
        assert server.query(database, OPEN_ITEMS) == open_items
