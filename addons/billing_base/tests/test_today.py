from odoo.tests import freeze_time, tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestToday(BillingCommon):
    @freeze_time("2026-01-31 23:30:00")
    def test_time_zone_of_the_company(self):
        cases = [
            ("Europe/Berlin", "DE", "2026-02-01"),
            ("America/New_York", "DE", "2026-01-31"),
            ("Pacific/Auckland", "US", "2026-02-01"),
            # no zone of its own: the country decides, if it keeps one clock
            (False, "DE", "2026-02-01"),
            (False, "US", "2026-01-31"),
            (False, False, "2026-01-31"),
        ]
        for tz, country, expected in cases:
            with self.subTest(tz=tz, country=country):
                partner = self.company.partner_id.sudo()
                partner.tz = tz
                partner.country_id = country and self.quick_ref(f"base.{country.lower()}")
                self.assertEqual(str(self.company._get_billing_today()), expected)

    @freeze_time("2026-01-31 23:30:00")
    def test_does_not_depend_on_the_user(self):
        user = self._create_user("samoa", tz="Pacific/Pago_Pago")
        company = self.company.with_user(user).with_context(tz="Pacific/Pago_Pago")
        self.assertEqual(str(company._get_billing_today()), "2026-02-01")

    @freeze_time("2026-03-10")
    def test_partner_without_clock_has_the_day_of_the_company(self):
        for partner in (self.partner_a, self.env["res.partner"]):
            self.assertEqual(str(partner._get_billing_today(self.company)), "2026-03-10")
