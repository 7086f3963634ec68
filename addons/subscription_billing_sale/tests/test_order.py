from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import OrderCommon


@tagged("post_install", "-at_install")
class TestOrder(OrderCommon):
    """From the order to its contracts and their invoices."""

    def test_lines_of_a_plan(self):
        order = self._create_order((self.cloud, {"product_uom_qty": 5}), (self.cable, {}))
        seats, setup = self._line(order, self.cloud), self._line(order, self.setup)
        self.assertEqual(seats.billing_plan_id, self.plan)
        self.assertEqual((seats.price_unit, seats.price_subtotal), (10.0, 50.0))
        self.assertEqual((setup.price_unit, setup.is_billing_companion), (25.0, True))
        self.assertFalse(self._line(order, self.cable).billing_charge_id)
        self.assertEqual(order.amount_untaxed, 90.0)
        totals = [(row["interval"], row["untaxed"]) for row in order._get_recurring_totals()]
        self.assertEqual([row[0] for row in totals], ["per month", "once"])
        self.assertIn("50.00", totals[0][1])
        self.assertIn("40.00", totals[1][1])

    def test_another_plan_takes_its_lines_along(self):
        order = self._create_order((self.cloud, {}))
        order.order_line = [
            Command.update(self._line(order, self.cloud).id, {"billing_plan_id": self.yearly.id})
        ]
        self.assertEqual(order.order_line.mapped("price_unit"), [100.0])
        order.order_line = [Command.delete(order.order_line.id)]
        self.assertFalse(order.order_line)

    def test_lines_go_with_their_plan(self):
        order = self._create_order((self.cloud, {}))
        self.assertEqual(len(order.order_line), 2)
        order.order_line = [Command.delete(self._line(order, self.cloud).id)]
        self.assertFalse(order.order_line)

    def test_contract(self):
        unit = self._create_unit("A")
        invoice_to = self.env["res.partner"].create(
            {"name": "Invoices", "type": "invoice", "parent_id": self.partner_a.id}
        )
        deliver_to = self.env["res.partner"].create(
            {"name": "Ramp", "type": "delivery", "parent_id": self.partner_a.id}
        )
        order = self._create_order(
            (self.cloud, {"product_uom_qty": 5}),
            (self.backup, {}),
            (self.cable, {}),
            business_unit_id=unit.id,
            client_order_ref="PO 77",
            payment_term_id=self.pay_terms_b.id,
            billing_start_date="2026-01-10",
            partner_invoice_id=invoice_to.id,
            partner_shipping_id=deliver_to.id,
        )
        order.action_confirm()
        contract = order.billing_subscription_ids
        self.assertEqual(contract.state, "active")
        self.assertEqual(contract.plan_id, self.plan)
        lines = [(line.charge_id.name, line.quantity) for line in contract.line_ids]
        self.assertEqual(sorted(lines), [("Backup", 1.0), ("Seats", 5.0), ("Setting up", 1.0)])
        self._bill_day("2026-01-11")
        invoice = contract.period_ids.move_id
        self.assertEqual((invoice.state, invoice.amount_untaxed), ("posted", 79.0))
        self.assertEqual(invoice.partner_id, invoice_to)
        self.assertEqual(invoice.partner_shipping_id, deliver_to)
        self.assertEqual(invoice.business_unit_id, unit)
        self.assertEqual(invoice.ref, "PO 77")
        self.assertEqual(invoice.invoice_payment_term_id, self.pay_terms_b)

    def test_way_of_payment(self):
        """What the order says, not what the customer prefers otherwise."""
        bank = self.company_data["default_journal_bank"].inbound_payment_method_line_ids[:1]
        cash = self.company_data["default_journal_cash"].inbound_payment_method_line_ids[:1]
        self.partner_a.property_inbound_payment_method_line_id = cash
        order = self._create_order((self.cloud, {}), preferred_payment_method_line_id=bank.id)
        order.action_confirm()
        contract = order.billing_subscription_ids
        self.assertEqual(contract.payment_method_line_id, bank)
        self._bill_day("2026-01-11")
        self.assertEqual(contract.period_ids.move_id.preferred_payment_method_line_id, bank)

    def test_nothing_is_invoiced_twice(self):
        order = self._create_order((self.cloud, {"product_uom_qty": 5}), (self.cable, {}))
        order.action_confirm()
        self.assertEqual(order.invoice_status, "to invoice")
        self.assertEqual(order.amount_to_invoice, self._line(order, self.cable).price_total)
        invoice = order._create_invoices()
        self.assertEqual(invoice.invoice_line_ids.product_id, self.cable)
        self.assertEqual(order.invoice_status, "invoiced")
        self._bill_day("2026-01-11")
        contract = order.billing_subscription_ids
        self.assertEqual(sum(contract.period_ids.mapped("amount")), 75.0)
        self.assertNotIn(self.cable, contract.period_ids.invoice_line_id.product_id)

    def test_only_contracts_leave_nothing_to_invoice(self):
        order = self._create_order((self.cloud, {}))
        order.action_confirm()
        self.assertEqual(order.invoice_status, "invoiced")
        with self.assertRaises(UserError):
            order._create_invoices()
        order._force_lines_to_invoice_policy_order()
        self.assertEqual(order.order_line.mapped("qty_to_invoice"), [0.0, 0.0])
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": order.ids,
                "advance_payment_method": "percentage",
                "amount": 50.0,
            }
        )
        with self.assertRaisesRegex(UserError, "concludes contracts"):
            wizard.create_invoices()

    def test_agreed_price_and_discount(self):
        order = self._create_order(
            (self.cloud, {"product_uom_qty": 2, "price_unit": 8.0, "discount": 25.0})
        )
        self.assertEqual(self._line(order, self.cloud).price_subtotal, 12.0)
        order.action_confirm()
        contract = order.billing_subscription_ids
        seats = contract.line_ids.filtered(lambda line: line.product_id == self.cloud)
        self.assertEqual(seats.unit_price, 8.0)
        self._bill_day("2026-01-11")
        billed = contract.period_ids.filtered(lambda row: row.line_id == seats)
        self.assertEqual(billed.amount, self._line(order, self.cloud).price_subtotal)
        self.assertEqual(billed.amount, 12.0)

    def test_once(self):
        order = self._create_order((self.cloud, {}))
        order.action_confirm()
        contract = order.billing_subscription_ids
        order._conclude_contracts()
        self.assertEqual(order.billing_subscription_ids, contract)
        with self.assertRaisesRegex(UserError, "runs. Cancel the contract"):
            order._action_cancel()
        self.assertEqual(order.state, "sale")
        copied = order.copy()
        self.assertFalse(copied.billing_subscription_ids)
        copied.action_confirm()
        self.assertEqual(len(copied.billing_subscription_ids), 1)
        self.assertNotEqual(copied.billing_subscription_ids, contract)

    def test_database_refuses_a_second_contract(self):
        order = self._create_order((self.cloud, {}))
        order.action_confirm()
        contract = order.billing_subscription_ids
        other = self._create_contract(self.plan, "2026-01-10", active=False)
        with (
            self.assertRaises(UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            other.sale_line_id = contract.sale_line_id
            other.flush_recordset()

    def test_cancel_and_confirm_again(self):
        order = self._create_order((self.cloud, {}), is_billing_prepaid=True)
        order.action_confirm()
        first = order.billing_subscription_ids
        invoice = first.period_ids.move_id
        self.assertEqual((first.state, first.waiting_for), ("draft", "payment"))
        order._action_cancel()
        self.assertEqual((first.state, invoice.payment_state), ("ended", "reversed"))
        order.action_draft()
        order.action_confirm()
        second = order.billing_subscription_ids
        self.assertEqual(len(second), 1)
        self.assertNotEqual(second, first)

    def test_several_plans(self):
        order = self._create_order(
            (self.cloud, {"product_uom_qty": 3}),
            (self.cloud, {"billing_plan_id": self.yearly.id}),
        )
        order.action_confirm()
        plans = order.billing_subscription_ids.mapped("plan_id.name")
        self.assertEqual(sorted(plans), ["Cloud monthly", "Cloud yearly"])
        self.assertEqual(len(order.billing_subscription_ids.line_ids), 3)

    def test_terms_as_quoted(self):
        """A new version between quotation and order does not change what was offered."""
        order = self._create_order((self.cloud, {}))
        version = self.plan.current_version_id
        self.plan.action_new_version()
        order.action_confirm()
        self.assertEqual(order.billing_subscription_ids.version_id, version)

    def test_start_later(self):
        order = self._create_order((self.cloud, {}), billing_start_date="2026-03-01")
        order.action_confirm()
        self._bill_day("2026-02-28")
        self.assertFalse(order.billing_subscription_ids.period_ids)
        self._bill_day("2026-03-01")
        self.assertTrue(order.billing_subscription_ids.period_ids)

    def test_extends_a_contract(self):
        contract = self._create_contract(self.plan, "2026-01-10")
        order = self._create_order(
            (self.cloud, {"product_uom_qty": 2}),
            (self.backup, {}),
            billing_subscription_id=contract.id,
        )
        self.assertEqual(len(order.order_line), 2)
        order.action_confirm()
        self.assertFalse(order.billing_subscription_ids)
        now = contract.line_ids.filtered(lambda line: not line.end_date)
        quantities = {line.charge_id.name: line.quantity for line in now}
        self.assertEqual(quantities, {"Seats": 3.0, "Setting up": 1.0, "Backup": 1.0})
        order._conclude_contracts()
        quantity = sum(
            line.quantity
            for line in contract.line_ids
            if not line.end_date and line.product_id == self.cloud
        )
        self.assertEqual(quantity, 3.0)
        with self.assertRaisesRegex(UserError, "take the change back"):
            order._action_cancel()

    def test_wrong_configuration(self):
        order = self._create_order((self.cloud, {"billing_plan_id": self.yearly.id}))
        order.order_line.product_uom_qty = 2
        with self.assertRaisesRegex(UserError, "Cloud is a flat fee"):
            order.action_confirm()
        order.order_line.product_uom_qty = 1
        self.yearly.active = False
        with self.assertRaisesRegex(UserError, "Cloud yearly of Cloud is archived"):
            order.action_confirm()
        empty = self._create_plan("Empty", [])
        self.cloud.product_tmpl_id.billing_plan_ids = empty
        order = self._create_order((self.cloud, {}))
        with self.assertRaisesRegex(UserError, "has no charge that comes every period"):
            order.action_confirm()

    def test_salesperson_without_billing_rights(self):
        user = self._create_user("seller", "sales_team.group_sale_salesman")
        with Form(self.env["sale.order"].with_user(user)) as form:
            form.partner_id = self.partner_a
            with form.order_line.new() as line:
                line.product_id = self.cloud
                self.assertEqual(line.billing_plan_id, self.plan)
        order = form.save()
        self.assertEqual(len(order.order_line), 2)
        self.assertIn("per month", order.recurring_totals_html)
        order.action_confirm()
        self.assertEqual(len(order.sudo().billing_subscription_ids), 1)
        self.assertEqual(order.sudo().billing_subscription_ids.user_id, user)

    def test_units_see_their_own(self):
        unit, other = self._create_unit("A"), self._create_unit("B")
        order = self._create_order((self.cloud, {}), business_unit_id=other.id)
        groups = ("sales_team.group_sale_salesman_all_leads", "billing_base.group_billing_user")
        user = self._create_user("unit", *groups, business_unit_ids=[Command.set(unit.ids)])
        orders = self.env["sale.order"].with_user(user)
        self.assertFalse(orders.search([("id", "=", order.id)]))
        order.business_unit_id = unit
        self.env.flush_all()
        self.assertTrue(orders.search([("id", "=", order.id)]))

    def test_credit_limit(self):
        self.company.sudo().account_use_credit_limit = True
        self.partner_a.credit_limit = 20.0
        order = self._create_order((self.cloud, {"product_uom_qty": 5}))
        order.action_confirm()
        contract = order.billing_subscription_ids
        self.assertEqual((contract.state, contract.waiting_for), ("draft", "approval"))
        order._action_cancel()
        self.assertFalse(order.billing_subscription_ids)

    def test_complete_items_are_used(self):
        """No override of sale switches off what makes a run fast."""
        self.assertTrue(self.env["account.move"]._is_completing_enabled())
