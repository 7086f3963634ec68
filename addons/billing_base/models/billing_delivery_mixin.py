from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from ..core.delivery import choose_channel


class BillingDeliveryMixin(models.AbstractModel):
    """A document that is delivered to a customer by mail, in the portal or by post.

    Needs ``company_id`` and ``partner_id``, optionally ``business_unit_id``, and the threads and
    activities of ``mail``. What is done with the document is in the methods below that raise
    ``NotImplementedError``; the rest is ``billing.delivery``'s.
    """

    _name = "billing.delivery.mixin"
    _description = "Deliverable Document"

    # First word of the facts in the outbox: "invoice" gives "invoice.delivered".
    _delivery_noun = "document"

    billing_delivery_count = fields.Integer(
        "Deliveries",
        compute="_compute_billing_delivery",
        groups="billing_base.group_billing_user",
    )
    billing_delivery_state = fields.Selection(
        selection=lambda self: (
            self.env["billing.delivery"]._fields["state"]._description_selection(self.env)
        ),
        string="Delivery",
        compute="_compute_billing_delivery",
        groups="billing_base.group_billing_user",
        help="State of the latest delivery of this document.",
    )

    def _compute_billing_delivery(self):
        latest = {}
        for delivery in self._get_deliveries():
            latest.setdefault(delivery.res_id, []).append(delivery.state)
        for document in self:
            states = latest.get(document.id, ())
            document.billing_delivery_count = len(states)
            document.billing_delivery_state = states[0] if states else False

    def _get_deliveries(self):
        """The deliveries of these documents that the user may see, the latest first."""
        return self.env["billing.delivery"].search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        )

    # === REQUEST === #

    def _request_delivery(self, agreed=None, cause="posted", **values):
        """Ask for the delivery of these documents, once per document and cause.

        Contract: called in the transaction that makes the documents final, for any number of
        documents at once. Sends nothing itself.

        :param dict agreed: document id -> channel that was agreed for it ("mail", "portal",
            "post", "none"); documents that are missing or empty here follow the customer's
            choice, then their unit
        :param str cause: what asks; the same cause never delivers a document twice
        :param values: ``by_person`` takes up cancelled ones too; other values of the deliveries
        :return: the new ``billing.delivery`` records, with sudo
        """
        agreed = agreed or {}
        channels = {
            document.id: document._get_delivery_channel(agreed.get(document.id))
            for document in self
        }
        return self.env["billing.delivery"]._request(self, channels, cause, **values)

    def _get_delivery_channel(self, agreed=None):
        """The channel of this document: as agreed, else the customer's choice, else the unit's."""
        self.ensure_one()
        document = self.sudo().with_company(self.company_id)
        customer = document.partner_id.commercial_partner_id.invoice_sending_method
        unit = document.business_unit_id.delivery_method if "business_unit_id" in self else None
        return choose_channel(agreed or None, customer or None, [unit]).value

    def _prepare_delivery_values(self, channel):
        """Values of a delivery of this document."""
        self.ensure_one()
        unit = self.business_unit_id if "business_unit_id" in self else None
        return {
            "res_model": self._name,
            "res_id": self.id,
            "document_name": self.display_name,
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "business_unit_id": unit.id if unit else False,
            "channel": channel,
            "is_link_only": channel == "portal" and bool(unit and unit.portal_delivery_mail),
        }

    def _cancel_delivery(self, reason):
        """The documents are not final any more: what has not left yet stays here.

        :param str reason: translated, shown on the delivery
        """
        stays = ("sent", "sending", "unknown", "cancelled")
        waiting = self.sudo()._get_deliveries().filtered(lambda d: d.state not in stays)
        for delivery in waiting:
            delivery._drop_mail()
        return waiting._set_state(
            "cancelled", reason=reason, next_attempt_at=False, is_taken_back=True
        )

    def _resume_delivery(self):
        """The documents are final again: what was taken back with them goes on."""
        self.env["billing.delivery"].sudo().search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("is_taken_back", "=", True),
            ]
        )._take_up()

    # === TO BE IMPLEMENTED === #

    def _get_delivery_obstacle(self):
        """Why this document must not leave now, in words of the user; False when it may."""
        return False

    def _post_delivery_message(self, delivery, message_id):
        """Post the message that delivers this document, without sending anything.

        Contract: exactly one ``mail.message`` with this ``message_id`` (the header of the mail),
        with the notifications and mails to its recipients that core's notification makes, and
        the document attached unless ``delivery.is_link_only``.

        :raise UserError: when there is nobody to send to, or the document cannot be made
        """
        raise NotImplementedError

    def _get_delivery_pdf(self):
        """Return the document as bytes of a PDF, made when missing."""
        raise NotImplementedError

    def _get_delivery_responsible(self):
        """The user who is told when the delivery needs a person; may be empty."""
        return self.env["res.users"]

    def _delivered_hook(self):
        """Called in the transaction in which deliveries of these documents became delivered."""

    # === ACTIONS === #

    def action_view_deliveries(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "billing_base.billing_delivery_action"
        )
        deliveries = self._get_deliveries()
        if len(deliveries) == 1:
            return action | {
                "views": [(False, "form")],
                "view_mode": "form",
                "res_id": deliveries.id,
            }
        return action | {"domain": [("id", "in", deliveries.ids)], "context": {}}

    def action_request_delivery(self):
        """Deliver documents that were not asked for yet; the list says what happens to them."""
        self.env["billing.delivery"]._check_may_act()
        self.check_access("read")
        for document in self:
            if obstacle := document._get_delivery_obstacle():
                raise UserError(obstacle)
        if not self._request_delivery(by_person=True) and not self._get_deliveries():
            raise UserError(
                self.env._(
                    "None of these customers wants invoices from here: their sending method is "
                    "“Manual” or belongs to another app. Choose another sending method on the "
                    "customer."
                )
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "billing_base.billing_delivery_action"
        )
        return action | {"domain": [("id", "in", self._get_deliveries().ids)], "context": {}}

    def _log_delivery(self, text):
        for document in self.sudo():
            document._message_log(body=plaintext2html(text))

    def unlink(self):
        """A document that is gone is not delivered any more."""
        deliveries = self.sudo()._get_deliveries()
        result = super().unlink()
        deliveries.unlink()
        return result
