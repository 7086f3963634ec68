from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DunningHold(models.Model):
    """Dunning of a contract can rest as a whole, the customer's others go on."""

    _inherit = "dunning.hold"

    subscription_id = fields.Many2one(
        "billing.subscription",
        "Contract",
        check_company=True,
        index="btree_not_null",
        domain="[('partner_id', 'child_of', partner_id), ('company_id', '=', company_id)]",
        help="All its invoices rest, also those that are still to come.",
    )

    @api.depends("subscription_id.business_unit_id")
    def _compute_business_unit_id(self):
        result = super()._compute_business_unit_id()
        for hold in self.filtered("subscription_id"):
            hold.business_unit_id = hold.subscription_id.business_unit_id
        return result

    @api.constrains("subscription_id", "move_id", "partner_id")
    def _check_subscription_id(self):
        for hold in self.filtered("subscription_id"):
            if hold.move_id:
                raise ValidationError(
                    self.env._("Contract, Invoice: a hold is about one of them. Choose only one.")
                )
            payer = hold.subscription_id._get_payer().commercial_partner_id
            if payer != hold.partner_id:
                raise ValidationError(
                    self.env._(
                        "Contract: %(contract)s is paid by %(payer)s. Choose one of the customer, "
                        "or change the customer.",
                        contract=hold.subscription_id.name,
                        payer=payer.name,
                    )
                )

    def _get_held_moves(self):
        held = super()._get_held_moves()
        contracts = self.subscription_id
        if not contracts:
            return held
        groups = (
            self.env["billing.period"]
            .sudo()
            ._read_group(
                [("subscription_id", "in", contracts.ids), ("move_id", "!=", False)],
                ["subscription_id"],
                ["move_id:array_agg"],
            )
        )
        moves = {contract.id: set(ids) for contract, ids in groups}
        for hold in self.filtered("subscription_id"):
            held[hold.id] = moves.get(hold.subscription_id.id, set())
        return held
