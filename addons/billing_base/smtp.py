"""One SMTP transaction of which we know how far it got.

``smtplib`` tells that a mail failed, not whether it may have left. :class:`ObservedSession` stands
between Odoo and a session of ``smtplib``: same calls, but the final dot is sent by itself, right
after ``before_handover`` was called, and what happened is kept as a report.
"""

import re
import smtplib
from types import SimpleNamespace

from .core.delivery import Phase, Report

LEADING_DOT = re.compile(rb"(?m)^\.")


class NotHandedOver(Exception):
    """Raised by ``before_handover`` when the mail must not leave after all."""


class ObservedSession:
    """A session of ``smtplib`` as ``ir.mail_server.send_email`` wants it, for one mail."""

    def __init__(self, session, before_handover=lambda: None):
        self._session = session
        self._before_handover = before_handover
        self.report = None
        self._progress = SimpleNamespace(phase=Phase.CONNECT, recipients=[], refused={})

    def __getattr__(self, name):
        return getattr(self._session, name)

    def send_message(self, message, from_addr=None, to_addrs=None, **options):
        """Send as ``smtplib.SMTP.send_message`` does, and keep a report.

        :raise smtplib.SMTPException, OSError: as ``smtplib``; the report is there all the same
        """
        session = self._session
        session.sendmail = self._sendmail
        try:
            refused = session.send_message(message, from_addr, to_addrs, **options)
        except (smtplib.SMTPException, OSError, ValueError) as error:
            # Nothing may be left half-spoken in this connection.
            session.close()
            self.report = self.report or self._report(error)
            raise
        except BaseException:
            session.close()
            raise
        finally:
            del session.sendmail
        return refused

    def _sendmail(self, sender, recipients, content, mail_options=(), rcpt_options=()):
        progress, session = self._progress, self._session
        session.ehlo_or_helo_if_needed()
        progress.phase = Phase.SENDER
        size = [f"size={len(content)}"] if session.has_extn("size") else []
        self._expect(session.mail(sender, [*size, *mail_options]), (250,))
        progress.phase = Phase.RECIPIENTS
        progress.recipients = list(recipients)
        for address in recipients:
            code, text = session.rcpt(address, rcpt_options)
            if code not in (250, 251, 252):
                progress.refused[address] = (code, _text(text))
            if code == 421:
                self._expect((code, text), ())
        if len(progress.refused) == len(progress.recipients):
            self.report = self._report()
            raise smtplib.SMTPRecipientsRefused(progress.refused)
        progress.phase = Phase.DATA
        session.putcmd("data")
        self._expect(session.getreply(), (354,))
        session.send(_quoted(content))
        self._before_handover()
        progress.phase = Phase.ANSWER
        session.send(b".\r\n")
        code, text = session.getreply()
        self.report = Report(
            Phase.ANSWER, code, _text(text), progress.recipients, progress.refused
        )
        self._expect((code, text), range(200, 300))
        return progress.refused

    def _expect(self, reply, codes):
        code, text = reply
        if code not in codes:
            raise smtplib.SMTPResponseException(code, text)

    def _report(self, error=None):
        progress = self._progress
        code = getattr(error, "smtp_code", None)
        text = _text(getattr(error, "smtp_error", b"")) if code else str(error or "")
        refused = progress.refused if code is None else {}
        return Report(progress.phase, code, text, progress.recipients, refused)


def _quoted(content):
    """The content with leading dots doubled, up to the dot that ends it."""
    lines = LEADING_DOT.sub(b"..", content)
    return lines if lines.endswith(b"\r\n") else lines + b"\r\n"


def _text(reply):
    return reply.decode(errors="replace") if isinstance(reply, bytes) else str(reply)


def connection_report(error):
    """The report of a connection that did not come about, or was refused by the server."""
    code = getattr(error, "smtp_code", None)
    text = _text(getattr(error, "smtp_error", "")) if code else str(error)
    return Report(Phase.CONNECT, code, text or type(error).__name__)
