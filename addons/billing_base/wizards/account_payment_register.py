from odoo import models


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    def _create_payment_vals_from_wizard(self, batch_result):
        values = super()._create_payment_vals_from_wizard(batch_result)
        return {**values, **self._prepare_unit_values(batch_result)}

    def _create_payment_vals_from_batch(self, batch_result):
        values = super()._create_payment_vals_from_batch(batch_result)
        return {**values, **self._prepare_unit_values(batch_result)}

    def _prepare_unit_values(self, batch_result):
        """A payment for invoices of one unit belongs to it; for mixed invoices to none."""
        units = {move.business_unit_id.id for move in batch_result["lines"].move_id}
        return {"business_unit_id": units.pop() if len(units) == 1 else False}
