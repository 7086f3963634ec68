"""Base class for tests of dunning (public API)."""

from datetime import date
from unittest.mock import patch

from odoo import Command

from odoo.addons.billing_base.tests.common import BillingCommon

START = date(2026, 3, 2)


class DunningCommon(BillingCommon):
    """A company with a policy of three levels for businesses, a customer, and a fixed day."""

    # What the run of the day has set aside; nothing, unless a test is about it.
    expected_errors = ""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["dunning.policy"].search([]).active = False
        cls.customer = cls.partner_a
        cls.customer.write({"email": "a@example.com", "is_company": True, "lang": "en_US"})
        cls.policy = cls._create_policy()
        cls.reminder, cls.notice, cls.last = cls.policy.level_ids.sorted("days")

    @classmethod
    def _create_policy(cls, **values):
        """A policy with levels 7, 21 and 35 days after the due date, sent without asking."""
        return cls.env["dunning.policy"].create(
            {
                "name": "Everybody",
                "is_automatic": True,
                "user_id": cls.env.user.id,
                "level_ids": [
                    Command.create({"name": "Reminder", "days": 7, "channel": "mail"}),
                    Command.create({"name": "Notice", "days": 21, "gap": 10, "channel": "mail"}),
                    Command.create({"name": "Last", "days": 35, "gap": 10, "channel": "mail"}),
                ],
                **values,
            }
        )

    def setUp(self):
        super().setUp()
        self._set_today(START)

    def _set_today(self, day):
        """Let it be a day for the company until the test ends or sets another."""
        if getattr(self, "_today_patch", None):
            self._today_patch.stop()
        self.today = day
        company = self.registry["res.company"]
        self._today_patch = patch.object(company, "_get_billing_today", lambda company: day)
        self._today_patch.start()

    def tearDown(self):
        self._today_patch.stop()
        super().tearDown()

    # === SHORT WAYS === #

    def _bill(self, amount=119.0, due=START, partner=None, **values):
        """A posted invoice that is due on a day."""
        return self._create_open_invoice(
            amount,
            partner_id=(partner or self.customer).id,
            invoice_date=due,
            invoice_date_due=due,
            **values,
        )

    def _receive(self, invoice, amount=None, day=None):
        """Money for an invoice arrives and is reconciled with it; its journal item."""
        receipt = self._receive_money(
            invoice.commercial_partner_id, amount or invoice.amount_residual, day
        )
        (self._items(invoice).filtered(lambda line: not line.reconciled) + receipt).reconcile()
        return receipt

    def _receive_money(self, partner, amount, day=None):
        """Money of a customer that belongs to no invoice yet; its journal item."""
        bank = self.company_data["default_journal_bank"]
        lines = [(bank.default_account_id, amount), (self.receivable, -amount)]
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": bank.id,
                "date": day or self.today,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "balance": balance,
                            "partner_id": partner.id,
                        }
                    )
                    for account, balance in lines
                ],
            }
        )
        move._post(soft=False)
        return self._items(move)

    def _run(self, day=None, deliver=True):
        """Run a day; deliver what was issued, and run once more for what follows from that.

        :return: the letters of the day
        """
        if day:
            self._set_today(day)
        self._run_once()
        if deliver:
            self._deliver()
            self._run_once()
        return self.env["dunning.notice"].search(
            [("date", "=", self.today), ("company_id", "=", self.company.id)]
        )

    def _run_once(self):
        runs = self.env["dunning.run"].with_context(billing_one_transaction=True)
        runs._run_dunning(self.company, self.today)
        run = runs.search([("company_id", "=", self.company.id), ("date", "=", self.today)])
        self.assertEqual(run.error_text or "", self.expected_errors)

    def _deliver(self):
        """What waits has reached the customers."""
        self._get_waiting()._set_delivered()

    def _get_waiting(self):
        return self.env["billing.delivery"].search(
            [
                ("res_model", "=", "dunning.notice"),
                ("state", "in", ("waiting", "retry")),
                ("company_id", "=", self.company.id),
            ]
        )

    def _get_case(self, invoice):
        return invoice.dunning_case_ids

    def _get_facts(self, prefix="dunning"):
        """What was recorded in the outbox: list of (type, number of the invoice)."""
        events = self.env["billing.event"].search(
            [("type", "=like", f"{prefix}%"), ("company_id", "=", self.company.id)], order="id"
        )
        return [(event.type, event.payload.get("invoice")) for event in events]
