from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import plaintext2html

MAX_TEXT = 500


class CustomerPortalAccount(models.AbstractModel):
    """Customers may say that something is wrong with an invoice: it is not dunned meanwhile.

    All methods trust the invoice they are given: the caller has checked whose it is.
    """

    _inherit = "customer.portal.account"

    @api.model
    def _get_objection(self, move):
        """The objection to an invoice that is still to be decided, with sudo; maybe empty."""
        today = move.commercial_partner_id._get_billing_today(move.company_id)
        holds = self.env["dunning.hold"].sudo()
        return holds.search(
            Domain("move_id", "=", move.id)
            & Domain("kind", "=", "dispute")
            & holds._get_active_domain(today),
            limit=1,
        )

    @api.model
    def _may_object(self, move):
        """Whether an invoice is one that could be dunned and has no objection yet."""
        return (
            move.move_type == "out_invoice"
            and move.state == "posted"
            and not move._is_settled()
            and not self._get_objection(move)
        )

    @api.model
    def _object(self, move, text):
        """Take down an objection; dunning of the invoice rests until somebody decides.

        :raise UserError: when there is no text, it is too long, or nothing can be objected to
        """
        text = " ".join((text or "").split())
        if not text:
            raise UserError(self.env._("Your question: please tell us what is wrong."))
        if len(text) > MAX_TEXT:
            raise UserError(
                self.env._(
                    "Your question: up to %s characters are possible. Shorten it.", MAX_TEXT
                )
            )
        if not self._may_object(move):
            raise UserError(
                self.env._("This invoice is settled or under review already. Please contact us.")
            )
        move = move.sudo()
        move.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=(move.invoice_user_id or move.create_uid).id,
            summary=self.env._("The customer objects to this invoice"),
            note=plaintext2html(text),
        )
        values = self._prepare_objection(move, text)
        return self.env["dunning.hold"].sudo().create(values)

    @api.model
    def _prepare_objection(self, move, text):
        customer = move.commercial_partner_id
        return {
            "company_id": move.company_id.id,
            "partner_id": customer.id,
            "move_id": move.id,
            "kind": "dispute",
            "reason": text,
            "is_from_customer": True,
            "start_date": customer._get_billing_today(move.company_id),
        }
