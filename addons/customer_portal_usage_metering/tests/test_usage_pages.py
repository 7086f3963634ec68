import csv
import io

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from .common import UsagePortalCommon


@tagged("post_install", "-at_install")
class TestUsagePages(UsagePortalCommon, HttpCase):
    """Customers see their running usage and what was billed of it, and nobody else's."""

    def _location(self, url, **kwargs):
        response = self.url_open(url, allow_redirects=False, **kwargs)
        self.assertEqual(response.status_code, 303, url)
        return response.headers["Location"]

    def _get_url(self, move, suffix=""):
        period = move.invoice_line_ids.billing_period_ids
        return f"/my/invoices/{move.id}/usage/{period.id}{suffix}"

    # === RUNNING USAGE === #

    def test_usage_on_the_contract(self):
        page = self._get_page(self.metered.access_url, "portal_alpha")
        [card] = page.xpath("//div[@data-usage]")
        values = {
            node.get("data-usage-value"): " ".join(node.text_content().split())
            for node in card.xpath(".//*[@data-usage-value]")
        }
        unit = self.metered.line_ids.uom_id.name
        self.assertEqual(values["quantity"], f"100 {unit}")
        self.assertIn("200.00", values["amount"])
        self.assertEqual(values["expected_quantity"], f"295 {unit}")
        self.assertEqual(len(card.xpath(".//*[local-name()='rect']")), 28)
        self.assertIn("as used", page.text_content())

    def test_nothing_where_nothing_is_metered(self):
        page = self._get_page(self.contract.access_url, "portal_alpha")
        self.assertFalse(page.xpath("//section[@aria-labelledby='usage']"))
        self.assertNotIn("as used", page.text_content())

    def test_without_signing_in(self):
        self.authenticate(None, None)
        token = self.metered.sudo()._portal_ensure_token()
        page = self._get_page(f"{self.metered.access_url}?access_token={token}", None)
        self.assertTrue(page.xpath("//div[@data-usage]"))
        self.assertFalse(page.xpath("//form[contains(@action, '/alerts')]"))

    def test_one_that_cannot_be_rated(self):
        """The page comes, without words that are meant for others."""

        reason = "broken"

        def fail(records, today=None):
            raise UserError(reason)

        self.patch(self.registry["billing.subscription"], "_look_at_usage", fail)
        page = self._get_page(self.metered.access_url, "portal_alpha")
        [section] = page.xpath("//section[@aria-labelledby='usage']")
        self.assertIn("cannot be shown at the moment", section.text_content())
        self.assertNotIn("broken", section.text_content())

    # === EVENTS OF AN INVOICE === #

    def test_from_the_invoice_to_its_events(self):
        page = self._get_page(f"/my/invoices/{self.move.id}/explanation", "portal_alpha")
        self.assertIn("Europe/Berlin", page.text_content())
        [link] = page.xpath("//a[contains(@href, '/usage/')]/@href")
        page = self._get_page(link, "portal_alpha")
        self.assertEqual(page.xpath("//tr/@data-event"), ["a1", "a2"])
        times = self._texts(page, "//tr[@data-event='a2']/th")
        self.assertEqual(times, ["01/31/2026 11:30:00 PM"], "by the clock of the contract")

    def test_file(self):
        self.authenticate("portal_alpha", "portal_alpha")
        response = self.url_open(self._get_url(self.move, "/csv"))
        self.assertIn("attachment", response.headers["Content-Disposition"])
        rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
        self.assertEqual(rows[0], ["Time", "Quantity", "Value", "Properties", "Key"])
        self.assertEqual(rows[1][:2], ["2026-01-05T13:00:00+01:00", "30"])
        self.assertEqual(rows[1][3:], ['{"region": "=1+1"}', "a1"])
        self.assertEqual(sum(float(row[1]) for row in rows[1:]), 42.5)
        self.assertEqual(self.move.amount_untaxed, 85.0)

    def test_no_formula_gets_into_the_file(self):
        self._use(self.metered, "=cmd", "2026-01-06T12:00:00", 1, value="+49")
        self.authenticate("portal_alpha", "portal_alpha")
        response = self.url_open(self._get_url(self.move, "/csv"))
        rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
        self.assertEqual((rows[2][2], rows[2][4]), ("'+49", "'=cmd"))

    def test_pages(self):
        for number in range(60):
            self._use(self.metered, f"more {number:02}", f"2026-01-10T12:00:{number:02}", 1)
        url = self._get_url(self.move)
        first = self._get_page(url, "portal_alpha").xpath("//tr/@data-event")
        second = self._get_page(f"{url}/page/2", "portal_alpha").xpath("//tr/@data-event")
        self.assertEqual((len(first), len(second)), (50, 12))
        self.assertFalse(set(first) & set(second))

    def test_by_the_link_of_the_invoice(self):
        self.authenticate(None, None)
        token = self.move.sudo()._portal_ensure_token()
        page = self._get_page(f"{self._get_url(self.move)}?access_token={token}", None)
        self.assertEqual(len(page.xpath("//tr/@data-event")), 2)
        self.assertTrue(page.xpath(f"//a[contains(@href, '/csv?access_token={token}')]"))

    def test_strangers(self):
        self.authenticate("portal_beta", "portal_beta")
        mine = self.foreign_move.invoice_line_ids.billing_period_ids.id
        theirs = self.move.invoice_line_ids.billing_period_ids.id
        for suffix in ("", "/csv"):
            for url in (
                self._get_url(self.move, suffix),
                # The own invoice with the period of somebody else.
                f"/my/invoices/{self.foreign_move.id}/usage/{theirs}{suffix}",
                f"/my/invoices/{self.move.id}/usage/{mine}{suffix}",
                f"/my/invoices/{self.foreign_move.id}/usage/999999{suffix}",
            ):
                self.assertTrue(self._location(url).endswith("/my"), url)
        self.authenticate(None, None)
        for suffix in ("", "/csv", "?access_token=wrong"):
            self.assertTrue(self._location(self._get_url(self.move, suffix)).endswith("/my"))

    # === OWN ALERTS === #

    def _post(self, contract, **values):
        """Send the form as ``portal_alpha``; return where it leads."""
        page = self._get_page(self.metered.access_url, "portal_alpha")
        token = page.xpath("//input[@name='csrf_token']/@value")[0]
        data = {"csrf_token": token, **{key: str(value) for key, value in values.items()}}
        return self._location(f"/my/contracts/{contract.id}/alerts", data=data)

    def test_set_and_remove(self):
        location = self._post(self.metered, meter=self.meter.id, basis="amount", level="12,50")
        self.assertIn("usage_alert=set", location)
        alert = self.metered.usage_alert_ids
        self.assertEqual((alert.level, alert.basis), (12.5, "amount"))
        self.assertTrue(alert.is_of_customer and alert.is_mailed and not alert.has_activity)
        page = self._get_page(location.split("#")[0], "portal_alpha")
        self.assertEqual(page.xpath("//li/@data-alert"), [str(alert.id)])
        self.assertIn("Your alert is set", page.text_content())
        self.assertIn("removed", self._post(self.metered, remove=alert.id))
        self.assertFalse(self.metered.usage_alert_ids)

    def test_wrong_levels(self):
        for level in ("", "0", "-1", "x", "NaN", "Infinity", "1e99", "0.0000001"):
            location = self._post(self.metered, meter=self.meter.id, basis="amount", level=level)
            self.assertIn("usage_alert=wrong", location, level)
        for values in ({"meter": 0}, {"meter": "x"}, {"basis": "prepaid"}, {"basis": ""}):
            values = {"meter": self.meter.id, "basis": "amount", "level": "5", **values}
            self.assertIn("usage_alert=wrong", self._post(self.metered, **values))
        self.assertFalse(self.metered.usage_alert_ids)

    def test_not_without_end(self):
        for number in range(12):
            self.metered._set_customer_alert(str(self.meter.id), "amount", str(number + 1))
        self.assertEqual(len(self.metered.usage_alert_ids), 10)

    def test_alerts_of_strangers(self):
        own = self.env["usage.alert"].create(
            {
                "subscription_id": self.metered.id,
                "meter_id": self.meter.id,
                "level": 5,
                "is_of_customer": False,
            }
        )
        self._post(self.metered, remove=own.id)
        self.assertTrue(own.exists(), "not set by the customer")
        location = self._post(self.foreign_metered, meter=self.meter.id, basis="amount", level="5")
        self.assertTrue(location.endswith("/my"))
        self.assertFalse(self.foreign_metered.usage_alert_ids)
        own.sudo().is_of_customer = True
        self._post(self.foreign_metered, remove=own.id)
        self.assertTrue(own.exists())
