from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from .common import CustomerPortalCommon


@tagged("post_install", "-at_install")
class TestAccountPage(CustomerPortalCommon, HttpCase):
    def _billing(self, login="portal_alpha", url="/my/billing"):
        return self._get_page(url, login)

    def test_first_screen_tells_open_and_overdue(self):
        self._create_due_invoice(100.0, self.today - timedelta(days=5))
        self._create_due_invoice(50.0, self.today + timedelta(days=5))
        for url in ("/my/billing", "/my"):
            page = self._billing(url=url)
            [total] = self._texts(page, "//*[@data-sum='open']")
            [overdue] = self._texts(page, "//*[@data-sum='overdue']")
            self.assertIn("150.00", total)
            self.assertIn("100.00", overdue)

    def test_quiet_state(self):
        page = self._billing()
        self.assertIn("All paid.", self._texts(page, "//*[@data-ledger='none']")[0])
        self.assertFalse(page.xpath("//table | //*[@data-sum]"))
        self.assertNotIn("Overview", self._texts(self._billing(url="/my"), "//h2"))

    def test_credit_only_is_quiet(self):
        self._create_receipts(1, 10.0)
        page = self._billing()
        self.assertIn("All paid.", page.text_content())
        self.assertIn("10.00", self._texts(page, "//*[@data-sum='credit']")[0])
        self.assertFalse(page.xpath("//*[@data-sum='open']"))

    def test_row_links_and_pay_button(self):
        self._allow_online_payment()
        invoice = self._create_due_invoice(100.0, self.today + timedelta(days=5))
        page = self._billing()
        self.assertTrue(page.xpath(f"//th/a[@href='/my/invoices/{invoice.id}']"))
        self.assertTrue(page.xpath("//a[contains(@href, 'report_type=pdf')]"))
        [pay] = page.xpath("//a[contains(@href, 'payment=True')]")
        self.assertIn("100.00", pay.text_content())
        self.assertNotIn("amount=", pay.get("href"))
        self.assertNotIn("access_token", self.url_open("/my/billing").text)

    def test_no_pay_button_without_a_way_to_pay(self):
        self._create_due_invoice(100.0, self.today)
        self.env["payment.provider"].sudo().search([]).write({"state": "disabled"})
        self.assertFalse(self._billing().xpath("//a[contains(@href, 'payment=True')]"))

    def test_no_pay_button_while_it_is_collected(self):
        self._allow_online_payment()
        invoice = self._create_due_invoice(100.0, self.today - timedelta(days=5))
        with self._in_collection({self._items(invoice): 100.0}):
            page = self._billing()
            invoice_page = self._billing(url=f"/my/invoices/{invoice.id}")
        self.assertFalse(page.xpath("//a[contains(@href, 'payment=True')]"))
        self.assertFalse(page.xpath("//*[@data-sum='overdue']"))
        self.assertTrue(page.xpath("//*[@data-status='processing']"))
        self.assertIn("do not have to do anything", page.text_content())
        self.assertFalse(invoice_page.xpath("//a[@data-bs-target='#pay_with']"))

    def test_pay_button_asks_only_what_is_not_collected(self):
        self._allow_online_payment()
        invoice = self._create_due_invoice(100.0, self.today)
        with self._in_collection({self._items(invoice): 60.0}):
            [pay] = self._billing().xpath("//a[contains(@href, 'payment=True')]")
        self.assertIn("40.00", pay.text_content())
        self.assertIn("amount=40.0", pay.get("href"))

    def test_counters_do_not_contradict_the_page(self):
        self._create_due_invoice(
            100.0, self.today - timedelta(days=5), partner_id=self.user_a.partner_id.id
        )
        self.authenticate("portal_alpha", "portal_alpha")
        counters = {"counters": ["overdue_invoice_count", "invoice_count"]}
        result = self.make_jsonrpc_request("/my/counters", counters)
        self.assertEqual(result, {"overdue_invoice_count": 0, "invoice_count": 1})

    def test_sections_in_their_order(self):
        section = {"template": "customer_portal.all_paid", "values": {}}
        sections = [
            section | {"anchor": "late", "title": "Second", "sequence": 20},
            section | {"anchor": "early", "title": "First", "sequence": 10},
        ]
        model = self.registry["customer.portal.account"]
        with patch.object(model, "_prepare_account_sections", lambda self, partner: sections):
            page = self._billing()
        titles = [title for title in self._texts(page, "//h2") if title in ("First", "Second")]
        self.assertEqual(titles, ["First", "Second"])
        self.assertTrue(page.xpath("//section[@aria-labelledby='early']//h2[@id='early']"))

    def test_accessible_structure(self):
        self._create_due_invoice(100.0, self.today)
        page = self._billing()
        self.assertEqual(len(page.xpath("//h1")), 1)
        self.assertTrue(page.xpath("//table/caption"))
        self.assertEqual(len(page.xpath("//thead//th[@scope='col']")), 6)
        self.assertFalse(page.xpath("//th[not(normalize-space())]"))
        self.assertFalse(
            page.xpath("//*[@class='o_customer_portal']//i[not(@aria-hidden='true')]")
        )
        ids = page.xpath("//main//@id")
        self.assertEqual(len(ids), len(set(ids)))
        for target in page.xpath("//main//@aria-labelledby"):
            self.assertIn(target, ids)

    def test_german(self):
        self._load_german()
        self.user_a.sudo().lang = "de_DE"
        self._create_due_invoice(1100.0, self.today - timedelta(days=5))
        page = self._billing()
        text = page.text_content()
        self.assertIn("Ihr Kundenkonto", self._texts(page, "//h1"))
        self.assertIn("Überfällig seit 5 Tagen", text)
        self.assertIn("1.100,00", self._texts(page, "//*[@data-sum='open']")[0])
        for english in ("Overdue", "Open", "Questions", "Payable"):
            self.assertNotIn(english, text)

    def test_tour(self):
        self._create_due_invoice(100.0, self.today - timedelta(days=5))
        self.start_tour("/my", "customer_portal_account", login="portal_alpha")

    # === SEEN BY STAFF === #

    def test_staff_sees_the_page_of_a_customer(self):
        self._create_due_invoice(47.11, "2026-02-01")
        clerk = self._create_user("clerk", password="clerk_clerk")
        self.authenticate(clerk.login, "clerk_clerk")
        action = self.partner_a.with_user(clerk).action_preview_billing_account()
        text = self.url_open(action["url"]).text
        self.assertIn("47.11", text)
        self.assertIn("preview of the customer portal", text)
        self.assertIn(f"/odoo/res.partner/{self.partner_a.id}", text)

    def test_preview_is_for_staff_without_limits(self):
        url = f"/my/billing/preview/{self.partner_a.id}"
        unit = self._create_unit("A")
        limited = self._create_user(
            "limited", password="limited_l", business_unit_ids=[(6, 0, unit.ids)]
        )
        self._create_user("plain", "base.group_user", password="plain_plain")
        with self.assertRaisesRegex(UserError, "limited to some"):
            self.partner_a.with_user(limited).action_preview_billing_account()
        for login, password in (
            ("limited", "limited_l"),
            ("plain", "plain_plain"),
            ("portal_beta", "portal_beta"),
        ):
            self.authenticate(login, password)
            response = self.url_open(url, allow_redirects=False)
            with self.subTest(login=login):
                self.assertEqual(response.status_code, 303)
