"""Whom a policy is for; versions; what is refused."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import START, DunningCommon


@tagged("post_install", "-at_install")
class TestDunningPolicies(DunningCommon):
    def _days(self, number):
        return START + timedelta(days=number)

    def _get_policy_of(self, invoice):
        self._run(self._days(60))
        return self._get_case(invoice).policy_id

    def _special(self, **values):
        return self._create_policy(name="Special", sequence=1, **values)

    def test_debtor(self):
        special = self._special(debtor="consumer")
        consumer = self.env["res.partner"].create({"name": "Eva", "email": "e@example.com"})
        theirs, ours = self._bill(partner=consumer), self._bill()
        self.assertEqual(self._get_policy_of(theirs), special)
        self.assertEqual(self._get_case(ours).policy_id, self.policy)

    def test_tag(self):
        tag = self.env["res.partner.category"].create({"name": "Key account"})
        special = self._special(category_ids=[Command.set(tag.ids)])
        plain = self._bill(partner=self.partner_b)
        self.customer.category_id = tag
        marked = self._bill()
        self.assertEqual(self._get_policy_of(marked), special)
        self.assertEqual(self._get_case(plain).policy_id, self.policy)

    def test_unit_and_amount(self):
        unit = self._create_unit("A")
        special = self._special(business_unit_ids=[Command.set(unit.ids)], amount_from=100.0)
        fits = self._bill(business_unit_id=unit.id)
        small = self._bill(50.0, business_unit_id=unit.id)
        elsewhere = self._bill()
        self.assertEqual(self._get_policy_of(fits), special)
        self.assertEqual(self._get_case(small).policy_id, self.policy)
        self.assertEqual(self._get_case(elsewhere).policy_id, self.policy)

    def test_nothing_fits(self):
        self.policy.debtor = "public"
        self._bill()
        self.assertFalse(self._run(self._days(60)))

    def test_running_cases_keep_their_version(self):
        old = self._bill()
        self._run(self._days(7))
        with self.assertRaisesRegex(UserError, "New Version"):
            self.notice.days = 60
        with self.assertRaisesRegex(UserError, "New Version"):
            self.policy.minimum_amount = 500
        self.notice.opening = "Wording may change."
        action = self.policy.action_new_version()
        new_version = self.env["dunning.policy"].browse(action["res_id"])
        self.assertEqual((new_version.version, self.policy.active), (2, False))
        new_version.level_ids[0].days = 8
        new = self._bill()
        self._run(self._days(7))
        self.assertFalse(self._get_case(new))
        self._run(self._days(8))
        self.assertEqual(self._get_case(new).policy_id, new_version)
        self._run(self._days(21))
        self.assertEqual(
            (self._get_case(old).level_id, self._get_case(old).policy_id),
            (self.notice, self.policy),
        )

    def test_refusals(self):
        with self.assertRaisesRegex(ValidationError, "same number of days"):
            self.notice.days = 7
        with self.assertRaisesRegex(ValidationError, "before the due date"):
            self.reminder.write({"days": -3, "fee_total": 1})
        with self.assertRaisesRegex(ValidationError, "days to pay"):
            self.last.write({"action": "task", "action_days": 2, "deadline_days": 7})
        with self.assertRaisesRegex(ValidationError, "separated by commas"):
            self.company.sudo().dunning_marks = "1, often"

    def test_reminder_before_due(self):
        self.policy.level_ids = [
            Command.create({"name": "Coming up", "days": -3, "channel": "mail"})
        ]
        invoice = self._bill()
        self.assertFalse(self._run(self._days(-4)))
        notice = self._run(self._days(-3))
        self.assertEqual(notice.level_id.name, "Coming up")
        self.assertFalse(self._get_case(invoice).default_on)
        self.assertFalse(self._run(self._days(6)))
        self.assertEqual(self._run(self._days(7)).level_id, self.reminder)

    def test_examples(self):
        self.env["dunning.policy"].with_context(active_test=False).search([]).unlink()
        self.env["dunning.policy"].action_load_examples()
        made = self.env["dunning.policy"].search([("company_id", "=", self.company.id)])
        self.assertEqual(made.mapped("debtor"), ["business", "any"])
        self.assertFalse(any(made.mapped("is_automatic")))
        self.env["dunning.policy"].action_load_examples()
        self.assertEqual(
            len(self.env["dunning.policy"].search([("company_id", "=", self.company.id)])), 2
        )
