"""Holds, disputed parts and instalment plans."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import START, DunningCommon


@tagged("post_install", "-at_install")
class TestDunningHolds(DunningCommon):
    def _days(self, number):
        return START + timedelta(days=number)

    def _hold(self, **values):
        return self.env["dunning.hold"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "reason": "Checks the delivery",
                "start_date": self.today,
                **values,
            }
        )

    def test_invoice_rests_until_the_date(self):
        held, other = self._bill(), self._bill()
        self._hold(move_id=held.id, end_date=self._days(15))
        notice = self._run(self._days(7))
        self.assertEqual(notice.line_ids.line_id.move_id, other)
        self.assertFalse(self._run(self._days(14)))
        self.assertEqual(
            self._run(self._days(15)).line_ids.filtered("is_reached").line_id.move_id, held
        )

    def test_customer_rests(self):
        self._bill()
        self._hold(end_date=self._days(20))
        self.assertFalse(self._run(self._days(19)))
        item = self.env["account.move.line"].search(
            [("partner_id", "=", self.customer.id), ("balance", ">", 0)], limit=1
        )
        self.assertIn("Checks the delivery", item.dunning_outlook)
        self.assertTrue(self._run(self._days(20)))

    def test_disputed_part(self):
        """Only the disputed part rests: letters demand the rest, actions too."""
        invoice = self._bill()
        self._hold(move_id=invoice.id, kind="dispute", amount=100.0)
        notice = self._run(self._days(7))
        self.assertEqual(notice.amount_total, 19)

    def test_wholly_disputed(self):
        invoice = self._bill()
        hold = self._hold(move_id=invoice.id, kind="dispute", amount=119.0)
        self.assertFalse(self._run(self._days(30)))
        hold.action_end()
        self.assertTrue(self._run(self._days(31)))

    def test_hold_withdraws_letters(self):
        """What is held does not stay in a letter that has not left."""
        invoice = self._bill()
        notice = self._run(self._days(7), deliver=False)
        self._hold(move_id=invoice.id, end_date=self._days(20))
        self.assertEqual(notice.state, "cancelled")
        self.assertFalse(self._get_waiting())

    def test_needs_a_date(self):
        with self.assertRaisesRegex(ValidationError, "Until: enter the day"):
            self._hold()

    def test_no_more_than_the_invoice(self):
        invoice = self._bill()
        with self.assertRaisesRegex(ValidationError, "Disputed Amount"):
            self._hold(move_id=invoice.id, kind="dispute", amount=120.0)

    def test_action_waits_for_hold(self):
        self.reminder.write({"action": "task", "action_days": 7})
        invoice = self._bill()
        self._run(self._days(7))
        self._hold(move_id=invoice.id, end_date=self._days(30))
        self._run(self._days(14))
        action = self._get_case(invoice).action_ids
        self.assertEqual(action.state, "planned")
        self.assertIn("Checks the delivery", action.note)
        self._run(self._days(30))
        self.assertEqual(action.state, "done")

    # === INSTALMENTS === #

    def _plan(self, invoice):
        plan = self.env["dunning.instalment.plan"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "currency_id": invoice.currency_id.id,
                "line_ids": [Command.set(self._items(invoice).ids)],
                "grace_days": 3,
            }
        )
        plan.action_split(2)
        plan.action_start()
        return plan

    def test_plan_kept(self):
        invoice = self._bill(100.0)
        self._run(self._days(7))
        plan = self._plan(invoice)
        first, second = plan.instalment_ids
        self.assertEqual((first.amount, second.amount), (50, 50))
        self.assertFalse(self._run(self._days(30)))
        self._receive(invoice, 50.0, first.date)
        self.assertFalse(self._run(first.date + timedelta(days=9)))
        self.assertEqual(plan.state, "running")
        self._receive(invoice, 50.0, second.date)
        self._run(second.date)
        self.assertEqual(plan.state, "kept")
        self.assertEqual(self._get_case(invoice).state, "closed")

    def test_plan_broken(self):
        """An instalment is missing: dunning goes on where it was, by itself."""
        invoice = self._bill(100.0)
        self._run(self._days(7))
        plan = self._plan(invoice)
        last_day = plan.instalment_ids[0].date + timedelta(days=3)
        self.assertFalse(self._run(last_day))
        notice = self._run(last_day + timedelta(days=1))
        self.assertEqual(plan.state, "broken")
        self.assertEqual(notice.level_id, self.notice)

    def test_plan_must_cover_the_debt(self):
        plan = self._plan(self._bill(100.0))
        copy = plan.copy({"line_ids": [Command.set(plan.line_ids.ids)]})
        copy.instalment_ids[0].amount = 40
        with self.assertRaisesRegex(ValidationError, "Change the last one"):
            copy.action_start()
