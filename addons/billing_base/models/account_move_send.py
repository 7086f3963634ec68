from odoo import api, models


class AccountMoveSend(models.AbstractModel):
    _inherit = "account.move.send"

    @api.model
    def _get_mail_default_field_value_from_template(
        self, mail_template, lang, move, field, **kwargs
    ):
        """Invoices of a unit come from the unit's sender."""
        if field == "email_from" and (sender := move.business_unit_id.email_from):
            return sender
        return super()._get_mail_default_field_value_from_template(
            mail_template, lang, move, field, **kwargs
        )
