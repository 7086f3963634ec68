from odoo import fields, models


class BillingCharge(models.Model):
    """A charge whose quantity is measured."""

    _inherit = "billing.charge"

    meter_id = fields.Many2one(
        "usage.meter",
        index="btree_not_null",
        ondelete="restrict",
        help="The quantity is what this meter measured in the period. It is billed when the period "
        "is over, and never in part.",
    )
    usage_filter_ids = fields.One2many(
        "usage.filter",
        "charge_id",
        string="Only Usage With",
        copy=True,
        help="Only events with these properties are charged, e.g. of one region.",
    )
