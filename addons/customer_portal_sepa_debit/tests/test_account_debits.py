from datetime import date

from odoo.tests import HttpCase, tagged

from odoo.addons.customer_portal.tests.common import CustomerPortalCommon
from odoo.addons.sepa_debit.tests.common import SepaCommon


@tagged("post_install", "-at_install")
class TestAccountDebits(SepaCommon, CustomerPortalCommon, HttpCase):
    """What the customer reads of debits."""

    def setUp(self):
        super().setUp()
        self.invoice = self._bill()
        self._allow_online_payment()

    def _get_account(self):
        return self._get_page("/my/billing", "portal_alpha")

    def test_day_and_account_are_named_and_nobody_is_asked_to_pay(self):
        page = self._get_account()
        [status] = self._texts(page, "//*[@data-status='collecting']")
        self.assertIn("Will be debited on 03/20/2026", status)
        self.assertFalse(page.xpath("//a[contains(@href, 'payment=True')]"))
        text = page.text_content()
        self.assertIn("will be debited on 03/20/2026 from your account ending in 6199", text)

    def test_what_came_back_is_to_be_paid(self):
        collection = self._collections(self.invoice)
        collection.write({"state": "submitted"})
        collection._fail("MD06", "returned", date(2026, 3, 24))
        page = self._get_account()
        self.assertTrue(page.xpath("//*[@data-status='returned']"))
        self.assertTrue(page.xpath("//a[contains(@href, 'payment=True')]"))
        self.assertNotIn("will be debited", page.text_content())

    def test_collected_again(self):
        collection = self._collections(self.invoice)
        collection.write({"state": "submitted"})
        collection._fail("AM04", "returned", date(2026, 3, 24))
        self._run()
        page = self._get_account()
        self.assertTrue(page.xpath("//*[@data-status='collecting']"))
        self.assertFalse(page.xpath("//*[@data-status='returned']"))

    def test_others_see_nothing_of_it(self):
        text = self._get_page("/my/billing", "portal_beta").text_content()
        self.assertNotIn("6199", text)
