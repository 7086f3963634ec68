from odoo import models
from odoo.exceptions import UserError


class SaleAdvancePaymentInv(models.TransientModel):
    _inherit = "sale.advance.payment.inv"

    def _create_invoices(self, sale_orders):
        """A down payment would be deducted from an invoice that a contract makes."""
        planned = self.sale_order_ids.filtered("has_contract_lines")
        if planned and self.advance_payment_method != "delivered":
            raise UserError(
                self.env._(
                    "%(order)s concludes contracts, which invoice by themselves. Instead of a "
                    "down payment have them start when they are paid (“Start When Paid”).",
                    order=planned[0].name,
                )
            )
        return super()._create_invoices(sale_orders)
