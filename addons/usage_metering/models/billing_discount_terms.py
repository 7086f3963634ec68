from odoo import models


class BillingDiscountTerms(models.AbstractModel):
    """A minimum is not reduced: discounts reduce what counts towards it."""

    _inherit = "billing.discount.terms"

    def _applies_to(self, charge):
        return not charge.is_commitment and super()._applies_to(charge)
