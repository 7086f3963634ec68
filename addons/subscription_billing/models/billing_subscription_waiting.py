from odoo import fields, models
from odoo.fields import Domain


class BillingSubscription(models.Model):
    """Contracts that a person keeps from being billed, until a person lets them go on."""

    _inherit = "billing.subscription"

    billing_hold_reason = fields.Char(
        string="Billing Held Because",
        readonly=True,
        copy=False,
        tracking=True,
        index="btree_not_null",
        groups="base.group_user",
        help="Runs leave the contract out until somebody lets its billing go on. Its time runs on "
        "and is billed then.",
    )

    def _get_due_domain(self, today):
        free = Domain("billing_hold_reason", "=", False)
        return super()._get_due_domain(today) & free

    def _hold_billing(self, reason):
        """Leave contracts out of all runs until ``action_release_billing``.

        :param str reason: for people
        """
        self.write({"billing_hold_reason": reason})

    def action_release_billing(self):
        """Let held contracts be billed again, by the next run."""
        self.write({"billing_hold_reason": False})
        return True
