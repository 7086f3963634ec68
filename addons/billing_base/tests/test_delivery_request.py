import base64
import io

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.pdf import PdfFileReader, PdfFileWriter

from .delivery_common import DeliveryCommon


@tagged("post_install", "-at_install")
class TestDeliveryRequest(DeliveryCommon):
    """Asking: once per document, by the right channel, and taken back with the document."""

    def test_asked_again_is_asked_once(self):
        move = self._create_open_invoice()
        first = move._request_delivery()
        self.assertFalse(move._request_delivery())
        self._run()
        self.assertFalse(move._request_delivery())
        self.assertEqual(move._get_deliveries(), first)

    def test_posted_reset_and_posted_again(self):
        move = self._create_open_invoice()
        delivery = move._request_delivery()
        move.button_draft()
        self.assertEqual(delivery.state, "cancelled")
        self._run()
        self.assertFalse(self.sink.mails)
        move._post(soft=False)
        self.assertEqual(delivery.state, "waiting", "it goes on without being asked for")
        self.assertFalse(move._request_delivery())
        self._run()
        self._run()
        self.assertEqual(len(self.sink.mails), 1)
        move.button_draft()
        move._post(soft=False)
        move._request_delivery()
        self._run()
        self.assertEqual(len(self.sink.mails), 1, "it has left already")
        self.assertEqual(delivery.state, "sent")

    def test_cancelled_by_a_person_comes_back_only_by_a_person(self):
        move = self._create_open_invoice()
        delivery = move._request_delivery()
        self._decide(delivery, "cancelled", "not wanted")
        move.button_draft()
        move._post(soft=False)
        self.assertFalse(move._request_delivery())
        self.assertEqual(delivery.state, "cancelled")
        move.action_request_delivery()
        self.assertEqual(delivery.state, "waiting")

    def test_unknown_stays_unknown_when_the_invoice_is_reset(self):
        move = self._create_open_invoice()
        delivery = move._request_delivery()
        delivery._set_state("sending")
        self._run()
        move.button_draft()
        move._post(soft=False)
        self.assertEqual(delivery.state, "unknown")

    def test_cancelled_invoice_does_not_leave(self):
        move = self._create_open_invoice()
        delivery = move._request_delivery()
        move.button_draft()
        move.button_cancel()
        self._run()
        self.assertEqual(delivery.state, "cancelled")
        self.assertFalse(self.sink.mails)

    def test_draft_is_refused_with_the_reason(self):
        move = self.env["account.move"].create(self._prepare_invoice())
        with self.assertRaisesRegex(UserError, "is not posted"):
            move.action_request_delivery()

    def test_customer_who_wants_none_is_said(self):
        self.partner_a.invoice_sending_method = "manual"
        with self.assertRaisesRegex(UserError, "wants invoices from here"):
            self._create_open_invoice().action_request_delivery()

    def test_channel(self):
        unit = self._create_unit("A", delivery_method="portal")
        cases = [
            (None, False, False, "mail"),
            (None, False, unit, "portal"),
            (None, "email", unit, "mail"),
            (None, "post", unit, "post"),
            (None, "manual", unit, None),
            ("post", "email", unit, "post"),
            ("none", "email", unit, None),
        ]
        for agreed, customer, own_unit, expected in cases:
            with self.subTest(agreed=agreed, customer=customer, unit=own_unit):
                self.partner_a.invoice_sending_method = customer
                move = self._create_open_invoice(business_unit_id=own_unit and own_unit.id)
                delivery = move._request_delivery({move.id: agreed})
                self.assertEqual(delivery.channel if delivery else None, expected)

    def test_portal_is_delivered_when_posted(self):
        move = self._create_open_invoice()
        delivery = move._request_delivery({move.id: "portal"})
        self.assertEqual(delivery.state, "sent")
        self.assertEqual(self._events(move), ["invoice.delivered"])
        self._run()
        self.assertFalse(self.sink.mails)

    def test_portal_with_a_mail_that_has_the_link(self):
        unit = self._create_unit("A", delivery_method="portal", portal_delivery_mail=True)
        move = self._create_open_invoice(business_unit_id=unit.id)
        delivery = move._request_delivery()
        self.assertEqual((delivery.channel, delivery.state), ("portal", "waiting"))
        self._run()
        self.assertEqual(delivery.state, "sent")
        [(_to, mail)] = self.sink.mails
        types = {part.get_content_type() for part in mail.walk()}
        self.assertNotIn("application/pdf", types)
        self.assertIn(move.access_token, self._html(mail))

    def _html(self, mail):
        [part] = [part for part in mail.walk() if part.get_content_type() == "text/html"]
        return part.get_payload(decode=True).decode()

    def test_cost_does_not_grow_with_the_invoices(self):
        few, many = self._create_open_invoices(2), self._create_open_invoices(30)
        (few + many).mapped("display_name")
        few._request_delivery()
        with self.assertQueryCount(20):
            many._request_delivery()
            self.env.flush_all()

    # === UNIT === #

    def test_templates_language_and_sender_of_the_unit(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.partner_a.lang = "de_DE"
        template = (
            self.env.ref("account.email_template_edi_invoice")
            .sudo()
            .copy({"subject": "Invoice {{ object.name }}", "lang": "{{ object.partner_id.lang }}"})
        )
        template.with_context(lang="de_DE").subject = "Rechnung {{ object.name }}"
        credit = template.copy({"subject": "Credit"})
        credit.with_context(lang="de_DE").subject = "Gutschrift"
        unit = self._create_unit(
            "A",
            email_from="Example Cloud <billing@cloud.example>",
            email_reply_to="help@cloud.example",
            invoice_mail_template_id=template.id,
            credit_note_mail_template_id=credit.id,
        )
        moves = self._create_open_invoice(business_unit_id=unit.id)
        moves += self._create_open_invoice(business_unit_id=unit.id, move_type="out_refund")
        moves._request_delivery()
        self._run()
        (_to, invoice), (_to2, refund) = self.sink.mails
        self.assertEqual(invoice["Subject"], f"Rechnung {moves[0].name}")
        self.assertEqual(refund["Subject"], "Gutschrift")
        self.assertIn("billing@cloud.example", invoice["From"])
        self.assertEqual(invoice["Reply-To"], "help@cloud.example")

    # === PEOPLE === #

    def test_send_another_time_is_a_delivery_of_its_own(self):
        delivery = self._create_open_invoice()._request_delivery()
        move = self.env["account.move"].browse(delivery.res_id)
        self._run()
        with self.assertRaisesRegex(UserError, "is Delivered"):
            delivery.action_retry()
        self._decide(delivery, "another", "the customer lost it")
        again = move._get_deliveries() - delivery
        self.assertEqual((again.state, again.request_reason), ("waiting", "the customer lost it"))
        self._run()
        first, second = self.sink.mails
        self.assertNotEqual(first[1]["Message-Id"], second[1]["Message-Id"])
        self.assertIn("the customer lost it", move.message_ids.filtered("body")[1].body)

    def test_mark_as_delivered_and_cancel(self):
        for decision in ("sent", "cancelled"):
            with self.subTest(decision=decision):
                delivery = self._create_open_invoice()._request_delivery()
                self._decide(delivery, decision, "by hand")
                self.assertEqual((delivery.state, delivery.reason), (decision, "by hand"))
                self._run()
                self.assertFalse(self.sink.mails)

    def _decide(self, delivery, decision, reason):
        self.env["billing.delivery.decision"].create(
            {"decision": decision, "delivery_ids": [Command.set(delivery.ids)], "reason": reason}
        ).action_confirm()

    def test_core_queue_leaves_mails_of_deliveries_alone(self):
        self.partner_a.email = "a@customer.example"
        delivery = self._create_open_invoice()._request_delivery()
        with self._fault("RCPT", "450 later"), mute_logger("odoo.addons.mail.models.mail_mail"):
            self._run()
        mail = self.env["mail.mail"].sudo().search([("billing_delivery_id", "=", delivery.id)])
        mail.mark_outgoing()
        mail.state = "outgoing"
        self.env["mail.mail"].sudo().process_email_queue([mail.id])
        self.sink.commands.clear()
        mail.send()
        self.assertNotIn("EHLO", self.sink.commands, "its server is not even asked")
        mail.state = "outgoing"
        mail._send(smtp_session=self.env["ir.mail_server"]._connect__())
        self.assertFalse(self.sink.mails)
        self.assertEqual(mail.state, "exception", "nothing that the queue would take")
        self._run()
        self.assertEqual(delivery.state, "sent", "asked for in the chatter, it comes at once")

    def test_mail_that_waits_is_none_of_the_queue(self):
        """Also in the moment between making and sending it, when a run may be killed."""
        self.partner_a.email = "a@customer.example"
        delivery = self._create_open_invoice()._request_delivery()
        states = []
        self.patch(
            self.registry["billing.delivery"],
            "_send",
            lambda _delivery, mail, *_args: states.append(mail.state),
        )
        self._run()
        self.assertEqual(states, ["exception"])
        self.env["mail.mail"].sudo().process_email_queue(delivery._get_mail().ids)
        self.assertFalse(self.sink.mails)

    def test_deleted_draft_takes_its_delivery_along(self):
        move = self._create_open_invoice()
        delivery = move._request_delivery()
        move.button_draft()
        move.posted_before = False
        move.with_context(force_delete=True).unlink()
        self.assertFalse(delivery.exists())

    # === ACCESS === #

    def test_users_read_and_decide_but_do_not_write(self):
        delivery = self._create_open_invoice()._request_delivery()
        user = self._create_user("delivery_user")
        own = delivery.with_user(user)
        self.assertEqual(own.state, "waiting")
        with self.assertRaises(AccessError):
            own.state = "sent"
        with self.assertRaises(AccessError):
            own.unlink()
        own.action_retry()
        self.env["billing.delivery.decision"].with_user(user).create(
            {"decision": "cancelled", "delivery_ids": [Command.set(own.ids)], "reason": "x"}
        ).action_confirm()
        self.assertEqual(delivery.state, "cancelled")

    def test_accounting_alone_does_not_decide(self):
        delivery = self._create_open_invoice()._request_delivery()
        user = self._create_user("accountant", "account.group_account_invoice")
        with self.assertRaises(AccessError):
            delivery.with_user(user).read(["state"])
        with self.assertRaises(AccessError):
            delivery.with_user(user).action_retry()

    def test_other_units_and_companies_are_hidden(self):
        units = [self._create_unit(code) for code in "AB"]
        deliveries = self.deliveries.browse()
        for unit in units:
            deliveries += self._create_open_invoice(business_unit_id=unit.id)._request_delivery()
        user = self._create_user("unit_user", business_unit_ids=[Command.set(units[0].ids)])
        self.assertEqual(self.env["billing.delivery"].with_user(user).search([]), deliveries[0])
        with self.assertRaises(AccessError):
            deliveries[1].with_user(user).action_retry()
        other = self.setup_other_company()["company"]
        stranger = self._create_user("stranger")
        stranger.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.assertFalse(self.env["billing.delivery"].with_user(stranger).search([]))

    # === POST === #

    def test_print_and_confirm(self):
        moves = self._create_open_invoices(3)
        deliveries = moves._request_delivery({move.id: "post" for move in moves})
        self._run()
        self.assertEqual(deliveries.mapped("state"), ["waiting"] * 3)
        self._real_pdf()
        user = self._create_user("clerk")
        action = deliveries.with_user(user).action_print()
        wizard = self.env[action["res_model"]].with_user(user).browse(action["res_id"])
        self.assertEqual(wizard.letter_count, 3)
        self.assertEqual(self._count_pages(wizard.file), 3)
        self.assertTrue(all(deliveries.mapped("printed_at")))
        self.assertEqual(deliveries.mapped("state"), ["waiting"] * 3, "printed is not posted")
        wizard.action_confirm_posted()
        self.assertEqual(deliveries.mapped("state"), ["sent"] * 3)
        with self.assertRaisesRegex(UserError, "None of these waits"):
            deliveries.with_user(user).action_print()

    def test_letter_that_cannot_be_made_fails_alone(self):
        moves = self._create_open_invoices(2)
        deliveries = moves._request_delivery({move.id: "post" for move in moves})
        self._real_pdf(broken=moves[0])
        action = deliveries.action_print()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(wizard.letter_count, 1)
        self.assertIn("no paper", wizard.problems)
        self.assertEqual(sorted(deliveries.mapped("state")), ["failed", "waiting"])

    def _real_pdf(self, broken=None):
        writer = PdfFileWriter()
        writer.addBlankPage(100, 100)
        buffer = io.BytesIO()
        writer.write(buffer)

        reason = "no paper"

        def get_pdf(move):
            if move == broken:
                raise UserError(reason)
            return buffer.getvalue()

        self.patch(self.registry["account.move"], "_get_delivery_pdf", get_pdf)

    def _count_pages(self, content):
        return PdfFileReader(io.BytesIO(base64.b64decode(content))).getNumPages()
