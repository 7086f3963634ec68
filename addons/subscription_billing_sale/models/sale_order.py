from odoo import Command, api, fields, models

OPEN_STATES = ("draft", "sent")


class SaleOrder(models.Model):
    """Orders that conclude or extend contracts."""

    _inherit = "sale.order"

    business_unit_id = fields.Many2one(
        "billing.business.unit",
        check_company=True,
        tracking=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The unit that invoices this order and its contracts.",
    )
    billing_subscription_id = fields.Many2one(
        "billing.subscription",
        string="Extends Contract",
        check_company=True,
        domain="[('state', 'in', ('trial', 'active')), ('partner_id', 'child_of', partner_id)]",
        help="Options and quantities on this order are added to the contract on confirmation.",
    )
    billing_start_date = fields.Date(
        string="Contracts Start On",
        copy=False,
        help="Empty: on the day the order is confirmed.",
    )
    is_billing_prepaid = fields.Boolean(
        string="Start When Paid",
        help="The contracts of this order start when their first invoice is paid, which a payment "
        "of the order does. Otherwise the plan decides.",
    )
    has_contract_lines = fields.Boolean(compute="_compute_has_contract_lines")
    billing_subscription_ids = fields.One2many(
        "billing.subscription", "sale_order_id", string="Contracts"
    )
    billing_subscription_count = fields.Integer(
        string="Number of Contracts",
        compute="_compute_billing_subscription_count",
        groups="billing_base.group_billing_user",
    )

    @api.depends("order_line.billing_charge_id", "order_line.billing_plan_id")
    def _compute_has_contract_lines(self):
        for order in self:
            order.has_contract_lines = any(
                line.billing_charge_id or line.billing_plan_id for line in order.order_line
            )

    @api.depends("billing_subscription_ids", "billing_subscription_id")
    def _compute_billing_subscription_count(self):
        for order in self:
            contracts = order.billing_subscription_ids | order.billing_subscription_id
            order.billing_subscription_count = len(contracts)

    def action_view_billing_subscriptions(self):
        self.ensure_one()
        contracts = self.billing_subscription_ids | self.billing_subscription_id
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.action_billing_subscription"
        )
        if len(contracts) == 1:
            return action | {"views": [(False, "form")], "res_id": contracts.id}
        return action | {"domain": [("id", "in", contracts.ids)], "context": {}}

    # === WHAT COMES WITH A PLAN === #

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._complete_plans()
        return orders

    def write(self, vals):
        result = super().write(vals)
        if "order_line" in vals:
            self._complete_plans()
        return result

    def _complete_plans(self):
        """State everything a plan charges: lines for its other charges, and none left over.

        Options are not added: they are lines that somebody chooses.
        """
        # Who sells need not read price lists of plans beyond what the order shows.
        for order in self.sudo().filtered(lambda order: order.state in OPEN_STATES):
            lines = order.order_line
            plan_lines = lines.filtered(lambda line: line.billing_plan_id)
            wanted = [
                (plan_line, charge)
                for plan_line in plan_lines.sorted(lambda line: (line.sequence, line.id))
                for charge in plan_line.billing_charge_id.version_id.charge_ids
                if not charge.is_option and charge != plan_line.billing_charge_id
            ]
            companions = lines.filtered("is_billing_companion")
            found = {(line._get_plan_line(), line.billing_charge_id): line for line in companions}
            left_over = companions - lines.browse().union(
                *[found[pair] for pair in wanted if pair in found]
            )
            left_over.unlink()
            missing = [pair for pair in wanted if pair not in found]
            if missing:
                order.order_line = [
                    Command.create(order._prepare_companion_values(*pair)) for pair in missing
                ]

    def _prepare_companion_values(self, plan_line, charge):
        """The line of a charge that comes with a plan, right behind the line of the plan."""
        return {
            "product_id": charge.product_id.id,
            "name": charge.with_context(lang=self.partner_id.lang).name,
            "product_uom_qty": charge.default_quantity or 1.0,
            "sequence": plan_line.sequence,
            "billing_charge_id": charge.id,
            "billing_plan_id": False,
            "is_billing_companion": True,
        }

    # === INVOICES OF THE ORDER ITSELF === #

    def _force_lines_to_invoice_policy_order(self):
        result = super()._force_lines_to_invoice_policy_order()
        self.order_line.filtered("billing_charge_id").qty_to_invoice = 0
        return result

    def _generate_downpayment_invoices(self):
        """A payment for what contracts invoice waits for their first invoices instead."""
        without = self.filtered(lambda order: not order.has_contract_lines)
        return super(SaleOrder, without)._generate_downpayment_invoices()

    def _prepare_invoice(self):
        unit = self.business_unit_id
        return super()._prepare_invoice() | unit._prepare_invoice_defaults(self.partner_invoice_id)
