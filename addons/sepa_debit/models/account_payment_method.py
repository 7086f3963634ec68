from odoo import api, models

SEPA_DEBIT = "sepa_debit"


class AccountPaymentMethod(models.Model):
    _inherit = "account.payment.method"

    @api.model
    def _get_payment_method_information(self):
        information = super()._get_payment_method_information()
        information[SEPA_DEBIT] = {
            "mode": "multi",
            "type": ("bank",),
            "currency_ids": self.env.ref("base.EUR").ids,
        }
        return information

    @api.model
    def _get_sdd_payment_method_code(self):
        return [*super()._get_sdd_payment_method_code(), SEPA_DEBIT]
