from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    is_billing_sandbox = fields.Boolean(related="company_id.is_billing_sandbox", readonly=False)
