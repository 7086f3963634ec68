from odoo.tests import HttpCase, tagged

from .common import ContractPortalCommon


@tagged("post_install", "-at_install")
class TestExplanationPage(ContractPortalCommon, HttpCase):
    """Customers open how each amount came about, of their own invoices only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls._bill(cls.contract)

    def _location(self, url):
        response = self.url_open(url, allow_redirects=False)
        self.assertEqual(response.status_code, 303, url)
        return response.headers["Location"]

    def _get_url(self, move):
        return f"/my/invoices/{move.id}/explanation"

    def test_from_the_invoice_to_its_explanation(self):
        page = self._get_page(f"/my/invoices/{self.move.id}", "portal_alpha")
        [link] = page.xpath("//a[contains(@href, '/explanation')]/@href")
        page = self._get_page(link, "portal_alpha")
        totals = [cell.text_content() for cell in page.xpath("//th[@data-total]")]
        rows = self.move.invoice_line_ids.billing_period_ids
        self.assertEqual(len(totals), len(rows))
        text = " ".join(page.text_content().split())
        self.assertIn("3 × 1.5", text)
        self.assertIn("47.11", text)

    def test_by_the_link_of_the_invoice(self):
        self.authenticate(None, None)
        token = self.move.sudo()._portal_ensure_token()
        page = self._get_page(f"{self._get_url(self.move)}?access_token={token}", None)
        self.assertTrue(page.xpath("//*[@data-explained]"))

    def test_strangers(self):
        foreign = self._bill(self.foreign, self.foreign.next_billing_date)
        self.authenticate("portal_alpha", "portal_alpha")
        self.assertTrue(self._location(self._get_url(foreign)).endswith("/my"))
        self.authenticate(None, None)
        for move in (self.move, foreign):
            self.assertTrue(self._location(self._get_url(move)).endswith("/my"))
            self.assertTrue(
                self._location(f"{self._get_url(move)}?access_token=wrong").endswith("/my")
            )
        self.assertTrue(self._location("/my/invoices/999999/explanation").endswith("/my"))

    def test_invoice_without_contract(self):
        move = self._create_open_invoice()
        page = self._get_page(f"/my/invoices/{move.id}", "portal_alpha")
        self.assertFalse(page.xpath("//a[contains(@href, '/explanation')]"))
        self.authenticate("portal_alpha", "portal_alpha")
        self.assertIn(f"/my/invoices/{move.id}", self._location(self._get_url(move)))

    def test_timeline_on_the_contract(self):
        page = self._get_page(self.contract.access_url, "portal_alpha")
        kinds = page.xpath("//li/@data-kind")
        self.assertEqual(kinds[0], "start")
        self.assertIn("invoice", kinds)
        self.assertTrue(page.xpath("//li[@data-today]"))
