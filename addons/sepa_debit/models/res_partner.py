from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    sepa_mandate_ids = fields.One2many("sepa.mandate", "partner_id", "SEPA Mandates")
