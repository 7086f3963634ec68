from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DunningLevel(models.Model):
    """Consequences for the contracts whose invoices are not paid."""

    _inherit = "dunning.level"

    action = fields.Selection(
        selection_add=[
            ("restrict", "Take features away"),
            ("suspend", "Suspend the contract"),
            ("cancel", "End the contract"),
            ("hand_over",),
        ],
        ondelete={"restrict": "set default", "suspend": "set default", "cancel": "set default"},
    )
    withheld_feature_ids = fields.Many2many(
        "billing.feature",
        string="Features Taken Away",
        help="Of the contracts on the unpaid invoices, until they are paid.",
    )
    is_billed_meanwhile = fields.Boolean(
        "Billed Meanwhile",
        default=True,
        help="Whether the time of the suspension is charged all the same.",
    )

    @api.constrains("action", "withheld_feature_ids")
    def _check_withheld_features(self):
        for level in self:
            if level.action == "restrict" and not level.withheld_feature_ids:
                raise ValidationError(
                    self.env._(
                        "Features Taken Away: choose what customers may not use any more after "
                        "“%s”. To take everything, choose “Suspend the contract”.",
                        level.name,
                    )
                )

    def _get_consequence_text(self, day, moves):
        self.ensure_one()
        contracts = moves.sudo()._get_billing_subscriptions()._get_in_force()
        if self.action not in ("restrict", "suspend", "cancel"):
            return super()._get_consequence_text(day, moves)
        if not contracts:
            return ""
        names = ", ".join(f"{contract.name} ({contract.plan_id.name})" for contract in contracts)
        if self.action == "restrict":
            return self.env._(
                "If we have not received your payment by then, you can no longer use the "
                "following from %(date)s on, until you have paid: %(features)s (contract "
                "%(contracts)s). Your data, your invoices and payment stay available.",
                date=day,
                features=", ".join(self.withheld_feature_ids.mapped("name")),
                contracts=names,
            )
        if self.action == "suspend":
            return self.env._(
                "If we have not received your payment by then, we will suspend the contract "
                "%(contracts)s from %(date)s on, until you have paid. Your data, your invoices "
                "and payment stay available.",
                date=day,
                contracts=names,
            )
        return self.env._(
            "If we have not received your payment by then, we will end the contract %(contracts)s "
            "for good cause on %(date)s. What you owe until then remains due.",
            date=day,
            contracts=names,
        )
