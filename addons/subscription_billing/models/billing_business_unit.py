from odoo import models


class BillingBusinessUnit(models.Model):
    _inherit = "billing.business.unit"

    def _has_documents(self):
        contracts = self.env["billing.subscription"].sudo()
        return super()._has_documents() or bool(
            contracts.search_count([("business_unit_id", "=", self.id)], limit=1)
        )
