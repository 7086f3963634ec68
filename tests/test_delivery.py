"""A mail server that fails and a server that is killed: no invoice is lost, none leaves twice."""

from __future__ import annotations

import asyncio
import os
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from aiosmtpd.smtp import SMTP, Envelope, Session
from devenv import databases, odoo, postgres
from devenv.postgres import Server
from helpers import SCRIPTS, CronServer, scratch_database

INVOICES = 30
KILLS = 8
SEED = 20260301
JOB = "Job 'Billing: deliver invoices'"
STATES = "SELECT state, count(*) FROM billing_delivery GROUP BY 1 ORDER BY 1"
DELIVERY = re.compile(r"<billing-delivery-(\d+)-")
# What waits for its next attempt is due now.
NOW = """
    UPDATE billing_delivery SET next_attempt_at = '2000-01-01'
     WHERE state IN ('retry', 'waiting')
"""


class Sink(MessageHandler):
    """Keeps what it accepts; ``plan`` says for each mail in turn what happens instead.

    "slow": the answer takes a while; "lost": accepted, but the connection dies before the answer;
    "dropped": the connection dies before the content; other words are the answer.
    """

    def __init__(self, plan: Iterable[str] = ()) -> None:
        super().__init__()
        self.plan, self.mails = iter(plan), []
        self.handed_over = threading.Event()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        envelope.next = next(self.plan, "")
        if envelope.next == "dropped":
            server.transport.close()
            return "421 gone"
        if envelope.next.startswith("550"):
            return envelope.next
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.handed_over.set()
        if envelope.next == "slow":
            await asyncio.sleep(0.3)
        if envelope.next[:1] in ("4", "5"):
            return str(envelope.next)
        await super().handle_DATA(server, session, envelope)
        if envelope.next == "lost":
            server.transport.close()
        return "250 accepted"

    def handle_message(self, message: Message) -> None:
        self.mails.append(int(DELIVERY.match(message["Message-ID"])[1]))


@contextmanager
def mail_server(sink: Sink) -> Iterator[str]:
    controller = Controller(sink, hostname="127.0.0.1", port=odoo.free_port())
    controller.start()
    try:
        yield str(controller.port)
    finally:
        controller.stop()


@pytest.fixture(scope="module")
def server():
    with postgres.server() as running:
        yield running


@pytest.fixture(scope="module")
def prepared(server: Server):
    os.environ["FIXTURE_INVOICES"] = str(INVOICES)
    with scratch_database(server, databases.suite_template(server), "delivery_base") as database:
        odoo.shell(server, database, SCRIPTS / "delivery_fixture.py")
        yield database


def start(server: Server, database: str, port: str, name: str) -> CronServer:
    server.query(database, NOW)
    options = ["--smtp=127.0.0.1", f"--smtp-port={port}", "--email-from=odoo@company.example"]
    return CronServer(server, database, name, *options, job=JOB)


def deliver(server: Server, database: str, port: str, name: str) -> None:
    cron = start(server, database, port, name)
    try:
        cron.wait_for_job("fully done", timeout=120)
    finally:
        cron.stop()


def states(server: Server, database: str) -> dict[str, int]:
    return {state: int(count) for state, count in server.query(database, STATES)}


def test_server_that_does_all_it_can(server: Server, prepared: str) -> None:
    """Slow, dropping, refusing for now and for ever, dying after it accepted."""
    plan = ["", "slow", "dropped", "451 later", "550 nobody", "lost", "554 spam", "", "slow"]
    with scratch_database(server, prepared, "delivery_faults") as database:
        sink = Sink(plan)
        with mail_server(sink) as port:
            deliver(server, database, port, "delivery-faults")
            found = states(server, database)
            assert found == {"failed": 2, "retry": 2, "sent": INVOICES - 5, "unknown": 1}
            assert len(sink.mails) == INVOICES - 4, "the lost answer was an accepted mail"
            deliver(server, database, port, "delivery-again")
            assert states(server, database) == {"failed": 2, "sent": INVOICES - 3, "unknown": 1}
        assert max(Counter(sink.mails).values()) == 1
        reasons = server.query(
            database, "SELECT reason FROM billing_delivery WHERE state IN ('failed', 'unknown')"
        )
        assert all(reason for (reason,) in reasons)


def test_no_server_at_all(server: Server, prepared: str) -> None:
    """Nothing is lost, everything is listed, and it leaves when the server is back."""
    with scratch_database(server, prepared, "delivery_down") as database:
        deliver(server, database, str(odoo.free_port()), "delivery-down")
        assert states(server, database) == {"retry": INVOICES}
        sink = Sink()
        with mail_server(sink) as port:
            deliver(server, database, port, "delivery-back")
        assert states(server, database) == {"sent": INVOICES}
        assert Counter(sink.mails).most_common(1)[0][1] == 1


def test_killed_in_the_middle(server: Server, prepared: str) -> None:
    """Killed at any moment, most of all while the answer is awaited; then run to the end."""
    moments = random.Random(SEED)
    with scratch_database(server, prepared, "delivery_killed") as database:
        sink = Sink(iter(lambda: "slow", None))
        with mail_server(sink) as port:
            for kill in range(KILLS):
                cron = start(server, database, port, "delivery-killed")
                try:
                    cron.wait_for_job("starting")
                    sink.handed_over.clear()
                    sink.handed_over.wait(20)
                    # A mail takes 0.3 s to be answered, and some more to be made.
                    time.sleep(0.1 if kill < 3 else moments.uniform(0, 1.0))
                finally:
                    cron.kill()
            deliver(server, database, port, "delivery-resumed")
        found = states(server, database)
        print(f"after {KILLS} kills: {found}, accepted by the mail server: {len(sink.mails)}")
        assert set(found) <= {"sent", "unknown"}
        assert found["unknown"] >= 3, "kills while the answer is awaited leave doubt"
        assert sum(found.values()) == INVOICES
        assert max(Counter(sink.mails).values()) == 1, "none left twice"

        os.environ["ARRIVED"] = " ".join(map(str, sink.mails))
        odoo.shell(server, database, SCRIPTS / "delivery_decisions.py")
        with mail_server(sink) as port:
            deliver(server, database, port, "delivery-resolved")
        assert states(server, database) == {"sent": INVOICES}
        assert sorted(sink.mails) == sorted(set(sink.mails))
        assert len(sink.mails) == INVOICES, "none is lost"
