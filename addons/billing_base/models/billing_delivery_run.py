import logging
import smtplib

from psycopg2 import OperationalError

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..core.delivery import OPEN, Phase, Verdict, next_attempt
from ..smtp import NotHandedOver, ObservedSession, connection_report

_logger = logging.getLogger(__name__)

CHUNK_SIZE = 100
OPEN_STATES = sorted(state.value for state in OPEN)


class BillingDelivery(models.Model):
    """Sending: claim, prepare, hand over, each with a commit, so that a killed run repeats nothing
    that may have left. See ``docs/adr/0016``.
    """

    _inherit = "billing.delivery"

    @api.model
    def _cron_deliver(self):
        """Send what is waiting. Real time: a retry waits for the mail server, not for a date."""
        self._run_delivery(self.env.cr.now())

    @api.model
    def _run_delivery(self, now, domain=Domain.TRUE):
        """Send all mails that are due, each in transactions of its own.

        :param datetime now: naive UTC; attempts that are due up to then are made
        :param Domain domain: deliveries to consider
        """
        self.search(domain & Domain("state", "=", "sending"))._resolve_interrupted()
        due = domain & self._get_due_domain(now)
        left, last_id, sessions = self.search_count(due), 0, {}
        self._commit(remaining=left)
        try:
            while chunk := self.search(
                due & Domain("id", ">", last_id), limit=CHUNK_SIZE, order="id"
            ):
                for delivery_id in chunk.ids:
                    last_id, left = delivery_id, max(left - 1, 0)
                    self.browse(delivery_id)._deliver(now, due, sessions)
                    if not self._commit(1, remaining=left):
                        return
        finally:
            _close(sessions)

    @api.model
    def _get_due_domain(self, now):
        return (
            Domain("state", "in", OPEN_STATES)
            & Domain("channel", "in", ("mail", "portal"))
            & (Domain("next_attempt_at", "=", False) | Domain("next_attempt_at", "<=", now))
        )

    @api.model
    def _commit(self, processed=0, remaining=None):
        """Commit and tell the cron; return the seconds left."""
        return self.env["ir.cron"]._commit_progress(processed, remaining=remaining)

    @api.model
    def _rollback(self):
        self.env.cr.rollback()

    def _resolve_interrupted(self):
        """What was handed over by a process that is gone: nobody saw the answer.

        Whoever is still waiting for one has the row locked.
        """
        for delivery in self.try_lock_for_update():
            delivery.invalidate_recordset(["state"])
            if delivery.state == "sending":
                delivery._set_unknown(
                    self.env._("The server stopped right after the email was handed over.")
                )
        self._commit()

    # === ONE DELIVERY === #

    def _deliver(self, now, due, sessions):
        """Try one delivery; whatever happens, its row says so afterwards."""
        observed = ObservedSession(None, self._hand_over)
        try:
            claimed = self._claim(now, due)
            if claimed and (mail := self._prepare()):
                self._send(mail, sessions, observed, now)
        except OperationalError as error:
            self._rollback()
            if not self._settle_after_error(observed.report, now, str(error)):
                # Another transaction was first; the claim has set the time of the next attempt.
                _logger.info("delivery %s is put off: %s", self.id, error)
        except Exception as error:
            self._rollback()
            unexpected = not isinstance(error, UserError)
            _logger.warning("delivery %s: %s", self.id, error, exc_info=unexpected)
            if not self._settle_after_error(observed.report, now, str(error)):
                self._put_off(str(error), now) if unexpected else self._set_failed(str(error))
        self._commit()

    def _claim(self, now, due):
        """Take the delivery and say when to try again before anything is tried.

        A document that kills the process is so behind all others next time.
        """
        delivery = self.try_lock_for_update()
        delivery.invalidate_recordset()
        delivery = delivery.filtered_domain(due)
        if delivery:
            attempts = delivery.attempt_count + 1
            delivery.write(
                {
                    "attempt_count": attempts,
                    "last_attempt_at": now,
                    "next_attempt_at": next_attempt(now, attempts) or now,
                }
            )
            self._commit()
        return delivery

    def _prepare(self):
        """The mail to send, its document included; empty when nothing is to be sent now."""
        mail = self.env["mail.mail"]
        document = self._get_document()
        if not document:
            self._set_state("cancelled", reason=self.env._("The document was deleted."))
            return mail
        if obstacle := document._get_delivery_obstacle():
            self._set_state(
                "cancelled", reason=obstacle, next_attempt_at=False, is_taken_back=True
            )
            return mail
        mail = self._get_mail() or self._make_mail(document)
        if not self.company_id._may_reach_outside():
            self._hold(mail)
            return mail.browse()
        self._commit()
        return mail

    def _send(self, mail, sessions, observed, now):
        """Hand the mail to its server and record what became of it."""
        if not self.try_lock_for_update():
            return
        [(server_id, alias_id, smtp_from, _ids)] = mail._split_by_mail_configuration()
        server = self.env["ir.mail_server"].sudo().browse(server_id)
        key = server_id, smtp_from
        session = self._connect(sessions, key)
        if not isinstance(session, smtplib.SMTP):
            self._settle(session, mail, now, server)
            return
        observed._session = session
        skipped = (self.reached_recipients or "").split(", ")
        mail.state = "outgoing"
        try:
            mail.with_context(billing_delivery=self.id, send_smtp_skip_to=skipped)._send(
                smtp_session=observed,
                alias_domain_id=alias_id,
                mail_server=server,
            )
        except smtplib.SMTPServerDisconnected as error:
            _logger.info("delivery %s: %s", self.id, error)
        if session.sock is None:
            sessions.pop(key, None)
        self._settle(observed.report, mail, now, server)

    def _connect(self, sessions, key):
        """A living session to the mail server of the key, or the report why there is none.

        A server that cannot be reached is not tried again in the same run: each attempt may
        take a minute.
        """
        session = sessions.get(key)
        if isinstance(session, smtplib.SMTP) and not _is_alive(session):
            session = None
        if session is None:
            server_id, smtp_from = key
            try:
                session = self.env["ir.mail_server"]._connect__(
                    mail_server_id=server_id, smtp_from=smtp_from
                )
            except (smtplib.SMTPException, OSError, UserError) as error:
                session = connection_report(error)
            sessions[key] = session
        return session

    def _hand_over(self):
        """The point of no return, right before the final dot: commit that it is passed.

        The lock is gone with the commit. If somebody takes the row for that of a dead process in
        between, the mail does not leave.
        """
        self._set_state("sending", next_attempt_at=False)
        self._commit()
        locked = self.try_lock_for_update()
        self.invalidate_recordset(["state"])
        if not locked or self.state != "sending":
            raise NotHandedOver

    # === RESULT === #

    def _settle(self, report, mail, now, server=None):
        """Record the server's verdict on the delivery and on the mail in the chatter."""
        report = report or mail._get_delivery_report()
        reason = self._explain(report, mail, server)
        reached = self._join_reached(report)
        if report.verdict is Verdict.ACCEPTED and not report.refused:
            self._set_delivered(reached_recipients=reached)
        elif report.verdict is Verdict.UNKNOWN:
            self._set_unknown(reason)
        elif _needs_person(report):
            self._set_failed(reason, reached_recipients=reached)
        else:
            self._put_off(reason, now, reached_recipients=reached)
        mail._show_delivery(self, report)

    def _settle_after_error(self, report, now, text):
        """After a rollback: what the server said is kept. True if it had said anything."""
        mail = self._get_mail()
        if report:
            self._settle(report, mail, now)
        elif self.state == "sending":
            self._set_unknown(text)
        return bool(report) or self.state == "unknown"

    def _put_off(self, reason, now, **values):
        """Try again later, or give up and say what to do."""
        when = next_attempt(now, self.attempt_count)
        if when is None:
            given_up = self.env._(
                "%(reason)s\nGiven up after %(count)s attempts. Remove the cause and send again.",
                reason=reason,
                count=self.attempt_count,
            )
            return self._set_failed(given_up, **values)
        return self._set_state("retry", reason=reason, next_attempt_at=when, **values)

    def _set_unknown(self, reason):
        changed = self._set_state("unknown", reason=reason, next_attempt_at=False)
        for delivery in changed:
            delivery.reason = self.env._(
                "%(reason)s\nWhether the customer has it is not known. Look into the log of the "
                "mail server or ask, then choose “It Arrived” or “Send Again”.",
                reason=reason,
            )
        changed._record_facts("delivery_failed")
        changed._schedule_activities()

    def _join_reached(self, report):
        earlier = (self.reached_recipients or "").split(", ")
        return ", ".join(sorted({*filter(None, earlier), *report.accepted})) or False

    def _explain(self, report, mail, server):
        """What the report says, in words, with the remedy; False when all is well."""
        text = report.text or (report.code and str(report.code)) or self.env._("no answer")
        if report.refused:
            refused = ", ".join(
                f"{address} ({code} {words})" for address, (code, words) in report.refused.items()
            )
            return self.env._(
                "The mail server refuses %(addresses)s. Correct the email address of the "
                "customer and send again.",
                addresses=refused,
            )
        if report.verdict is Verdict.ACCEPTED:
            return False
        if report.verdict is Verdict.UNKNOWN:
            return self.env._(
                "The connection broke before the mail server confirmed the email: %(text)s.",
                text=text,
            )
        if report.phase is Phase.CONNECT:
            return self.env._(
                "The outgoing mail server (%(server)s) cannot be used: %(text)s. "
                "Nothing was sent.",
                server=(server and server.name) or self.env._("of the server's settings"),
                text=text,
            )
        if report.phase is Phase.SENDER:
            return self.env._(
                "The mail server does not take mail from %(sender)s: %(text)s. Nothing was sent. "
                "Check the sender of the business unit and the outgoing mail server.",
                sender=mail.email_from,
                text=text,
            )
        return self.env._(
            "The mail server did not take the email: %(text)s. Nothing was sent.", text=text
        )


def _needs_person(report):
    """Whether the rest of a delivery is of no use to be tried again."""
    if report.verdict is Verdict.ACCEPTED:
        return all(500 <= code < 600 for code, _words in report.refused.values())
    return report.verdict is Verdict.REFUSED


def _is_alive(session):
    try:
        return session.noop()[0] == 250
    except (smtplib.SMTPException, OSError):
        return False


def _close(sessions):
    for session in sessions.values():
        if isinstance(session, smtplib.SMTP):
            try:
                session.quit()
            except (smtplib.SMTPException, OSError):
                session.close()
