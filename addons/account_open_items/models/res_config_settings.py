from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    open_item_marks = fields.Char(related="company_id.open_item_marks", readonly=False)
    open_item_warning_days = fields.Integer(
        related="company_id.open_item_warning_days", readonly=False
    )
    open_item_small_amount = fields.Monetary(
        related="company_id.open_item_small_amount",
        readonly=False,
        currency_field="currency_id",
    )
