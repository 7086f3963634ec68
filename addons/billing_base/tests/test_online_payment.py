import json
from datetime import date
from unittest.mock import patch

from lxml import html

from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.billing_base.models import account_move_line_online
from odoo.addons.payment.utils import generate_access_token

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestOnlinePayment(BillingCommon, HttpCase):
    """What is collected cannot be paid online: not on pages, not by links, not by routes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        providers = cls.env["payment.provider"].sudo()
        cls.provider = providers.create({"name": "Test", "company_id": cls.company.id})
        card = cls.env.ref("payment.payment_method_card").sudo()
        methods = [Command.set(card.ids)]
        cls.provider.write({"state": "test", "is_published": True, "payment_method_ids": methods})
        card.active = True
        params = cls.env["ir.config_parameter"].sudo()
        params.set_param("account_payment.enable_portal_payment", "True")
        cls.user = new_test_user(
            cls.env(su=True),
            "payer_login",
            "base.group_portal",
            partner_id=cls.partner_a.id,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.invoice = cls._create_open_invoice(
            119.0, invoice_date_due=date(2026, 1, 20), invoice_payment_term_id=False
        )
        cls.item = cls._items(cls.invoice)

    def setUp(self):
        super().setUp()
        self.authenticate("payer_login", "payer_login")

    def _page(self, url):
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200, url)
        return html.fromstring(response.content)

    def _invoice_page(self):
        return self._page(f"/my/invoices/{self.invoice.id}")

    def _pay_button(self, page):
        return page.xpath("//a[@data-bs-target='#pay_with'] | //a[@title='Pay Now']")

    def _begin_payment(self, amount):
        method = self.env.ref("payment.payment_method_card").sudo()
        before = self.invoice.sudo().transaction_ids
        values = {
            "access_token": self.invoice._portal_ensure_token(),
            "provider_id": self.provider.id,
            "payment_method_id": method.id,
            "token_id": None,
            "amount": amount,
            "flow": "redirect",
            "tokenization_requested": False,
            "landing_route": "/my",
        }
        response = self.url_open(
            f"/invoice/transaction/{self.invoice.id}",
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": values}),
            headers={"Content-Type": "application/json"},
        ).json()
        self.env.invalidate_all()
        refusal = response.get("error", {}).get("data", {}).get("message", "")
        return self.invoice.sudo().transaction_ids - before, refusal

    def test_without_a_collection_all_is_as_in_core(self):
        self.assertTrue(self._pay_button(self._invoice_page()))
        self.assertTrue(self._pay_button(self._page("/my/invoices")))
        self.assertEqual(self._begin_payment(119.0)[0].amount, 119.0)
        self.assertEqual(self.invoice._get_collection_notice(), "")

    def test_no_pay_button_while_all_is_collected(self):
        with self._in_collection({self.item: 119.0}):
            page = self._invoice_page()
            self.assertFalse(self._pay_button(page))
            [notice] = page.xpath("//*[@role='status'][hasclass('o_billing_in_collection')]")
            self.assertIn("do not have to do anything", notice.text_content())
            self.assertIn("on its way", self.invoice._get_online_payment_error())
            page = self._page("/my/invoices")
            self.assertFalse(self._pay_button(page))
            self.assertNotIn("Waiting for Payment", page.text_content())

    def test_the_rest_can_be_paid(self):
        with self._in_collection({self.item: 100.0}):
            page = self._invoice_page()
            self.assertTrue(self._pay_button(page))
            [form] = page.xpath("//*[@data-amount]")
            self.assertEqual(float(form.get("data-amount")), 19.0)
            with mute_logger("odoo.http"):
                begun, refusal = self._begin_payment(119.0)
            self.assertFalse(begun)
            self.assertIn("at most $\xa019.00 is left", refusal)
            begun, _refusal = self._begin_payment(19.0)
            self.assertEqual(begun.amount, 19.0)

    @mute_logger("odoo.http")
    def test_route_refuses_what_is_collected(self):
        with self._in_collection({self.item: 119.0}):
            for amount in (119.0, 0.01):
                begun, refusal = self._begin_payment(amount)
                self.assertFalse(begun)
                self.assertIn("nothing left to pay", refusal)

    def test_links_of_payment(self):
        """A link that was sent before the debit was planned asks for no more than the rest."""
        link = self.invoice.sudo()._get_portal_payment_link()
        wizard = self.env["payment.link.wizard"].sudo()
        context = {"active_id": self.invoice.id, "active_model": "account.move"}
        with self._in_collection({self.item: 119.0}):
            self.authenticate(None, None)
            page = html.fromstring(self.url_open(link).content)
            self.assertFalse(self._pay_button(page))
        with self._in_collection({self.item: 100.0}):
            values = wizard.with_context(**context).create({})
            self.assertEqual((values.amount, values.amount_max), (19.0, 19.0))

    def test_general_payment_page(self):
        currency = self.invoice.currency_id
        token = generate_access_token(self.partner_a.id, 119.0, currency.id, env=self.env)
        url = (
            f"/payment/pay?invoice_id={self.invoice.id}&amount=119.0&access_token={token}"
            f"&partner_id={self.partner_a.id}&currency_id={currency.id}"
        )
        self.assertTrue(self._page(url).xpath("//*[@id='o_payment_form']"))
        with self._in_collection({self.item: 119.0}):
            page = self._page(url)
            self.assertFalse(page.xpath("//*[@id='o_payment_form']"))
            self.assertIn("nothing to pay", page.text_content())
        with self._in_collection({self.item: 100.0}):
            [form] = self._page(url).xpath("//*[@id='o_payment_form']")
            self.assertEqual(float(form.get("data-amount")), 19.0)

    def test_payments_under_way_are_in_collection(self):
        """So that no debit is planned for what a provider is collecting already."""
        payment, _refusal = self._begin_payment(100.0)
        under_way = {"draft": 0.0, "pending": 100.0, "error": 0.0}
        for state, amount in under_way.items():
            payment.state = state
            with self.subTest(state=state):
                self.assertEqual(self.item._get_amount_collectable(), {self.item.id: 119.0})
                # The provider of the test is none: as if it were a real one.
                with patch.object(account_move_line_online, "OFFLINE_PROVIDERS", ("custom",)):
                    expected = {self.item.id: 119.0 - amount}
                    self.assertEqual(self.item._get_amount_collectable(), expected)

    @mute_logger("odoo.http")
    def test_overdue_invoices_at_once(self):
        other = self._create_open_invoice(
            50.0, invoice_date_due=date(2026, 1, 20), invoice_payment_term_id=False
        )
        with self._in_collection({self.item: 119.0}):
            text = self._page("/my/invoices/overdue").text_content()
            self.assertIn(other.name, text)
            self.assertIn("50.00", text)
            self.assertNotIn("169.00", text)

    def test_drafts_and_credit_notes_are_left_alone(self):
        refund = self._create_open_invoice(move_type="out_refund")
        draft = self.env["account.move"].create(self._prepare_invoice())
        for move in (refund, draft):
            self.assertEqual(move._get_collection_notice(), "")
