from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.account_payment.tests.common import AccountPaymentCommon
from odoo.addons.payment.tests.http_common import PaymentHttpCommon

from .common import OrderCommon

PIXEL = "R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw=="


@tagged("post_install", "-at_install")
class TestOrderPayment(OrderCommon, AccountPaymentCommon, PaymentHttpCommon):
    """The customer signs and pays in the portal, and the payment pays the contract's invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.company_data["company"]
        cls.currency = cls.company.currency_id
        cls.partner = cls.partner_a
        cls.provider.company_id = cls.company

    def _quote(self, *lines, **values):
        order = self._create_order(
            *lines or [(self.cloud, {"product_uom_qty": 2})],
            require_signature=True,
            require_payment=True,
            prepayment_percent=1.0,
            **values,
        )
        order.action_quotation_sent()
        return order

    def _pay_order(self, order, state="done", **values):
        tx = self._create_transaction(
            "direct",
            amount=order.amount_total,
            currency_id=order.currency_id.id,
            partner_id=order.partner_id.id,
            sale_order_ids=[fields.Command.set(order.ids)],
            **{"reference": order.name, **values},
        )
        getattr(tx, f"_set_{state}")(*["No"] * (state == "error"))
        tx._post_process()
        return tx

    def _sign(self, order):
        return self.make_jsonrpc_request(
            f"/my/orders/{order.id}/accept",
            {
                "access_token": order._portal_ensure_token(),
                "name": "Customer",
                "signature": PIXEL,
            },
        )

    def test_sign_over_http(self):
        order = self._quote()
        order.require_payment = False
        page = self._make_http_get_request(
            f"/my/orders/{order.id}", {"access_token": order._portal_ensure_token()}
        )
        self.assertIn("per month", page.text)
        self.assertIn("o_billing_recurring_totals", page.text)
        result = self._sign(order)
        self.assertTrue(result.get("force_refresh"), result)
        self.env.invalidate_all()
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.billing_subscription_ids.state, "active")

    @mute_logger("odoo.http")
    def test_stranger_concludes_nothing(self):
        order = self._quote()
        result = self.make_jsonrpc_request(
            f"/my/orders/{order.id}/accept",
            {"access_token": "guessed", "name": "X", "signature": PIXEL},
        )
        self.assertIn("error", result)
        self.env.invalidate_all()
        self.assertFalse(order.billing_subscription_ids)

    def test_signed_waits_for_the_payment_of_the_order(self):
        order = self._quote()
        self._sign(order)
        self.env.invalidate_all()
        self.assertEqual(order.state, "sent")
        self.assertFalse(order.billing_subscription_ids)

    def test_payment_pays_the_first_invoice(self):
        order = self._quote(is_billing_prepaid=True)
        token = self._create_token(partner_id=order.partner_id.id)
        tx = self._pay_order(order, token_id=token.id)
        self.assertEqual(order.state, "sale")
        contract = order.billing_subscription_ids
        invoice = contract.period_ids.move_id
        self.assertEqual(contract.payment_token_id, token)
        self.assertTrue(invoice._is_settled())
        self.assertEqual((contract.state, contract.waiting_for), ("active", False))
        self.assertTrue(tx.payment_id.is_reconciled)

    def test_payment_that_failed_leaves_no_token(self):
        """Nor one that the customer has deleted since."""
        order = self._quote()
        for state in ("canceled", "error"):
            token = self._create_token(partner_id=order.partner_id.id)
            self._pay_order(order, state=state, token_id=token.id, reference=f"R-{state}")
        gone = self._create_token(partner_id=order.partner_id.id)
        self._pay_order(order, state="pending", token_id=gone.id, reference="R-pending")
        gone.active = False
        order.action_confirm()
        self.assertFalse(order.billing_subscription_ids.payment_token_id)

    def test_payment_is_used_by_the_run(self):
        """A contract that starts at once is billed by the run, with the money that has come."""
        order = self._quote()
        tx = self._pay_order(order)
        contract = order.billing_subscription_ids
        self.assertEqual(contract.state, "active")
        self.assertFalse(tx.payment_id.is_reconciled)
        self._bill_day("2026-01-11")
        invoice = contract.period_ids.move_id
        self.assertEqual(invoice.amount_total, order.amount_total)
        self.assertEqual(invoice.amount_residual, 0.0)
        self._bill_day("2026-02-10")
        later = contract.period_ids.move_id - invoice
        self.assertEqual(later.amount_residual, later.amount_total)
        self.assertFalse(later.transaction_ids, "used up by the first")

    def test_payment_of_both_kinds(self):
        """With automatic invoices one payment pays the order's invoice and the contract's."""
        self.env["ir.config_parameter"].sudo().set_param("sale.automatic_invoice", "True")
        order = self._quote(
            (self.cloud, {"product_uom_qty": 2}), (self.cable, {}), is_billing_prepaid=True
        )
        self._pay_order(order)
        contract = order.billing_subscription_ids
        first = contract.period_ids.move_id
        own = order.invoice_ids
        self.assertEqual(own.invoice_line_ids.product_id, self.cable)
        self.assertEqual(own.amount_total + first.amount_total, order.amount_total)
        self.assertEqual((own.amount_residual, first.amount_residual), (0.0, 0.0))
        self.assertEqual(contract.state, "active")

    def test_pending_payment_concludes_nothing(self):
        order = self._quote(is_billing_prepaid=True)
        self._pay_order(order, state="pending")
        self.assertEqual(order.state, "sent")
        self.assertFalse(order.billing_subscription_ids)
        order.action_confirm()
        contract = order.billing_subscription_ids
        self.assertEqual((contract.state, contract.waiting_for), ("draft", "payment"))

    def test_texts_of_page_document_and_mail(self):
        order = self._quote((self.cloud, {"product_uom_qty": 2}), (self.cable, {}))
        report = (
            self.env["ir.actions.report"]
            ._render_qweb_html("sale.action_report_saleorder", order.ids)[0]
            .decode()
        )
        self.assertRegex(report, r"(?s)20.00.*per month")
        template = order._find_mail_template()
        self.assertEqual(
            template, self.env.ref("subscription_billing_sale.mail_template_quotation")
        )
        body = template._render_field("body_html", order.ids)[order.id]
        self.assertRegex(body, r"(?s)20.00.*per month")
        plain = self._create_order((self.cable, {}))
        self.assertEqual(plain._find_mail_template(), self.env.ref("sale.email_template_edi_sale"))
        self.assertFalse(plain.recurring_totals_html)
