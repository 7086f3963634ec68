from odoo import api, fields, models
from odoo.fields import Domain


class BillingTestClockResult(models.Model):
    """One thing that happened on one day of a test clock, with the way to it."""

    _name = "billing.test.clock.result"
    _description = "Result of a Test Clock"
    _order = "date desc, id desc"

    clock_id = fields.Many2one(
        "billing.test.clock", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="clock_id.company_id", store=True)
    date = fields.Date(required=True, readonly=True)
    name = fields.Char("What Happened", required=True, readonly=True)
    res_model = fields.Char("Document Model", readonly=True)
    res_id = fields.Many2oneReference("Document ID", model_field="res_model", readonly=True)
    document_name = fields.Char("Document", readonly=True)
    amount = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)

    def action_open_document(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }


class BillingTestClock(models.Model):
    _inherit = "billing.test.clock"

    result_ids = fields.One2many("billing.test.clock.result", "clock_id", readonly=True)
    result_count = fields.Integer("Results", compute="_compute_result_count")

    def _compute_result_count(self):
        groups = self.env["billing.test.clock.result"]._read_group(
            [("clock_id", "in", self.ids)], ["clock_id"], ["__count"]
        )
        counts = {clock.id: count for clock, count in groups}
        for clock in self:
            clock.result_count = counts.get(clock.id, 0)

    def _get_result_marks(self):
        """Where documents and facts of the customer end before a day."""
        self.ensure_one()
        return {
            model: self.env[model].sudo().search([], order="id desc", limit=1).id or 0
            for model in ("account.move", "billing.event")
        }

    def _record_results(self, today, marks):
        """Keep what one day has made for the customer: documents and facts.

        :param dict marks: as of ``_get_result_marks()`` before the day
        """
        values = [
            *self._prepare_document_results(marks["account.move"]),
            *self._prepare_event_results(marks["billing.event"]),
        ]
        self.env["billing.test.clock.result"].sudo().create(
            [{**row, "clock_id": self.id, "date": today} for row in values]
        )

    def _get_result_domain(self, last_id):
        return Domain(
            [
                ("id", ">", last_id),
                ("company_id", "=", self.company_id.id),
                ("partner_id.commercial_partner_id", "=", self.partner_id.id),
            ]
        )

    def _prepare_document_results(self, last_id):
        sale = Domain("move_type", "in", ("out_invoice", "out_refund", "out_receipt"))
        moves = self.env["account.move"].sudo()
        types = dict(moves._fields["move_type"]._description_selection(self.env))
        return [
            {
                "name": types[move.move_type],
                "res_model": move._name,
                "res_id": move.id,
                "document_name": move.display_name,
                "amount": -move.amount_total
                if move.move_type == "out_refund"
                else move.amount_total,
                "currency_id": move.currency_id.id,
            }
            for move in moves.search(self._get_result_domain(last_id) & sale, order="id")
        ]

    def _prepare_event_results(self, last_id):
        labels = self._get_event_labels()
        events = self.env["billing.event"].sudo()
        rows = []
        for event in events.search(self._get_result_domain(last_id), order="id"):
            label = labels.get(event.type, event.type)
            document = event._get_document()
            if label:
                rows.append(
                    {
                        "name": label,
                        "res_model": event.res_model if document else False,
                        "res_id": event.res_id if document else False,
                        "document_name": document.display_name if document else False,
                    }
                )
        return rows

    @api.model
    def _get_event_labels(self):
        """What facts are called in the results of a clock.

        Addons extend the dict with their own types; an empty label leaves out what the list
        shows anyway, e.g. as a document.

        :return: dict of event type -> translated text
        """
        return {
            "invoice.settled": self.env._("Invoice settled"),
            "invoice.unsettled": self.env._("Invoice open again"),
            "invoice.delivered": self.env._("Invoice delivered"),
            "invoice.delivery_failed": self.env._("Invoice not delivered"),
        }
