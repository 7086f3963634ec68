from odoo.exceptions import UserError
from odoo.tests import tagged

from .delivery_common import DeliveryCommon


@tagged("post_install", "-at_install")
class TestSandbox(DeliveryCommon):
    """From a sandbox company nothing gets out, and everything that would have is shown."""

    def setUp(self):
        super().setUp()
        self.company.sudo().is_billing_sandbox = True

    def _send_template(self, record, template="account.email_template_edi_invoice"):
        mail_id = self.env.ref(template).sudo().send_mail(record.id)
        return self.env["mail.mail"].sudo().browse(mail_id)

    def test_delivery_is_held_back(self):
        delivery = self._create_open_invoice()._request_delivery()
        self._run()
        self.assertEqual(delivery.state, "held")
        self.assertIn("sandbox", delivery.reason)
        self.assertFalse(self.sink.commands, "nobody even knocked at the mail server")
        mail = self.env["mail.mail"].sudo().search([("billing_delivery_id", "=", delivery.id)])
        self.assertEqual(mail.state, "cancel")
        self.assertIn(b"%PDF", mail.attachment_ids.mapped("raw")[0])
        notification = delivery.mail_message_id.notification_ids
        self.assertEqual(notification.notification_status, "canceled")
        move = self.env["account.move"].browse(delivery.res_id)
        self.assertTrue(move.invoice_pdf_report_id)
        self.assertFalse(move.is_move_sent, "made is not sent")

    def test_held_back_leaves_when_the_sandbox_ends(self):
        delivery = self._create_open_invoice()._request_delivery()
        self._run()
        self.company.sudo().is_billing_sandbox = False
        self._run()
        self.assertFalse(self.sink.mails, "not by itself")
        delivery.action_retry()
        self._run()
        self.assertEqual(delivery.state, "sent")

    def test_any_mail_of_a_document_is_held_back(self):
        invoice = self._create_open_invoice()
        for send in ("send", "_send"):
            with self.subTest(method=send):
                mail = self._send_template(invoice)
                getattr(mail, send)()
                self.assertEqual(mail.state, "cancel")
                self.assertIn("Held back", mail.failure_reason)
        mail = self._send_template(invoice)
        self.env["mail.mail"].sudo().process_email_queue([mail.id])
        self.assertEqual(mail.state, "cancel")
        self.assertFalse(self.sink.mails)

    def test_message_to_a_customer_without_company_is_held_back(self):
        """A customer may belong to no company; the mail is written in one."""
        message = self.partner_a.message_post(
            body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment",
            partner_ids=self.partner_a.ids, force_send=False,
        )  # fmt: skip
        mail = self.env["mail.mail"].sudo().search([("mail_message_id", "=", message.id)])
        mail.send()
        self.assertFalse(self.sink.mails)
        self.assertEqual(message.notification_ids.notification_status, "canceled")

    def test_other_companies_send(self):
        other = self.setup_other_company()
        other["company"].email = "billing@other.example"
        move = (
            self.env["account.move"]
            .with_company(other["company"])
            .create(
                {
                    **self._prepare_invoice(company_id=other["company"].id),
                    "invoice_line_ids": [],
                    "journal_id": other["default_journal_sale"].id,
                }
            )
        )
        held = self._send_template(self._create_open_invoice())
        free = self._send_template(move)
        (held + free).send()
        self.assertEqual(held.state, "cancel")
        self.assertEqual(len(self.sink.mails), 1)

    def test_mail_without_a_document_is_not_ours(self):
        mail = self.env["mail.mail"].sudo().create(
            {"email_to": "admin@example.com", "email_from": "odoo@example.com", "body_html": "x"}
        )  # fmt: skip
        mail.send()
        self.assertEqual(len(self.sink.mails), 1)

    def test_guard_for_other_addons(self):
        self.assertFalse(self.company._may_reach_outside())
        with self.assertRaisesRegex(UserError, "Charge the card is not possible: .*sandbox"):
            self.company._check_may_reach_outside("Charge the card")
        self.company.sudo().is_billing_sandbox = False
        self.assertTrue(self.company._may_reach_outside())
        self.company._check_may_reach_outside("Charge the card")
        self.assertTrue(self.env["res.company"]._may_reach_outside())

    def test_company_user_without_rights_on_the_company(self):
        """The guard reads the flag with rights of its own."""
        user = self._create_user("clerk")
        self.assertFalse(self.company.with_user(user)._may_reach_outside())
