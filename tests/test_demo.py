"""The demo comes up by itself, bills what is due once, and shows it to both persons."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from devenv import databases, odoo, postgres
from devenv.browsing import browser_page, log_in, picture
from devenv.paths import LOGS, ROOT
from devenv.postgres import Server

DATABASE = f"demo_test_{os.getpid()}"
PICTURES = LOGS / "pictures"
PERIODS = "SELECT count(*), sum(amount) FROM billing_period"
BILLING_CRON = "WHERE cron_name LIKE 'Subscriptions: bill%'"
UNBILLED = """
    SELECT count(*) FROM billing_subscription
     WHERE state IN ('trial', 'active') AND next_billing_date <= current_date
"""
TEXTS = {
    "en_US": {"contracts": "Contracts", "posted": "Posted", "account": "Your account"},
    "de_DE": {"contracts": "Verträge", "posted": "Gebucht", "account": "Ihr Kundenkonto"},
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgres.server() as running:
        yield running
        databases.drop(running, DATABASE)


@pytest.fixture(scope="module")
def demo(server: Server) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A running demo and its address."""
    log = (LOGS / "test-demo-output.log").open("w")
    command = [str(ROOT / "scripts/demo"), f"--database={DATABASE}", f"--port={odoo.free_port()}"]
    process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, text=True)
    try:
        yield wait_for_address(process, Path(log.name)), process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


def wait_for_address(process: subprocess.Popen[str], log: Path) -> str:
    deadline = time.monotonic() + 600
    while not (found := re.search(r"ready:\s+(http\S+)", log.read_text())):
        assert process.poll() is None, log.read_text()[-2000:]
        assert time.monotonic() < deadline, log.read_text()[-2000:]
        time.sleep(0.5)
    return found[1]


def test_everything_due_is_billed_once(server: Server, demo: tuple[str, object]) -> None:
    assert server.query(DATABASE, UNBILLED) == [["0"]]
    before = server.query(DATABASE, PERIODS)
    assert int(before[0][0]) > 200
    runs = server.query(DATABASE, "SELECT count(*) FROM billing_run")

    server.query(DATABASE, f"UPDATE ir_cron SET nextcall = '2000-01-01' {BILLING_CRON}")
    last_call = server.query(DATABASE, f"SELECT lastcall FROM ir_cron {BILLING_CRON}")
    deadline = time.monotonic() + 120
    while server.query(DATABASE, f"SELECT lastcall FROM ir_cron {BILLING_CRON}") == last_call:
        assert time.monotonic() < deadline, "the billing cron did not run again"
        odoo.wake_cron(server, DATABASE)
        time.sleep(0.3)

    assert server.query(DATABASE, PERIODS) == before
    assert server.query(DATABASE, "SELECT count(*) FROM billing_run") == runs


@pytest.mark.parametrize("language", ["en_US", "de_DE"])
def test_accountant_sees_contracts_and_posted_invoices(
    demo: tuple[str, object], language: str
) -> None:
    address, texts = demo[0], TEXTS[language]
    with browser_page(language.replace("_", "-")) as page:
        log_in(page, address, "accountant", "accountant", language)
        page.goto(f"{address}/odoo/contracts")
        page.wait_for_selector(".o_list_view .o_data_row")
        assert texts["contracts"] in page.inner_text(".o_control_panel")
        picture(page, PICTURES / f"contracts-{language}.png")
        page.click(".o_data_row:has-text('C00004') td[name=partner_id]")
        page.wait_for_selector(".o_form_view button[name=action_view_invoices]")
        picture(page, PICTURES / f"contract-{language}.png")
        page.click("button[name=action_view_invoices]")
        page.wait_for_selector(".o_form_view [name=invoice_line_ids] .o_data_row")
        assert texts["posted"] in page.inner_text(".o_statusbar_status")
        picture(page, PICTURES / f"invoice-{language}.png")


@pytest.mark.parametrize("language", ["en_US", "de_DE"])
def test_customer_sees_contract_and_invoice(demo: tuple[str, object], language: str) -> None:
    address, texts = demo[0], TEXTS[language]
    with browser_page(language.replace("_", "-")) as page:
        log_in(page, address, "customer", "customer", language)
        page.goto(f"{address}/my/billing")
        content = page.inner_text("main")
        assert texts["account"] in content
        assert re.search(r"\d{4}", content)
        assert re.search(r"\w+/20\d\d/\d+", content), content
        picture(page, PICTURES / f"account-{language}.png")
        page.goto(f"{address}/my/contracts")
        picture(page, PICTURES / f"my-contracts-{language}.png")
        page.click("main a[href*='/my/contracts/']")
        assert re.search(r"C\d{5}", page.inner_text("main"))
        picture(page, PICTURES / f"my-contract-{language}.png")


def test_interrupt_stops_everything(
    server: Server, demo: tuple[str, subprocess.Popen[str]]
) -> None:
    process = demo[1]
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 0
    left = subprocess.run(["pgrep", "-f", DATABASE], capture_output=True, text=True).stdout.split()
    assert [pid for pid in left if int(pid) != os.getpid()] == []
