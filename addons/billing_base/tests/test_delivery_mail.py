import html
import smtplib
from email import policy
from email.message import EmailMessage

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.billing_base.smtp import ObservedSession

from .delivery_common import NOW, PDF, DeliveryCommon
from .smtp_sink import DIE, HANG

LOUD = ("odoo.addons.mail.models.mail_mail", "odoo.addons.base.models.ir_mail_server")


@tagged("post_install", "-at_install")
class TestDeliveryMail(DeliveryCommon):
    """Mails through a real connection to a server that does whatever a server can do."""

    # === WELL === #

    def test_leaves_once(self):
        delivery = self._request()
        move = self.env["account.move"].browse(delivery.res_id)
        self.assertEqual(delivery.state, "waiting")
        self.assertFalse(self.sink.mails, "posting and asking send nothing")
        self._run()
        self.assertEqual(delivery.state, "sent")
        self._run(self._later(days=9))
        [(recipients, mail)] = self.sink.mails
        self.assertEqual(recipients, ["a@customer.example"])
        self.assertIn(move.name, mail["Subject"])
        self.assertEqual(mail["Message-Id"], delivery.mail_message_id.message_id)
        [pdf] = [part for part in mail.walk() if part.get_content_type() == "application/pdf"]
        self.assertEqual(pdf.get_payload(decode=True), PDF)
        self.assertTrue(move.is_move_sent)
        self.assertEqual(self._events(move), ["invoice.delivered"])
        self.assertEqual(delivery.reached_recipients, "a@customer.example")

    def test_intention_is_committed_before_the_final_dot(self):
        delivery = self._request()
        seen = []
        with self._fault("ANSWER", lambda: seen.append(list(self.commits))):
            self._run()
        states = [commit[delivery.id] for commit in seen[0]]
        self.assertEqual(states[-1], "sending")
        self.assertNotIn("sending", states[:-1])
        self.assertEqual([c[delivery.id] for c in self.commits][-1], "sent")

    def test_message_in_the_chatter(self):
        delivery = self._request()
        self._run()
        message = delivery.mail_message_id
        self.assertEqual((message.model, message.res_id), ("account.move", delivery.res_id))
        self.assertEqual(message.notification_ids.mapped("notification_status"), ["sent"])
        self.assertEqual(message.notification_ids.res_partner_id, self.partner_a)
        self.assertFalse(
            self.env["mail.mail"].sudo().search([("mail_message_id", "=", message.id)])
        )

    def test_several_recipients_in_one_mail(self):
        """Of one mail the server's answer holds for the delivery; the link signs nobody in."""
        template = self.env.ref("account.email_template_edi_invoice").sudo()
        template.write(
            {"use_default_to": False, "email_to": "a@customer.example, b@customer.example"}
        )
        delivery = self._request()
        self._run()
        [(recipients, mail)] = self.sink.mails
        self.assertEqual(sorted(recipients), ["a@customer.example", "b@customer.example"])
        self.assertIn("access_token=", self._get_text(mail))
        self.assertNotIn("hash=", self._get_text(mail))
        self.assertEqual(delivery.reached_recipients, "a@customer.example, b@customer.example")
        statuses = delivery.mail_message_id.notification_ids.mapped("notification_status")
        self.assertEqual(statuses, ["sent", "sent"])

    def _get_text(self, mail):
        """The body of a mail as the customer's program shows it, with the targets of its links."""
        [body] = [part for part in mail.walk() if part.get_content_type() == "text/html"]
        return html.unescape(body.get_payload(decode=True).decode())

    def test_customer_is_signed_in_by_the_link(self):
        """Who alone gets the mail is known to the page behind its link."""
        delivery = self._request()
        self._run()
        [(_recipients, mail)] = self.sink.mails
        move = self.env["account.move"].browse(delivery.res_id)
        text = self._get_text(mail)
        self.assertIn(f"access_token={move.access_token}", text)
        self.assertIn(f"pid={self.partner_a.id}", text)
        self.assertIn(f"hash={move._sign_token(self.partner_a.id)}", text)

    def test_followers_get_no_copies(self):
        delivery = self._request()
        move = self.env["account.move"].browse(delivery.res_id)
        colleague = self._create_user("colleague", email="colleague@company.example")
        move.message_subscribe(colleague.partner_id.ids)
        self._run()
        self.assertEqual(len(self.sink.mails), 1)
        self.assertEqual(delivery.mail_message_id.notification_ids.res_partner_id, self.partner_a)

    def test_one_connection_for_a_run(self):
        deliveries = self._create_open_invoices(3)._request_delivery()
        self._run()
        self.assertEqual(deliveries.mapped("state"), ["sent"] * 3)
        self.assertEqual(self.sink.commands.count("EHLO"), 1)
        self.assertEqual(len({mail["Message-Id"] for _to, mail in self.sink.mails}), 3)

    def test_content_arrives_as_it_is(self):
        """Lines that begin with a dot, too: we write the content ourselves."""
        message = EmailMessage(policy=policy.SMTP)
        message["From"], message["To"] = "from@company.example", "to@customer.example"
        message.set_content("first\n.\n.hidden\n..\n\nlast\n", cte="7bit")
        session = smtplib.SMTP("127.0.0.1", self.sink.port, timeout=2)
        observed = ObservedSession(session)
        observed.send_message(message, "from@company.example", ["to@customer.example"])
        session.quit()
        [(_to, mail)] = self.sink.mails
        self.assertEqual(
            mail.get_payload().replace("\r\n", "\n"), "first\n.\n.hidden\n..\n\nlast\n"
        )
        self.assertEqual(observed.report.accepted, ["to@customer.example"])

    # === NOT SENT, FOR NOW === #

    def _check_retry(self, where, what, text=None):
        """Surely not sent: tried again later, and then it leaves once."""
        delivery = self._request()
        with self._fault(where, what), mute_logger(*LOUD):
            self._run()
        self.assertEqual(delivery.state, "retry")
        self.assertIn(text or "Nothing was sent", delivery.reason)
        self.assertEqual(delivery.next_attempt_at, self._later(minutes=5))
        self.assertFalse(self.sink.mails)
        self._run(self._later(minutes=4))
        self.assertFalse(self.sink.mails, "too early")
        self._run(self._later(minutes=5))
        self.assertEqual(delivery.state, "sent")
        self.assertFalse(delivery.reason)
        self.assertEqual(delivery.attempt_count, 2)
        [(_to, mail)] = self.sink.mails
        self.assertEqual(mail["Message-Id"], delivery.mail_message_id.message_id)
        move = self.env["account.move"].browse(delivery.res_id)
        self.assertEqual(len(self._delivery_messages(move)), 1, "one message for all attempts")
        statuses = delivery.mail_message_id.notification_ids.mapped("notification_status")
        self.assertEqual(statuses, ["sent"])

    def _delivery_messages(self, move):
        return move.message_ids.filtered(lambda m: m.message_type == "comment")

    def test_greeting_refused(self):
        self._check_retry("greeting", "421 too busy", "too busy")

    def test_dies_at_the_greeting(self):
        self._check_retry("greeting", DIE)

    def test_hangs_at_the_greeting(self):
        self._check_retry("greeting", HANG)

    def test_sender_refused(self):
        self._check_retry("MAIL", "550 you are not allowed", "does not take mail from")

    def test_greylisting(self):
        self._check_retry("RCPT", "450 come back later", "450 come back later")

    def test_dies_at_the_recipient(self):
        self._check_retry("RCPT", DIE)

    def test_data_refused_for_now(self):
        self._check_retry("DATA", "451 disk full", "disk full")

    def test_dies_before_the_content(self):
        self._check_retry("DATA", DIE)

    def test_answers_451_after_the_content(self):
        self._check_retry("ANSWER", "451 try later", "try later")

    def test_connection_refused(self):
        self.server.smtp_port = 1
        deliveries = self._create_open_invoices(2)._request_delivery()
        self._run()
        self.assertEqual(deliveries.mapped("state"), ["retry", "retry"])
        self.assertIn("Sink", deliveries[0].reason)
        self.server.smtp_port = self.sink.port
        self._run(self._later(minutes=5))
        self.assertEqual(deliveries.mapped("state"), ["sent", "sent"])
        self.assertEqual(len(self.sink.mails), 2)

    def test_a_server_that_hangs_costs_one_timeout_per_run(self):
        deliveries = self._create_open_invoices(3)._request_delivery()
        calls = []
        connect = self.registry["ir.mail_server"]._connect__

        def counting(server, *args, **kwargs):
            calls.append(1)
            return connect(server, *args, **kwargs)

        self.patch(self.registry["ir.mail_server"], "_connect__", counting)
        with self._fault("greeting", HANG):
            self._run()
        self.assertEqual(deliveries.mapped("state"), ["retry"] * 3)
        self.assertEqual(len(calls), 1)

    def test_gives_up_and_tells_somebody(self):
        salesperson = self._create_user("salesperson")
        delivery = self._request(invoice_user_id=salesperson.id)
        move = self.env["account.move"].browse(delivery.res_id)
        now, attempts = NOW, 0
        with self._fault("RCPT", "450 come back later"), mute_logger(*LOUD):
            while delivery.state in ("waiting", "retry") and attempts < 20:
                self._run(now)
                now, attempts = delivery.next_attempt_at or now, attempts + 1
        self.assertEqual((delivery.state, attempts), ("failed", 10))
        self.assertIn("Given up after 10 attempts", delivery.reason)
        self.assertEqual(move.activity_ids.user_id, salesperson)
        self.assertEqual(self._events(move), ["invoice.delivery_failed"])
        self._run(self._later(days=30))
        self.assertFalse(self.sink.mails)
        delivery.action_retry()
        self._run(self._later(days=31))
        self.assertEqual(delivery.state, "sent")
        self.assertFalse(move.activity_ids)

    # === REFUSED === #

    def test_refused_recipient_is_not_tried_blindly(self):
        delivery = self._request()
        with self._fault("RCPT", "550 no such user"), mute_logger(*LOUD):
            self._run()
        self.assertEqual(delivery.state, "failed")
        self.assertIn("refuses a@customer.example (550 no such user)", delivery.reason)
        self.assertIn("Correct the email address", delivery.reason)
        self._run(self._later(days=9))
        self.assertFalse(self.sink.mails)
        notification = delivery.mail_message_id.notification_ids
        self.assertEqual(notification.notification_status, "exception")
        self.assertIn("no such user", notification.failure_reason)
        self.partner_a.email = "new@customer.example"
        delivery.action_retry()
        self._run()
        self.assertEqual(delivery.state, "sent")
        self.assertEqual(self.sink.mails[0][0], ["new@customer.example"])

    def test_content_refused(self):
        delivery = self._request()
        with self._fault("ANSWER", "554 looks like spam"), mute_logger(*LOUD):
            self._run()
        self.assertEqual(delivery.state, "failed")
        self.assertIn("looks like spam", delivery.reason)

    def test_one_of_two_recipients_is_refused(self):
        template = self.env.ref("account.email_template_edi_invoice").sudo()
        template.write(
            {"use_default_to": False, "email_to": "a@customer.example, b@customer.example"}
        )
        delivery = self._request()
        with self._fault(("RCPT", "b@customer.example"), "550 no such user"):
            self._run()
        self.assertEqual(delivery.state, "failed")
        self.assertEqual(delivery.reached_recipients, "a@customer.example")
        self.assertIn("refuses b@customer.example", delivery.reason)
        delivery.action_retry()
        self._run()
        self.assertEqual(delivery.state, "sent")
        self.assertEqual(
            [to for to, _mail in self.sink.mails], [["a@customer.example"], ["b@customer.example"]]
        )

    def test_no_address(self):
        self.partner_a.email = False
        delivery = self._request()
        self._run()
        self.assertEqual(delivery.state, "failed")
        self.assertIn("partner_a has no email address", delivery.reason)
        self.assertNotIn("EHLO", self.sink.commands)

    # === UNKNOWN === #

    def _check_unknown(self, what):
        delivery = self._request()
        with self._fault("ANSWER", what), mute_logger(*LOUD):
            self._run()
        self.assertEqual(delivery.state, "unknown")
        self.assertIn("not known", delivery.reason)
        self._run(self._later(days=9))
        self.assertFalse(self.sink.mails, "nobody sends it blindly")
        self.assertEqual(delivery.state, "unknown")
        return delivery

    def test_dies_after_the_final_dot(self):
        delivery = self._check_unknown(DIE)
        first = delivery.mail_message_id.message_id
        delivery.action_retry()
        self._run()
        self.assertEqual(delivery.state, "sent")
        self.assertEqual(self.sink.mails[0][1]["Message-Id"], first, "known as a repetition")

    def test_hangs_after_the_final_dot(self):
        delivery = self._check_unknown(HANG)
        delivery.action_arrived()
        self.assertEqual(delivery.state, "sent")
        self._run(self._later(days=9))
        self.assertFalse(self.sink.mails)

    def test_process_died_while_sending(self):
        delivery = self._request()
        delivery._set_state("sending")
        self._run()
        self.assertEqual(delivery.state, "unknown")
        self.assertFalse(self.sink.mails)

    def test_taken_for_dead_before_the_final_dot(self):
        """If the row is taken in the moment after the commit, the mail does not leave."""
        delivery = self._request()
        commit = self._commit

        def intrude():
            if delivery.state == "sending":
                delivery._set_state("unknown")
            return commit()

        self.patch(self, "_commit", intrude)
        with mute_logger(*LOUD, "odoo.addons.billing_base.models.billing_delivery_run"):
            self._run()
        self.assertFalse(self.sink.mails)
        self.assertNotEqual(delivery.state, "sent")

    def test_broken_in_the_middle_leaves_no_open_connection(self):
        """Whatever stops us before the final dot: the next mail does not end this one."""
        deliveries = self._create_open_invoices(2)._request_delivery()
        hand_over, calls = self.registry["billing.delivery"]._hand_over, []

        def fail_once(delivery):
            calls.append(delivery.id)
            if len(calls) == 1:
                raise ZeroDivisionError
            return hand_over(delivery)

        self.patch(self.registry["billing.delivery"], "_hand_over", fail_once)
        with mute_logger(*LOUD, "odoo.addons.billing_base.models.billing_delivery_run"):
            self._run()
        self.assertEqual(sorted(deliveries.mapped("state")), ["retry", "sent"])
        self.assertEqual(self.sink.commands.count("EHLO"), 2)
        self.assertNotIn("NOOP", str(self.sink.mails[0][1]))

    def test_accepted_counts_even_if_odoo_fails_afterwards(self):
        delivery = self._request()

        def fail(*args, **kwargs):
            raise ValueError("full disk")

        self.patch(self.registry["mail.mail"], "_postprocess_sent_message", fail)
        with mute_logger(*LOUD, "odoo.addons.billing_base.models.billing_delivery_run"):
            self._run()
        self.assertEqual(len(self.sink.mails), 1)
        self.assertEqual(delivery.state, "sent")
