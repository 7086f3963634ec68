import io
from datetime import date, timedelta

from pypdf import PdfReader

from odoo.tests import tagged

from odoo.addons.billing_base.tests.smtp_sink import Sink
from odoo.addons.sepa_debit.core.calendar import submission_window
from odoo.addons.sepa_debit.tests.common_portal import PortalCommon
from odoo.addons.sepa_debit.tests.common_statements import SepaStatementCommon
from odoo.addons.subscription_billing.tests.common import SubscriptionBillingCommon

START = date(2026, 3, 2)
# Not shipped by every distribution of Odoo; its absence is an error on the browser's console.
OPTIONAL_LIBRARY = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


@tagged("post_install", "-at_install")
class TestDebitStory(SepaStatementCommon, PortalCommon, SubscriptionBillingCommon):
    """From the contract to the money and back, by hand where people are, in the browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.currency_id = cls.euro
        cls.customer.property_inbound_payment_method_line_id = False
        cls.plan = cls._create_plan("Hosting", [{"unit_price": 100.0}])
        cls.mandate.action_end()
        cls.clerk = cls._create_user(
            "story_clerk", "billing_base.group_billing_manager", "account.group_account_manager"
        )
        cls.env["ir.asset"].sudo().create(
            {
                "name": "Leave out an optional library",
                "bundle": "web.assets_backend",
                "directive": "remove",
                "path": OPTIONAL_LIBRARY,
            }
        )

        cls.sink = Sink()
        cls.addClassCleanup(cls.sink.stop)
        cls.env["ir.mail_server"].sudo().search([]).active = False
        cls.env["ir.mail_server"].sudo().create(
            {"name": "Sink", "smtp_host": "127.0.0.1", "smtp_port": cls.sink.port,
             "smtp_encryption": "none"}
        )  # fmt: skip
        cls.company.email = "billing@company.example"

    def setUp(self):
        super().setUp()
        self.patch(self.registry["ir.mail_server"], "_disable_send", lambda *_args: False)
        deliveries = self.registry["billing.delivery"]
        self.patch(deliveries, "_commit", lambda model, *_args, **_more: self._flush())

    def _flush(self):
        self.env.flush_all()
        return float("inf")

    def _tour(self, name, url="/odoo/billing"):
        self.start_tour(url, f"debit_story_{name}", login="story_clerk")
        self.env.invalidate_all()

    # === CHAPTERS === #

    def _sign(self):
        """The customer signs in the portal; the contract takes the mandate."""
        contract = self._create_contract(self.plan, start=str(START))
        self.start_tour("/my/mandates", "sepa_mandate_sign", login="owner_login")
        self.env.invalidate_all()
        mandate = self.customer.sepa_mandate_ids.filtered(lambda m: m.state == "active")
        self.assertEqual(mandate.signature_channel, "portal")
        contract.sepa_mandate_id = mandate
        return contract

    def _invoice(self, contract, day):
        """Bill, and have the invoice announce its debit by a real mail with a real PDF."""
        self._set_today(day, 6)
        invoice = self._run_billing(day) & contract.period_ids.move_id
        collection = self._collections(invoice)
        self.assertEqual((len(invoice), collection.state), (1, "planned"))
        self.sink.mails.clear()
        if not invoice._get_deliveries():
            invoice._request_delivery(agreed={invoice.id: "mail"})
        invoice.env["billing.delivery"].sudo()._run_delivery(self.env.cr.now() + timedelta(days=1))
        self.env.invalidate_all()
        self.assertIn(self._squeeze(collection._get_notice_text()), self._read_mail(invoice))
        self.assertEqual(collection.state, "notified")
        return invoice

    def _read_mail(self, invoice):
        """The text of the document that the customer has in the mail."""
        [mail] = [m for _to, m in self.sink.mails if invoice.name in m["Subject"]]
        [pdf] = [part for part in mail.walk() if part.get_content_type() == "application/pdf"]
        pages = PdfReader(io.BytesIO(pdf.get_payload(decode=True))).pages
        return self._squeeze(" ".join(page.extract_text() for page in pages))

    @staticmethod
    def _squeeze(text):
        return "".join(text.split())

    def _submit_by_hand(self, collection):
        """A file is made ready by the run, written and submitted in the browser."""
        window = submission_window(collection.collect_on, self.creditor._get_lead())
        self._set_today(window.closes, 6)
        self._run()
        batch = collection.batch_id
        self._tour("submit")
        self.assertEqual((batch.state, collection.state), ("submitted", "submitted"))
        self._set_today(collection.collect_on)
        return batch

    def _import_by_hand(self, *entries, day):
        type(self).number += 1
        content = self._camt(
            *entries, iban="DE89370400440532013000", number=str(self.number), day=day
        )
        self.env["ir.attachment"].sudo().search([("name", "=", "story-statement.xml")]).unlink()
        self.env["ir.attachment"].sudo().create(
            {"name": "story-statement.xml", "raw": content, "public": True}
        )
        action = "bank_statement_matching.action_bank_statement_upload"
        self._tour("statement", f"/odoo/action-{action}")

    def _collect_by_hand(self, contract, day):
        invoice = self._invoice(contract, day)
        collection = self._collections(invoice)
        batch = self._submit_by_hand(collection)
        self.assertEqual(invoice.amount_residual, invoice.amount_total)
        self._import_by_hand(self._credit(batch), day=collection.collect_on)
        self.assertEqual((batch.state, collection.state), ("settled", "settled"))
        self.assertTrue(invoice._is_settled())
        return invoice

    def _return_by_hand(self, invoice, reason):
        collection = self._collections(invoice)
        day = collection.collect_on + timedelta(days=4)
        self._set_today(day)
        entry = self._come_back(collection, reason, day=str(day))
        self._import_by_hand(entry, day=day)
        self.assertEqual(invoice.amount_residual, invoice.amount_total)
        return collection.return_ids

    # === THE STORY === #

    def test_story(self):
        contract = self._sign()
        first = self._collect_by_hand(contract, START)
        returned = self._return_by_hand(first, "MS03")
        self.assertEqual((returned.next_step, returned.state), ("retry", "done"))
        self.assertEqual(contract.sepa_mandate_id.state, "active")
        self._tour("retry")
        self._run()
        again = self._collections(first) - returned.collection_id
        self.assertEqual((again.state, again.attempt), ("planned", 2))

        second = self._collect_by_hand(contract, date(2026, 4, 2))
        returned = self._return_by_hand(second, "MD06")
        self.assertEqual((returned.next_step, returned.is_disputed), ("none", True))
        self.assertEqual(contract.sepa_mandate_id.state, "suspended")
        self._tour("dispute")
        self.assertEqual(returned.state, "done")
        self._run()
        self.assertEqual(self._collections(second), returned.collection_id, "nothing more")
        waiting = self._collections(first).filtered(lambda c: c.state == "planned")
        self.assertFalse(waiting, "nor with the suspended mandate")
        self._check_books(first | second)

    def _check_books(self, invoices):
        """The bank has the charges less, the customer owes both invoices, nothing waits."""
        lines = self.env["account.move.line"].search([("parent_state", "=", "posted")])
        account = self.creditor.clearing_account_id
        clearing = lines.filtered(lambda item: item.account_id == account)
        self.assertTrue(all(clearing.mapped("reconciled")))
        charges = lines.filtered(lambda item: item.account_id == self.charge_account)
        self.assertEqual(sum(charges.mapped("balance")), 11.0)
        receivable = lines.filtered(
            lambda item: item.account_id.account_type == "asset_receivable" and not item.reconciled
        )
        self.assertEqual(receivable.move_id, invoices)
