from odoo import Command
from odoo.tests import HttpCase, tagged

from .common import CustomerPortalCommon

MARKERS = {"portal_alpha": "4711.17", "portal_beta": "815.33"}


@tagged("post_install", "-at_install")
class TestOwnership(CustomerPortalCommon, HttpCase):
    """Two customers with amounts that occur nowhere else: nobody sees the other's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoices = {
            "portal_alpha": cls._create_open_invoice(4711.17),
            "portal_beta": cls._create_open_invoice(815.33, partner_id=cls.partner_b.id),
        }

    def test_each_sees_only_the_own_account(self):
        for login, other in (("portal_alpha", "portal_beta"), ("portal_beta", "portal_alpha")):
            self.authenticate(login, login)
            for url in ("/my", "/my/billing", "/my/invoices"):
                text = self.url_open(url).text.replace(",", "")
                with self.subTest(login=login, url=url):
                    self.assertEqual(MARKERS[login] in text, True)
                    self.assertNotIn(MARKERS[other], text)
                    self.assertNotIn(self.invoices[other].name, text)

    def test_guessed_ids_lead_home(self):
        self.authenticate("portal_alpha", "portal_alpha")
        foreign = self.invoices["portal_beta"]
        for query in ("", "?report_type=pdf&download=true", "?report_type=html"):
            response = self.url_open(f"/my/invoices/{foreign.id}{query}", allow_redirects=False)
            self.assertEqual(response.status_code, 303)
            self.assertTrue(response.headers["Location"].endswith("/my"))

    def test_the_account_of_others_cannot_be_asked_for(self):
        self.authenticate("portal_alpha", "portal_alpha")
        text = self.url_open(f"/my/billing?partner_id={self.partner_b.id}").text
        self.assertNotIn(MARKERS["portal_beta"], text)

    def test_strangers_are_asked_to_sign_in(self):
        for url in ("/my", "/my/billing"):
            response = self.url_open(url, allow_redirects=False)
            self.assertEqual(response.status_code, 303)
            self.assertIn("/web/login", response.headers["Location"])

    def test_invoices_of_other_contacts_of_the_company_are_seen(self):
        contact = self.env["res.partner"].create({"name": "C", "parent_id": self.partner_b.id})
        self._create_open_invoice(77.77, partner_id=contact.id)
        page = self._get_page("/my/billing", "portal_beta")
        self.assertIn("893.10", self._texts(page, "//*[@data-sum='open']")[0])

    def test_other_companies(self):
        other = self._create_company(name="Second Company")
        journal = self.env["account.journal"].search(
            [("company_id", "=", other.id), ("type", "=", "sale")], limit=1
        )
        line = self._prepare_invoice(33.33, partner_id=self.partner_b.id)["invoice_line_ids"][0][2]
        values = {"name": "X", "price_unit": line["price_unit"], "tax_ids": [Command.clear()]}
        move = self.env["account.move"].with_company(other).create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner_b.id,
                "journal_id": journal.id,
                "invoice_date": "2026-01-15",
                "invoice_line_ids": [Command.create(values)],
            }
        )  # fmt: skip
        move._post(soft=False)
        page = self._get_page("/my/billing", "portal_beta")
        self.assertNotIn("33.33", page.text_content())
        self.user_b.sudo().company_ids = [Command.link(other.id)]
        page = self._get_page("/my/billing", "portal_beta")
        self.assertEqual(len(page.xpath("//*[@data-sum='open']")), 2)
        self.assertIn("33.33", page.text_content())
        self.assertIn("Second Company", page.text_content())
