from datetime import datetime, timedelta

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models import ir_mail_server
from odoo.addons.billing_base.tests.smtp_sink import Sink

from .common import START, DunningCommon

LOUD = ("odoo.addons.mail.models.mail_mail", "odoo.addons.base.models.ir_mail_server")
LOST = "c1@customer.example"


@tagged("post_install", "-at_install")
class TestDunningMailServer(DunningCommon):
    """A mail server that loses letters stops the escalation of exactly those."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sink = Sink()
        cls.addClassCleanup(cls.sink.stop)
        cls.env["ir.mail_server"].sudo().search([]).active = False
        cls.env["ir.mail_server"].sudo().create(
            {
                "name": "Sink",
                "smtp_host": "127.0.0.1",
                "smtp_port": cls.sink.port,
                "smtp_encryption": "none",
            }
        )
        cls.company.email = "billing@company.example"
        cls.customers = cls.env["res.partner"].create(
            [
                {"name": f"C{n}", "is_company": True, "email": f"c{n}@customer.example"}
                for n in range(4)
            ]
        )

    def setUp(self):
        super().setUp()
        self.sink.mails.clear()
        self.sink.faults.clear()
        self.patch(self.registry["ir.mail_server"], "_disable_send", lambda *_args: False)
        self.patch(ir_mail_server, "SMTP_TIMEOUT", 2)
        delivery = self.registry["billing.delivery"]
        self.patch(delivery, "_commit", lambda _model, *args, **kwargs: self._commit())
        self.patch(delivery, "_rollback", lambda _model: self._rollback())
        self.env["billing.delivery"].sudo().search([("state", "=", "waiting")])._set_state(
            "cancelled"
        )
        self._commit()

    def _commit(self):
        self.env.flush_all()
        self.env.cr.execute("SAVEPOINT delivery")
        return float("inf")

    def _rollback(self):
        self.env.clear()
        self.env.cr.execute("ROLLBACK TO SAVEPOINT delivery")

    def _days(self, number):
        return START + timedelta(days=number)

    def _send(self, day):
        """Run a day, send its mails for real, and run once more for what follows."""
        self._set_today(day)
        self._run_once()
        self._commit()
        moment = datetime(day.year, day.month, day.day, 12)
        self.env["billing.delivery"].sudo()._run_delivery(moment)
        self.env.invalidate_all()
        self._run_once()

    def _get_levels(self, invoices):
        return [invoice.dunning_case_ids.level_number for invoice in invoices]

    @mute_logger(*LOUD)
    def test_lost_letters_stop(self):
        invoices = self.env["account.move"].union(
            *(self._bill(partner=partner) for partner in self.customers)
        )
        self.sink.faults["RCPT", LOST] = "550 no such user"
        self._send(self._days(7))
        self.assertEqual(self._get_levels(invoices), [1, 0, 1, 1])
        self.assertEqual(len(self.sink.mails), 3)
        # Weeks later: the others go on, this one has not even begun.
        self._send(self._days(21))
        self._send(self._days(35))
        self.assertEqual(self._get_levels(invoices), [3, 0, 3, 3])
        failed = invoices[1].dunning_case_ids.notice_line_ids.notice_id
        self.assertEqual(len(failed), 1, "one letter under way, no second one")
        self.assertTrue(failed.activity_ids)
        # The address is repaired and the letter sent again: it begins with the first level.
        self.sink.faults.clear()
        self.customers[1].email = "new@customer.example"
        failed._get_deliveries().action_retry()
        self._send(self._days(40))
        self.assertEqual(self._get_levels(invoices), [3, 1, 3, 3])
        self.assertEqual(invoices[1].dunning_case_ids.reached_on, self._days(40))
        [to] = [to for to, _mail in self.sink.mails if "new@customer.example" in to]
        self.assertEqual(to, ["new@customer.example"])

    @mute_logger(*LOUD)
    def test_server_down(self):
        """Nobody's level rises while the server is away; afterwards everybody's does, once."""
        invoices = self.env["account.move"].union(
            *(self._bill(partner=partner) for partner in self.customers)
        )
        self.sink.faults["greeting"] = "421 go away"
        self._send(self._days(7))
        self.assertEqual(self._get_levels(invoices), [0] * 4)
        self.sink.faults.clear()
        self._send(self._days(8))
        self.assertEqual(self._get_levels(invoices), [1] * 4)
        self.assertEqual(len(self.sink.mails), 4)

    def test_mail(self):
        """The mail has the letter as PDF, in the customer's language, and its invoices."""
        invoice = self._bill(partner=self.customers[0])
        self._send(self._days(7))
        [(to, mail)] = self.sink.mails[-1:]
        self.assertEqual(to, ["c0@customer.example"])
        self.assertIn("Reminder", mail["Subject"])
        [pdf] = [part for part in mail.walk() if part.get_content_type() == "application/pdf"]
        self.assertTrue(pdf.get_payload(decode=True).startswith(b"%PDF"))
        [text] = [part for part in mail.walk() if part.get_content_type() == "text/plain"]
        self.assertIn(invoice.name, text.get_payload(decode=True).decode())
