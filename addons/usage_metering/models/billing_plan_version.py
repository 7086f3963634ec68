from odoo import fields, models


class BillingPlanVersion(models.Model):
    """What a plan says about usage."""

    _inherit = "billing.plan.version"

    usage_correction = fields.Selection(
        [
            ("next_run", "With the next billing run"),
            ("next_invoice", "With the next invoice"),
            ("own_document", "On a document of its own"),
        ],
        string="Later Usage Is Billed",
        default="next_run",
        required=True,
        help="Usage that arrives, changes or is cancelled after its period was billed: the period "
        "is rated again and the difference billed or given back. On a document of its own: as a "
        "supplementary invoice or a credit note.",
    )
    usage_ignore_below = fields.Monetary(
        string="Ignore Differences Below",
        help="Smaller differences are listed, but not billed until they amount to more. Zero: "
        "each is billed.",
    )
    usage_interim_amount = fields.Monetary(
        string="Interim Invoice At",
        help="Once the usage of a period that is not billed yet costs so much, it is billed "
        "before the period is over. Zero: billed when the period is over.",
    )
    is_trial_usage_charged = fields.Boolean(
        string="Usage in the Trial Is Charged",
        help="Fees begin after the trial, usage counts from the start of the contract.",
    )

    _usage_limits_not_negative = models.Constraint(
        "CHECK (COALESCE(usage_ignore_below, 0) >= 0 AND COALESCE(usage_interim_amount, 0) >= 0)",
        "Ignore Differences Below, Interim Invoice At: enter zero or more.",
    )

    def _get_frozen_fields(self):
        return super()._get_frozen_fields() | {"is_trial_usage_charged"}
