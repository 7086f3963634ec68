"""What tests of deliveries share: a mail server, and a run without commits."""

from contextlib import contextmanager
from datetime import datetime, timedelta

from odoo.fields import Domain

from odoo.addons.base.models import ir_mail_server

from .common import BillingCommon
from .smtp_sink import Sink

PDF = b"%PDF-1.4 invoice"
NOW = datetime(2026, 3, 1, 12, 0)


class DeliveryCommon(BillingCommon):
    """Invoices to a customer with an address, and a mail server on loopback.

    Commits are counted instead of made; documents are rendered by a stand-in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sink = Sink()
        cls.addClassCleanup(cls.sink.stop)
        cls.env["ir.mail_server"].sudo().search([]).active = False
        cls.server = cls.env["ir.mail_server"].sudo().create(
            {"name": "Sink", "smtp_host": "127.0.0.1", "smtp_port": cls.sink.port,
             "smtp_encryption": "none"}
        )  # fmt: skip
        cls.company.email = "billing@company.example"
        cls.partner_a.write(
            {"email": "a@customer.example", "lang": "en_US", "invoice_sending_method": False}
        )
        cls.deliveries = cls.env["billing.delivery"].sudo()

    def setUp(self):
        super().setUp()
        self.sink.faults.clear()
        self.sink.mails.clear()
        self.sink.commands.clear()
        self.commits = []
        self.patch(self.registry["ir.mail_server"], "_disable_send", lambda *_args: False)
        self.patch(ir_mail_server, "SMTP_TIMEOUT", 2)
        Delivery = self.registry["billing.delivery"]
        self.patch(Delivery, "_commit", lambda _model, *args, **kwargs: self._commit())
        self.patch(Delivery, "_rollback", lambda _model: self._rollback())
        self._set_savepoint()
        self.patch(self.registry["account.move.send"], "_prepare_invoice_pdf_report", _render)

    def _set_savepoint(self):
        self.env.flush_all()
        self.env.cr.execute("SAVEPOINT delivery")

    def _commit(self):
        """What was done up to here stays, as after a commit."""
        self._set_savepoint()
        self.commits.append({d.id: d.state for d in self.deliveries.search([])})
        return float("inf")

    def _rollback(self):
        self.env.clear()
        self.env.cr.execute("ROLLBACK TO SAVEPOINT delivery")

    @contextmanager
    def _fault(self, where, what):
        self.sink.faults[where] = what
        try:
            yield
        finally:
            self.sink.faults.pop(where)

    def _request(self, move=None, **values):
        """An invoice whose delivery is asked for; return the delivery."""
        move = move or self._create_open_invoice(**values)
        return move._request_delivery()

    def _run(self, now=NOW, deliveries=None):
        """One run over the given deliveries, all by default."""
        domain = Domain.TRUE if deliveries is None else Domain("id", "in", deliveries.ids)
        self.deliveries._run_delivery(now, domain)
        self.env.invalidate_all()

    def _later(self, **delta):
        return NOW + timedelta(**delta)

    def _events(self, move):
        return (
            self.env["billing.event"].sudo()
            .search([("res_model", "=", "account.move"), ("res_id", "=", move.id),
                     ("type", "like", "invoice.deliver%")], order="id")
            .mapped("type")
        )  # fmt: skip


def _render(_self, invoices_data):
    for invoice, data in invoices_data.items():
        data["pdf_attachment_values"] = {
            "name": f"{invoice.name.replace('/', '_')}.pdf",
            "raw": PDF,
            "mimetype": "application/pdf",
            "res_model": invoice._name,
            "res_id": invoice.id,
            "res_field": "invoice_pdf_report_file",
        }
