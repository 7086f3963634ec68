"""Base class for tests of direct debits."""

from contextlib import contextmanager
from datetime import date, datetime
from unittest.mock import patch

from odoo.exceptions import UserError

from odoo.addons.billing_base.tests.common import BillingCommon

TODAY = date(2026, 3, 2)


class SepaCommon(BillingCommon):
    """A company in euros with a creditor, a bank, a customer with mandate, and a fixed day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.env.ref("base.EUR")
        cls.euro.active = True
        cls.bank_journal = cls.company_data["default_journal_bank"]
        cls.bank_journal.currency_id = cls.euro
        # Odoo makes the methods of a journal anew when its currency changes, as late as it can.
        cls.env.flush_all()
        cls.env["account.payment.method.line"].search(
            [("code", "=", "sepa_debit"), ("journal_id", "=", cls.bank_journal.id)]
        ).unlink()
        cls.method = cls.env["account.payment.method.line"].create(
            {
                "payment_method_id": cls.env.ref("sepa_debit.payment_method_sepa_debit").id,
                "journal_id": cls.bank_journal.id,
            }
        )
        cls.bank_journal.bank_account_id = cls.env["res.partner.bank"].create(
            {"acc_number": "DE89370400440532013000", "partner_id": cls.company.partner_id.id}
        )
        cls.creditor = cls.env["sepa.creditor"].create(
            {
                "name": "Muster GmbH",
                "identifier": "DE98 ZZZ 0999 9999 999",
                "journal_id": cls.bank_journal.id,
                "notice_channel": "invoice",
            }
        )
        cls.customer = cls.partner_a
        cls.customer.write(
            {"email": "a@example.com", "property_inbound_payment_method_line_id": cls.method.id}
        )
        cls.account = cls.env["res.partner.bank"].create(
            {"acc_number": "DE75512108001245126199", "partner_id": cls.customer.id}
        )
        cls.mandate = cls._create_mandate()

    def setUp(self):
        super().setUp()
        self._set_today(TODAY)

    def _set_today(self, day, hour=9):
        """Let it be a day for the company and its bank, until the test ends or sets another."""
        if getattr(self, "_today_patches", None):
            for patcher in self._today_patches:
                patcher.stop()
        self.today = day
        company = self.registry["res.company"]
        creditor = self.registry["sepa.creditor"]
        moment = datetime(day.year, day.month, day.day, hour)
        self._today_patches = [
            patch.object(company, "_get_billing_today", lambda company: day),
            patch.object(creditor, "_get_utc_now", lambda creditor: moment),
        ]
        for patcher in self._today_patches:
            patcher.start()

    def tearDown(self):
        for patcher in self._today_patches:
            patcher.stop()
        super().tearDown()

    @classmethod
    def _create_mandate(cls, partner=None, account=None, **values):
        partner = partner or cls.customer
        mandate = cls.env["sepa.mandate"].create(
            {
                "partner_id": partner.id,
                "partner_bank_id": (account or cls.account).id,
                "creditor_id": cls.creditor.id,
                "signed_on": date(2026, 1, 10),
                **values,
            }
        )
        mandate.action_activate()
        return mandate

    @classmethod
    def _bill(cls, count=1, amount=119.0, due=date(2026, 3, 20), **values):
        """Return posted invoices in euros that are to be debited."""
        return cls._create_open_invoices(
            count, amount, currency_id=cls.euro.id, invoice_date_due=due,
            invoice_payment_term_id=False, **values,
        )  # fmt: skip

    def _collections(self, moves):
        return moves.line_ids.sepa_collection_ids

    def _deliver(self, moves):
        """The customers have their invoices."""
        moves._delivered_hook()

    def _run(self):
        self.env["sepa.collection.batch"].with_context(
            billing_one_transaction=True
        )._run_sepa_collections(self.company, self.today)

    def _make_batch(self, moves):
        """Bring invoices into a file that is not written yet."""
        self._deliver(moves)
        self._set_today(date(2026, 3, 19))
        self._run()
        return self._collections(moves).batch_id

    @contextmanager
    def _assert_refused(self, *texts):
        with self.assertRaises(UserError) as refused:
            yield
        for text in texts:
            self.assertIn(text, str(refused.exception))
