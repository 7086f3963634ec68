from odoo import Command, models
from odoo.exceptions import UserError

from odoo.addons.subscription_billing.models.billing_subscription_credit import APPROVAL


class SaleOrder(models.Model):
    """From a confirmed order to its contracts, each concluded exactly once."""

    _inherit = "sale.order"

    def _confirmation_error_message(self):
        """What keeps the order from being confirmed, in words; contracts have more to ask."""
        return super()._confirmation_error_message() or self.sudo()._get_contract_problem()

    def _get_contract_problem(self):
        self.ensure_one()
        for line in self.order_line.filtered(lambda line: not line.display_type):
            if problem := self._get_line_problem(line):
                return problem
        return False

    def _get_line_problem(self, line):
        """Field, record and remedy of what cannot become part of a contract; False if nothing."""
        plan, charge = line.billing_plan_id, line.billing_charge_id
        names = {"product": line.product_id.display_name, "plan": plan.name or ""}
        if plan and not plan.active:
            return self.env._(
                "Plan: %(plan)s of %(product)s is archived. Choose another plan.", **names
            )
        if plan and not charge:
            return self.env._(
                "Plan: %(plan)s of %(product)s has no charge that comes every period. Add one to "
                "the plan, or choose another.",
                **names,
            )
        if self.billing_subscription_id and plan:
            return self.env._(
                "Extends Contract: %(product)s would conclude a new contract (%(plan)s). Sell it "
                "on an order of its own.",
                **names,
            )
        if not charge:
            return False
        version = charge.version_id
        if self.currency_id not in version.currency_ids:
            return self.env._(
                "Pricelist: %(plan)s has no prices in %(currency)s. Choose a price list in "
                "%(currencies)s, or enter prices on its charges.",
                plan=version.plan_id.name,
                currency=self.currency_id.name,
                currencies=" / ".join(version.currency_ids.mapped("name")),
            )
        if charge.charge_model == "flat" and line.product_uom_qty != 1:
            return self.env._(
                "Quantity: %(product)s is a flat fee. Enter 1, or add the product once more for "
                "another contract.",
                **names,
            )
        if not charge._is_agreeable() and line._has_other_price():
            return self.env._(
                "Unit Price: %(product)s is priced by its quantity in the plan. Give a discount "
                "instead of another price.",
                **names,
            )
        return False

    def _action_confirm(self):
        result = super()._action_confirm()
        for order in self.filtered("has_contract_lines"):
            # Whoever may confirm the order, a customer in the portal too, concludes its contracts.
            order.sudo()._conclude_contracts()
        return result

    def _conclude_contracts(self):
        """Make what the order says: new contracts, or more of an existing one.

        Each line does so once, whatever happens to the order afterwards: a contract names its
        line, and the database lets only one do so.
        """
        self.ensure_one()
        order = self.with_company(self.company_id)
        if order.billing_subscription_id:
            order._extend_contract()
            return
        for line in order.order_line.filtered("billing_plan_id"):
            if not line.billing_subscription_ids:
                order._conclude_contract(line)

    def _conclude_contract(self, plan_line):
        """The contract of one plan on the order.

        :param plan_line: the order line that chose the plan
        :return: the new ``billing.subscription``
        """
        lines = self.order_line.filtered(lambda line: line._get_plan_line() == plan_line)
        contract = self.env["billing.subscription"].create(
            self._prepare_contract_values(plan_line, lines)
        )
        contract._add_order_discounts(lines)
        contract.message_post_with_source(
            "mail.message_origin_link",
            render_values={"self": contract, "origin": self},
            subtype_xmlid="mail.mt_note",
        )
        contract.action_activate()
        return contract

    def _prepare_contract_values(self, plan_line, lines):
        """Values of a contract, from what was agreed on the order; addons extend the dict.

        :param plan_line: the order line that chose the plan
        :param lines: all order lines of the contract
        :return: dict for ``billing.subscription``
        """
        version = plan_line.billing_charge_id.version_id
        today = self.partner_id._get_billing_today(self.company_id)
        return {
            "sale_line_id": plan_line.id,
            "company_id": self.company_id.id,
            "business_unit_id": self.business_unit_id.id,
            "partner_id": self.partner_id.id,
            "partner_invoice_id": self.partner_invoice_id.id,
            "partner_shipping_id": self.partner_shipping_id.id,
            "fiscal_position_id": self.fiscal_position_id.id,
            "user_id": self.user_id.id,
            "client_reference": self.client_order_ref,
            "plan_id": version.plan_id.id,
            "version_id": version.id,
            "currency_id": self.currency_id.id,
            "invoice_payment_term_id": self.payment_term_id.id,
            "start_date": self.billing_start_date or today,
            "is_prepaid": self.is_billing_prepaid,
            "credit_approval": self._get_credit_approval(),
            "analytic_distribution": plan_line.analytic_distribution,
            "line_ids": [Command.create(line._prepare_contract_line_values()) for line in lines],
            **self.env["billing.subscription"]._prepare_payment_values(self),
        }

    def _extend_contract(self):
        """Add the options and quantities on the order to the contract it extends."""
        # Whoever confirms the order does this with all rights. What lets the credit limit pass is
        # the reason of a manager on the order, not what a client has put into the context.
        approval = {APPROVAL: self._get_credit_approval()}
        contract = self.billing_subscription_id.with_context(**approval)
        today = contract.partner_id._get_billing_today(contract.company_id)
        day = max(self.billing_start_date or today, contract.start_date)
        for line in self.order_line.filtered("billing_charge_id"):
            if line.is_billing_done:
                continue
            charge, quantity = line.billing_charge_id, line.product_uom_qty
            existing = contract._get_lines_after(day).filtered(
                lambda own, charge=charge: own.charge_id == charge
            )
            if existing:
                contract._change_quantity(charge, existing[-1].quantity + quantity, day)
            else:
                contract._add_option(charge, quantity, day)
            line.is_billing_done = True

    # === CANCELLING === #

    def _action_cancel(self):
        """What has not begun goes with the order; a contract that runs has to be ended first."""
        for order in self.sudo():
            order._check_contracts_can_go()
            contracts = order.billing_subscription_ids
            contracts.filtered("waiting_for").action_give_up()
            contracts.filtered(lambda sub: sub.state == "ended").sale_line_id = False
            contracts.filtered(lambda sub: sub.state == "draft").unlink()
        return super()._action_cancel()

    def _check_contracts_can_go(self):
        self.ensure_one()
        running = self.billing_subscription_ids.filtered("is_running")
        if self.order_line.filtered("is_billing_done"):
            running |= self.billing_subscription_id
        if running:
            raise UserError(
                self.env._(
                    "%(order)s: contract %(contract)s runs. Cancel the contract, or take the "
                    "change back on it; the order stays as it was agreed.",
                    order=self.name,
                    contract=", ".join(running.mapped("name")),
                )
            )


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _prepare_contract_line_values(self):
        """Values of the contract line of this order line; another price is an agreed one."""
        self.ensure_one()
        values = {"charge_id": self.billing_charge_id.id, "quantity": self.product_uom_qty}
        if self.billing_charge_id._is_agreeable() and self._has_other_price():
            values["unit_price"] = self.price_unit
        return values
