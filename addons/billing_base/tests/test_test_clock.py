from datetime import date
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .common import BillingCommon


@freeze_time("2026-03-10")
@tagged("post_install", "-at_install")
class TestTestClock(BillingCommon):
    def _run_days(self, results=None):
        """Patch the seam; return the list of days it was called for."""
        days = []

        def run_day(clock, today):
            days.append((today, clock.date, clock.partner_id._get_billing_today(clock.company_id)))
            return results

        self.patch(self.registry["billing.test.clock"], "_run_day", run_day)
        return days

    def test_only_in_sandbox_companies(self):
        with self.assertRaisesRegex(ValidationError, "not a sandbox"):
            self.env["billing.test.clock"].create({"partner_id": self.partner_a.id})

    def test_sandbox_cannot_end_while_there_are_clocks(self):
        clock = self._create_sandbox_clock(self.partner_a, "2026-01-01")
        with self.assertRaisesRegex(ValidationError, "still has test clocks"):
            self.company.sudo().is_billing_sandbox = False
        clock.unlink()
        self.company.sudo().is_billing_sandbox = False

    def test_one_clock_per_customer_and_company(self):
        self._create_sandbox_clock(self.partner_a, "2026-01-01")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self._create_sandbox_clock(self.partner_a, "2026-02-01")

    def test_belongs_to_a_customer_not_to_a_contact(self):
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": self.partner_a.id}
        )
        with self.assertRaisesRegex(ValidationError, "Choose partner_a"):
            self._create_sandbox_clock(contact, "2026-01-01")

    def test_starts_with_the_day_of_the_company(self):
        self.company.sudo().is_billing_sandbox = True
        clock = self.env["billing.test.clock"].create({"partner_id": self.partner_a.id})
        self.assertEqual(clock.date, date(2026, 3, 10))

    def test_replaces_today_of_the_customer_and_its_contacts_only(self):
        self._create_sandbox_clock(self.partner_a, "2027-05-01")
        contact = self.env["res.partner"].create(
            {"name": "Contact", "type": "invoice", "parent_id": self.partner_a.id}
        )
        other = self.setup_other_company()["company"]
        other.sudo().is_billing_sandbox = True
        cases = [
            (self.partner_a, self.company, date(2027, 5, 1)),
            (contact, self.company, date(2027, 5, 1)),
            (self.partner_b, self.company, date(2026, 3, 10)),
            (self.partner_a, other, date(2026, 3, 10)),
        ]
        for partner, company, expected in cases:
            with self.subTest(partner=partner.name, company=company.name):
                self.assertEqual(partner._get_billing_today(company), expected)

    def test_clocked_partners(self):
        Clock = self.env["billing.test.clock"]
        self.assertFalse(Clock._get_clocked_partners(self.company))
        contact, archived = self.env["res.partner"].create(
            [
                {"name": "Contact", "parent_id": self.partner_a.id},
                {"name": "Former", "parent_id": self.partner_a.id, "active": False},
            ]
        )
        self._create_sandbox_clock(self.partner_a, "2026-01-01")
        self.assertEqual(
            Clock._get_clocked_partners(self.company), self.partner_a + contact + archived
        )
        other = self.setup_other_company()["company"]
        other.sudo().is_billing_sandbox = True
        self.assertFalse(Clock._get_clocked_partners(other))

    def test_advances_day_by_day(self):
        days = self._run_days()
        clock = self._create_sandbox_clock(self.partner_a, "2026-02-27")
        clock._advance_to(date(2026, 3, 2))
        expected = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 2)]
        self.assertEqual(days, [(day, day, day) for day in expected])
        self.assertEqual(clock.date, date(2026, 3, 2))

    def test_only_goes_forward(self):
        days = self._run_days()
        clock = self._create_sandbox_clock(self.partner_a, "2026-02-27")
        for target in (date(2026, 2, 27), date(2026, 2, 1)):
            with (
                self.subTest(target=target),
                self.assertRaisesRegex(UserError, "only goes forward"),
            ):
                clock._advance_to(target)
        self.assertFalse(days)

    def test_failing_day_takes_back_the_advance(self):
        def run_day(_clock, today):
            if today == date(2026, 3, 1):
                raise ZeroDivisionError

        clock = self._create_sandbox_clock(self.partner_a, "2026-02-27")
        with (
            patch.object(self.registry["billing.test.clock"], "_run_day", run_day),
            self.assertRaises(ZeroDivisionError),
            self.env.cr.savepoint(),
        ):
            clock._advance_to(date(2026, 3, 2))
        self.assertEqual(clock.date, date(2026, 2, 27))

    def test_result_in_the_chatter(self):
        self._run_days({"Invoices": 2, "Notices": 0})
        clock = self._create_sandbox_clock(self.partner_a, "2026-02-27")
        clock._advance_to(date(2026, 3, 2))
        body = clock.message_ids[0].body
        self.assertIn("Invoices: 6", body)
        self.assertNotIn("Notices", body)

    def test_wizard(self):
        clock = self._create_sandbox_clock(self.partner_a, "2026-01-31")
        action = clock.action_advance()
        with Form(self.env[action["res_model"]].with_context(**action["context"])) as form:
            self.assertEqual(str(form.date), "2026-02-28")
            form.date = "2026-02-05"
        form.record.action_advance()
        self.assertEqual(clock.date, date(2026, 2, 5))

    def test_date_cannot_be_edited(self):
        clock = self._create_sandbox_clock(self.partner_a, "2026-02-27")
        for values in ({"date": "2026-03-01"}, {"partner_id": self.partner_b.id}):
            with (
                self.subTest(values=values),
                self.assertRaisesRegex(UserError, "cannot be edited"),
            ):
                clock.write(values)

    def test_users_may_look_managers_may_advance(self):
        clock = self._create_sandbox_clock(self.partner_a, "2026-02-27")
        user = self._create_user("clock_user")
        self.assertEqual(clock.with_user(user).date, date(2026, 2, 27))
        with self.assertRaises(AccessError):
            clock.with_user(user).unlink()
        with self.assertRaises(AccessError):
            self.env["billing.test.clock.advance"].with_user(user).create({"clock_id": clock.id})

    def test_clocks_of_other_companies_are_hidden(self):
        clock = self._create_sandbox_clock(self.partner_a, "2026-02-27")
        other = self.setup_other_company()["company"]
        user = self._create_user("other_company_user")
        user.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        self.assertFalse(self.env["billing.test.clock"].with_user(user).search([]))
        with self.assertRaises(AccessError):
            clock.with_user(user).read(["date"])
