from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    billing_release = fields.Selection(
        [("automatic", "By itself, every hour"), ("manual", "When a person releases it")],
        string="Billing Runs Start",
        default="automatic",
        required=True,
        help="Whether due contracts are billed by themselves, or wait for somebody who looks at "
        "the preview and releases the run.",
    )
    billing_jump_percent = fields.Float(
        string="Unusual Change (%)",
        default=30.0,
        help="The preview of a run names invoices that differ by more from the one before. "
        "Zero: it does not look at that.",
    )

    _billing_jump_not_negative = models.Constraint(
        "CHECK (billing_jump_percent >= 0)",
        "Unusual Change: enter zero, or a number of percent.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    billing_release = fields.Selection(related="company_id.billing_release", readonly=False)
    billing_jump_percent = fields.Float(related="company_id.billing_jump_percent", readonly=False)
