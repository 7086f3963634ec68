from datetime import date

from lxml import html

from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .common import SepaCommon


@tagged("post_install", "-at_install")
class TestInvoicePage(SepaCommon, HttpCase):
    """The customer's invoice says when it is debited, and asks for no payment meanwhile."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        provider = cls.env["payment.provider"].sudo().create({"name": "Test"})
        provider.write({"state": "test", "is_published": True, "company_id": cls.company.id})
        params = cls.env["ir.config_parameter"].sudo()
        params.set_param("account_payment.enable_portal_payment", "True")
        new_test_user(
            cls.env(su=True),
            "debtor_login",
            "base.group_portal",
            partner_id=cls.customer.id,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def _login(self, move):
        self.authenticate("debtor_login", "debtor_login")
        return move.access_url

    def _read(self, move):
        self._login(move)
        pages = []
        for url in (f"/my/invoices/{move.id}", "/my/invoices"):
            page = html.fromstring(self.url_open(url).content)
            buttons = page.xpath("//a[@data-bs-target='#pay_with'] | //a[@title='Pay Now']")
            notices = page.xpath("//*[hasclass('o_billing_in_collection')]")
            text = " ".join(notices[0].text_content().split()) if notices else ""
            pages.append((len(buttons), text))
        return pages

    def test_from_plan_to_failure(self):
        move = self._bill()
        page = self.url_open(self._login(move)).text
        self.assertNotIn("o_portal_sidebar_timeago", page, "nothing is overdue")
        for buttons, text in self._read(move):
            self.assertEqual(buttons, 0)
            self.assertIn("119.00", text)
            self.assertIn("will be debited on 03/20/2026 from the account ending in 6199", text)
        batch = self._make_batch(move)
        batch.action_write()
        batch.action_submit()
        for buttons, text in self._read(move):
            self.assertEqual(buttons, 0)
            self.assertIn("Your bank has the order to debit", text)
        self._collections(move)._set_state("failed", reason_code="MS03")
        for buttons, text in self._read(move):
            self.assertEqual((buttons, text), (1, ""))

    def test_the_rest_of_a_partial_debit(self):
        move = self._bill()
        self._collections(move).amount = 100.0
        page, listed = self._read(move)
        self.assertEqual((page[0], listed[0]), (1, 1))
        self.assertIn("100.00", page[1])
        self.assertNotIn("do not have to do anything", page[1])
        self.assertEqual(move.amount_collectable, 19.0)

    def test_language_of_the_reader(self):
        self.env["res.lang"].sudo()._activate_lang("de_DE")
        move = self._bill(due=date(2026, 3, 20)).with_context(lang="de_DE")
        self.assertIn("20.03.2026", move._get_collection_notice())
