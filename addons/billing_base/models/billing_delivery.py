from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.delivery import CUSTOMER_CHOICES, OPEN, State, may_change
from ..exceptions import TransactionConflict

POSTED = "posted"


class BillingDelivery(models.Model):
    """One document on its way to one customer: leaves once, and never fails in silence.

    A row is asked for when the document is posted and worked off later, outside that transaction.
    """

    _name = "billing.delivery"
    _description = "Delivery of a Document"
    _order = "id desc"
    _rec_name = "document_name"

    # === THE DOCUMENT === #

    res_model = fields.Char("Document Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Document ID", model_field="res_model", required=True, readonly=True
    )
    document_name = fields.Char("Document", readonly=True)
    partner_id = fields.Many2one(
        "res.partner", "Customer", readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    business_unit_id = fields.Many2one(
        "billing.business.unit", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    cause = fields.Char(
        required=True,
        readonly=True,
        default=POSTED,
        help="What the delivery was asked for by. A document is delivered once per cause.",
    )
    request_reason = fields.Char(
        "Sent Again Because", readonly=True, help="Why the document was sent another time."
    )

    # === THE WAY === #

    channel = fields.Selection(
        [("mail", "Email"), ("portal", "Customer Portal"), ("post", "Post")],
        required=True,
        readonly=True,
    )
    is_link_only = fields.Boolean(
        "Link Only",
        readonly=True,
        help="The email tells the customer where to find the document and has no attachment.",
    )
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("retry", "Failed, Tried Again"),
            ("sending", "Being Sent"),
            ("unknown", "Outcome Unknown"),
            ("failed", "Failed"),
            ("held", "Held Back (Sandbox)"),
            ("sent", "Delivered"),
            ("cancelled", "Cancelled"),
        ],
        default="waiting",
        required=True,
        readonly=True,
        index=True,
    )
    reason = fields.Text(readonly=True, help="Why the document is not delivered, and what to do.")
    recipients = fields.Char(readonly=True, help="Addresses the email goes to.")
    reached_recipients = fields.Char(
        readonly=True, help="Addresses whose mail server has accepted the email."
    )
    attempt_count = fields.Integer("Attempts", readonly=True)
    last_attempt_at = fields.Datetime("Last Attempt", readonly=True)
    next_attempt_at = fields.Datetime("Next Attempt", readonly=True)
    printed_at = fields.Datetime("Printed", readonly=True)
    sent_at = fields.Datetime("Delivered On", readonly=True)
    is_taken_back = fields.Boolean(
        "Taken Back",
        readonly=True,
        help="The document is not final at the moment; when it is posted again, it is delivered.",
    )
    mail_message_id = fields.Many2one(
        "mail.message", "Email", readonly=True, index="btree_not_null", ondelete="set null"
    )

    _document_cause_uniq = models.UniqueIndex("(res_model, res_id, cause)")
    _open_idx = models.Index("(id) WHERE state IN ('waiting', 'retry', 'sending')")

    def _get_document(self):
        """The document, with its company; empty when it is gone."""
        self.ensure_one()
        document = self.env[self.res_model].browse(self.res_id).exists()
        return document.with_company(self.company_id)

    # === STATE === #

    def _set_state(self, state, **values):
        """The only writer of ``state``. Deliveries that may not change so are left as they are.

        :param str state: one of the states of ``core/delivery.py``
        :param values: further values for those that change
        :return: the deliveries that changed
        """
        changed = self.sudo().filtered(
            lambda delivery: may_change(State(delivery.state), State(state))
        )
        changed.write({"state": state, **values})
        if state in ("sent", "cancelled", "waiting", "held"):
            changed._clear_activities()
        return changed

    def _set_delivered(self, note=False, **values):
        """The documents have reached their customers: state, stamp and fact."""
        changed = self._set_state(
            "sent", sent_at=self.env.cr.now(), next_attempt_at=False, reason=note, **values
        )
        changed._record_facts("delivered")
        for model, deliveries in changed.grouped("res_model").items():
            self.env[model].browse(deliveries.mapped("res_id")).exists()._delivered_hook()
        return changed

    def _set_failed(self, reason, **values):
        """Somebody has to do something: state, fact and an activity with the reason."""
        changed = self._set_state("failed", reason=reason, next_attempt_at=False, **values)
        changed._record_facts("delivery_failed")
        changed._schedule_activities()
        return changed

    def _record_facts(self, participle):
        for model, deliveries in self.grouped("res_model").items():
            documents = self.env[model].browse(deliveries.mapped("res_id")).exists()
            by_document = {delivery.res_id: delivery for delivery in deliveries}
            self.env["billing.event"]._record(
                f"{documents._delivery_noun}.{participle}",
                documents,
                lambda document, rows=by_document: rows[document.id]._prepare_payload(),
            )

    def _prepare_payload(self):
        """What the facts of a delivery say."""
        self.ensure_one()
        payload = {
            "delivery_id": self.id,
            "channel": self.channel,
            "cause": self.cause,
            "attempts": self.attempt_count,
        }
        if self.reached_recipients:
            payload["recipients"] = self.reached_recipients.split(", ")
        if self.reason:
            payload["reason"] = self.reason
        return payload

    # === REQUEST === #

    @api.model
    def _request(self, documents, channels, cause=POSTED, by_person=False, **values):
        """Ask once for the delivery of each document; with a known cause nothing happens again.

        Two queries for any number of documents, beside the insert. A delivery that was taken
        back with its document is taken up again; one that a person has cancelled only when a
        person asks.

        :param documents: recordset of one model with ``billing.delivery.mixin``
        :param dict channels: document id -> "mail", "portal", "post" or "none"
        :return: the deliveries that are new or taken up again, with sudo
        """
        Delivery = self.sudo()
        known = Delivery.search(
            [
                ("res_model", "=", documents._name),
                ("res_id", "in", documents.ids),
                ("cause", "=", cause),
            ]
        )
        by_document = {delivery.res_id: delivery for delivery in known}
        taken_up = known.filtered(
            lambda delivery: (
                delivery.state == "cancelled"
                and (delivery.is_taken_back or by_person)
                and channels[delivery.res_id] != "none"
            )
        )
        for delivery in taken_up:
            delivery.channel = channels[delivery.res_id]
        missing = documents.filtered(
            lambda document: document.id not in by_document and channels[document.id] != "none"
        )
        prepared = [
            {**document._prepare_delivery_values(channels[document.id]), "cause": cause, **values}
            for document in missing.sudo()
        ]
        try:
            created = Delivery.create(prepared)
        except UniqueViolation as error:
            # Somebody else asks for the same. Seen as what it is, the transaction is repeated.
            raise TransactionConflict(str(error)) from error
        taken_up._take_up()
        created._publish()
        created._trigger_cron()
        return taken_up + created

    def _take_up(self):
        """Cancelled deliveries wait again."""
        taken_up = self._set_state(
            "waiting", reason=False, attempt_count=0, next_attempt_at=False, is_taken_back=False
        )
        taken_up._publish()
        taken_up._trigger_cron()

    def _publish(self):
        """What only has to be seen in the portal is there as soon as it is posted."""
        published = self.filtered(lambda d: d.channel == "portal" and not d.is_link_only)
        published._set_delivered()

    def _trigger_cron(self):
        if self.filtered(lambda d: d.channel != "post" and d.state in [s.value for s in OPEN]):
            self.env.ref("billing_base.ir_cron_delivery").sudo()._trigger()

    # === PEOPLE === #

    def _clear_activities(self):
        for delivery in self:
            document = delivery._get_document()
            if document and document.activity_ids:
                document.activity_unlink(["billing_base.mail_activity_delivery_failed"])

    def _schedule_activities(self):
        """Tell the person who looks after the document, once."""
        xml_id = "billing_base.mail_activity_delivery_failed"
        for delivery in self:
            document = delivery._get_document()
            user = document and document._get_delivery_responsible()
            if user and not document.activity_search([xml_id]):
                document.activity_schedule(
                    xml_id,
                    date_deadline=delivery.company_id._get_billing_today(),
                    user_id=user.id,
                    note=delivery.reason,
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        if self.filtered(lambda delivery: delivery.state in ("sent", "sending", "unknown")):
            raise UserError(
                self.env._(
                    "A delivery that has left the house is kept as proof and cannot be deleted. "
                    "Cancel only what has not left."
                )
            )

    @api.model
    def _get_customer_choices(self):
        """Values of the customer's sending method that this addon works off."""
        return list(CUSTOMER_CHOICES)
