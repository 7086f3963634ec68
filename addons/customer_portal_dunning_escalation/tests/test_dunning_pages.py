from datetime import date

from lxml import html

from odoo import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.customer_portal.tests.common import CustomerPortalCommon

DUE = date(2026, 1, 10)


@tagged("post_install", "-at_install")
class TestDunningPages(CustomerPortalCommon, HttpCase):
    """What customers see of dunning, and what they may say."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["dunning.policy"].search([]).active = False
        cls.env["dunning.policy"].create(
            {
                "name": "All",
                "company_id": cls.company.id,
                "is_automatic": True,
                "level_ids": [Command.create({"name": "Reminder", "days": 7})],
            }
        )
        cls.invoice = cls._create_due_invoice(100.0, DUE)
        cls._dun()
        cls.notice = cls.env["dunning.notice"].search([("company_id", "=", cls.company.id)])

    @classmethod
    def _dun(cls):
        runs = cls.env["dunning.run"].with_context(billing_one_transaction=True)
        runs._run_dunning(cls.company, cls.today)

    def _post(self, login, question, invoice=None):
        self.authenticate(login, login)
        invoice = invoice or self.invoice
        token = self.url_open("/my/billing").text.split('csrf_token: "')[1].split('"')[0]
        return self.url_open(
            f"/my/invoices/{invoice.id}/objection",
            data={"question": question, "csrf_token": token},
            allow_redirects=False,
        )

    def _get_objections(self):
        return self.env["dunning.hold"].search([("move_id", "=", self.invoice.id)])

    # === LETTERS === #

    def test_letter_is_listed_and_opened(self):
        self.assertEqual(self.notice.state, "delivered")
        page = self._get_page("/my/billing", "portal_alpha")
        [letter] = page.xpath("//a[@data-letter]")
        self.assertEqual(letter.get("data-letter"), self.notice.name)
        response = self.url_open(letter.get("href"))
        self.assertTrue(response.content.startswith(b"%PDF"))

    def test_letters_of_others(self):
        page = self._get_page("/my/billing", "portal_beta")
        self.assertFalse(page.xpath("//a[@data-letter]"))
        for url in (self.notice.access_url, f"{self.notice.access_url}?access_token=x"):
            response = self.url_open(url, allow_redirects=False)
            self.assertEqual(response.status_code, 303)
        self.authenticate(None, None)
        response = self.url_open(self.notice.access_url, allow_redirects=False)
        self.assertEqual(response.status_code, 303)
        token = self.notice._portal_ensure_token()
        response = self.url_open(f"{self.notice.access_url}?access_token={token}")
        self.assertTrue(response.content.startswith(b"%PDF"))

    def test_proposed_letters_are_not_shown(self):
        """What nobody has sent is no letter, not even by its address."""
        self.notice.sudo().write({"state": "proposed"})
        page = self._get_page("/my/billing", "portal_alpha")
        self.assertFalse(page.xpath("//a[@data-letter]"))
        response = self.url_open(self.notice.access_url, allow_redirects=False)
        self.assertEqual(response.status_code, 303)

    # === OBJECTIONS === #

    def test_objection_holds_dunning(self):
        self._post("portal_alpha", "  We have ordered 5,\nnot 50. ")
        hold = self._get_objections()
        self.assertEqual((hold.kind, hold.reason), ("dispute", "We have ordered 5, not 50."))
        self.assertTrue(hold.is_from_customer)
        self.assertTrue(self.invoice.activity_ids)
        page = self._get_page(self.invoice.access_url, "portal_alpha")
        [text] = self._texts(page, "//*[@data-objection='open']")
        self.assertIn("no reminders", text)
        page = self._get_page("/my/billing", "portal_alpha")
        self.assertTrue(page.xpath("//*[@data-status='disputed']"))
        hold.action_end()
        page = self._get_page("/my/billing", "portal_alpha")
        self.assertFalse(page.xpath("//*[@data-status='disputed']"))

    def test_once(self):
        self._post("portal_alpha", "Wrong")
        self._post("portal_alpha", "Still wrong")
        self.assertEqual(self._get_objections().reason, "Wrong")

    def test_refusals(self):
        for question in ("", "   ", "x" * 501):
            response = self._post("portal_alpha", question)
            self.assertEqual(response.status_code, 303)
            page = html.fromstring(self.url_open(self.invoice.access_url).content)
            self.assertTrue(page.xpath("//*[@role='alert'][contains(., 'Your question')]"))
        self.assertFalse(self._get_objections())

    def test_strangers(self):
        self._post("portal_beta", "Not mine, but wrong")
        self.assertFalse(self._get_objections())

    def test_settled(self):
        self._pay(self.invoice)
        page = self._get_page(self.invoice.access_url, "portal_alpha")
        self.assertFalse(page.xpath("//textarea[@name='question']"))
        self._post("portal_alpha", "Too late")
        self.assertFalse(self._get_objections())

    def test_tour(self):
        self.start_tour("/my/billing", "customer_portal_dunning", login="portal_alpha")
        self.assertEqual(self._get_objections().reason, "We have ordered 5, not 50.")
