from odoo import api, fields, models


class MailMail(models.Model):
    """All mails of Odoo pass through ``send`` and ``_send``, whoever wrote them.

    Those of a sandbox company are kept as they would have left and shown as held back. Those of
    a delivery leave only by its own run, which alone knows whether they may have left already.
    """

    _inherit = "mail.mail"

    billing_delivery_id = fields.Many2one(
        "billing.delivery", "Delivery", index="btree_not_null", ondelete="set null", copy=False
    )

    def send(self, *args, **kwargs):
        leaving = self._leave_out_held()._leave_out_deliveries()
        return super(MailMail, leaving).send(*args, **kwargs)

    def _send(self, *args, **kwargs):
        leaving = self._leave_out_held()._leave_out_deliveries()
        return super(MailMail, leaving)._send(*args, **kwargs)

    def mark_outgoing(self):
        """Retry of a delivery: by its own run."""
        deliveries = self.filtered("billing_delivery_id")
        deliveries._leave_out_deliveries()
        return super(MailMail, self - deliveries).mark_outgoing()

    # === SANDBOX === #

    def _leave_out_held(self):
        """Hold back what belongs to a sandbox company; return the rest."""
        companies = self._get_document_companies()
        held = self.filtered(lambda mail: not companies[mail.id]._may_reach_outside())
        held._hold_back()
        return self - held

    def _get_document_companies(self):
        """Mail id -> ``res.company`` of the document; empty where there is none."""
        companies = {mail.id: mail.sudo().record_company_id for mail in self}
        for model, mails in self.grouped("model").items():
            if not model or model not in self.env:
                continue
            documents = self.env[model].sudo().browse(mails.mapped("res_id")).exists()
            own = documents._mail_get_companies()
            for mail in mails:
                companies[mail.id] = own.get(mail.res_id) or companies[mail.id]
        return companies

    def _hold_back(self):
        """Keep the mails and say in the chatter that they did not leave."""
        if not self:
            return
        text = self._get_sandbox_text()
        self.sudo().write({"state": "cancel", "failure_reason": text, "auto_delete": False})
        notifications = self.env["mail.notification"].sudo()
        notifications.search([("mail_mail_id", "in", self.ids)]).write(
            {"notification_status": "canceled", "failure_reason": text}
        )

    @api.model
    def _get_sandbox_text(self):
        return self.env._("Held back: the company is a billing sandbox, nothing leaves it.")

    # === DELIVERIES === #

    def _leave_out_deliveries(self):
        """Leave mails of deliveries to their own run, which is asked to try again."""
        allowed = self.env.context.get("billing_delivery")
        mails = self.filtered(
            lambda mail: mail.billing_delivery_id and mail.billing_delivery_id.id != allowed
        )
        if mails:
            mails.filtered(lambda mail: mail.state == "outgoing").write({"state": "exception"})
            mails.sudo().billing_delivery_id._try_again_now()
        return self - mails
