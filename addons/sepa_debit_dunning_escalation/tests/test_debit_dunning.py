from datetime import date, timedelta

from odoo.tests import tagged

from odoo.addons.dunning_escalation.tests.common import DunningCommon
from odoo.addons.sepa_debit.tests.common_statements import DUE, SepaStatementCommon

CAME_BACK = date(2026, 3, 24)


@tagged("post_install", "-at_install")
class TestDebitDunning(SepaStatementCommon):
    """Debits under way hold dunning, returns open it again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["dunning.policy"].search([]).active = False
        cls.policy = DunningCommon._create_policy.__func__(cls)
        cls.reminder, cls.notice, cls.last = cls.policy.level_ids.sorted("days")

    def _dun(self, day):
        """Run dunning of a day, deliver, and return its letters."""
        self._set_today(day)
        runs = self.env["dunning.run"].with_context(billing_one_transaction=True)
        runs._run_dunning(self.company, day)
        self.env["billing.delivery"].search(
            [("res_model", "=", "dunning.notice"), ("state", "=", "waiting")]
        )._set_delivered()
        run = runs.search([("date", "=", day), ("company_id", "=", self.company.id)])
        self.assertFalse(run.error_text)
        return run.notice_ids

    def _take_back(self, invoice, reason, day=CAME_BACK):
        """The bank takes the money of a debit back."""
        self._set_today(day)
        collection = self._collections(invoice).filtered(lambda c: c.state == "settled")
        self._read(self._come_back(collection, reason, day=str(day)), day=day)
        return collection.return_ids

    def _collected(self):
        invoice = self._bill()
        self._collect(invoice)
        return invoice

    def test_planned_debit_holds(self):
        """What is to be debited is not demanded, however late it is."""
        invoice = self._bill(due=date(2026, 3, 4))
        self.assertTrue(self._collections(invoice))
        self.assertFalse(self._dun(date(2026, 5, 4)))
        self._collections(invoice).action_cancel()
        self.assertEqual(self._dun(date(2026, 5, 5)).level_id, self.reminder)

    def test_retry_holds(self):
        invoice = self._collected()
        returned = self._take_back(invoice, "AM04")
        self.assertEqual(returned.next_step, "retry")
        self.assertFalse(self._dun(DUE + timedelta(days=30)))
        item = self._items(invoice)
        self.assertIn("made again", item.dunning_outlook)
        self.mandate._set_state("suspended")
        self.assertTrue(self._dun(DUE + timedelta(days=31)))

    def test_objection_holds_until_decided(self):
        invoice = self._collected()
        returned = self._take_back(invoice, "MD06")
        hold = invoice.dunning_hold_ids
        self.assertEqual((hold.kind, hold.sepa_return_id), ("debit", returned))
        self.assertFalse(self._dun(DUE + timedelta(days=60)))
        returned.action_done()
        self.assertTrue(self._dun(DUE + timedelta(days=61)))

    def test_wrong_account_does_not_hold(self):
        invoice = self._collected()
        returned = self._take_back(invoice, "AC04")
        self.assertEqual(returned.state, "open")
        self.assertFalse(invoice.dunning_hold_ids)
        self.assertTrue(self._dun(DUE + timedelta(days=7)))

    def test_return_opens_the_case_again(self):
        """A case goes on where it was before the debit, with the reason of the bank."""
        invoice = self._bill(due=date(2026, 3, 4))
        self._collections(invoice).action_cancel()
        self._dun(date(2026, 3, 12))
        case = invoice.dunning_case_ids
        self.assertEqual(case.level_id, self.reminder)
        self._set_today(date(2026, 3, 13))
        self._run()
        self._deliver_notices(invoice)
        batch = self._submit_planned(invoice)
        self.assertEqual(case.state, "open")
        self._settle(batch)
        self.assertEqual(case.state, "closed")
        self._take_back(invoice, "AC04", batch.collect_on + timedelta(days=3))
        self.assertEqual((case.state, case.level_id), ("open", self.reminder))
        self.assertIn("came back", case.reopened_reason)
        notice = self._dun(batch.collect_on + timedelta(days=20))
        self.assertEqual(notice.level_id, self.notice)

    def _deliver_notices(self, invoice):
        self._collections(invoice)._take_notice()

    def _submit_planned(self, invoice):
        collection = self._collections(invoice).filtered(lambda c: c.state != "cancelled")
        self._set_today(collection.collect_on - timedelta(days=1))
        self._run()
        batch = collection.batch_id
        batch.action_write()
        batch.action_submit()
        return batch

    def _settle(self, batch):
        self._set_today(batch.collect_on)
        self._run()
        self._read(self._credit(batch))
