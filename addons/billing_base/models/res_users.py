from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResUsers(models.Model):
    _inherit = "res.users"

    business_unit_ids = fields.Many2many(
        "billing.business.unit",
        "billing_business_unit_user_rel",
        "user_id",
        "unit_id",
        string="Business Units",
        # An archived unit still limits: else archiving the last unit would show everything.
        context={"active_test": False},
        help="Limits the user to documents of these units and documents without a unit. "
        "Empty: the user sees the documents of all units.",
    )

    @api.constrains("business_unit_ids")
    def _check_business_unit_users(self):
        for user in self.sudo().filtered(lambda user: user.share and user.business_unit_ids):
            raise ValidationError(
                self.env._(
                    "%(user)s is a portal user and sees only their own documents. Only internal "
                    "users can be limited to business units.",
                    user=user.display_name,
                )
            )

    @api.model
    def _get_invalidation_fields(self):
        # What record rules allow is cached per user.
        return super()._get_invalidation_fields() | {"business_unit_ids"}
