from odoo import fields, models


class DunningHold(models.Model):
    _inherit = "dunning.hold"

    is_from_customer = fields.Boolean(
        "Entered by the Customer", readonly=True, help="On the page of the invoice."
    )
