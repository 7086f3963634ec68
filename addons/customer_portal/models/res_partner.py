from odoo import models
from odoo.exceptions import UserError


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_preview_billing_account(self):
        """Show the customer's account as the customer sees it."""
        self.ensure_one()
        if self.env.user.business_unit_ids:
            raise UserError(
                self.env._(
                    "The customer's account shows documents of all business units, and you are "
                    "limited to some. Ask a colleague who is not limited."
                )
            )
        return {
            "type": "ir.actions.act_url",
            "target": "self",
            "url": f"/my/billing/preview/{self.id}",
        }
