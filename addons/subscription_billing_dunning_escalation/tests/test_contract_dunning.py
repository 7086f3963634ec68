from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from odoo.addons.dunning_escalation.tests.common import START, DunningCommon
from odoo.addons.subscription_billing.tests.common import SubscriptionBillingCommon


@tagged("post_install", "-at_install")
class TestContractDunning(DunningCommon, SubscriptionBillingCommon):
    """What unpaid contracts lose, after a warning, and get back with the payment."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.features = cls.env["billing.feature"].create(
            [{"name": name, "code": name.lower()} for name in ("Export", "Support")]
        )
        cls.plan = cls._create_plan(
            "Pro",
            [{"unit_price": 100.0}],
            entitlement_ids=[
                Command.create({"feature_id": feature.id}) for feature in cls.features
            ],
        )
        cls.policy.action_minimum = 100.0
        cls.reminder.write(
            {
                "action": "restrict",
                "action_days": 7,
                "withheld_feature_ids": [Command.set(cls.features[0].ids)],
            }
        )
        cls.notice.write({"action": "suspend", "action_days": 7})
        cls.last.write({"action": "cancel", "action_days": 14, "deadline_days": 7})

    def _days(self, number):
        return START + timedelta(days=number)

    def _contract(self, **values):
        """A contract with an invoice due on the first day."""
        contract = self._create_contract(
            self.plan, start=str(START), partner_id=self.customer.id, **values
        )
        contract.sudo()._bill(START)
        contract.period_ids.move_id.line_ids.filtered("date_maturity").date_maturity = START
        return contract

    def _use(self, contract, day=None):
        """Codes of what the customer may use under a contract."""
        return set(contract._get_entitlements(day or self.today)[contract.id])

    def _commit_facts(self):
        """What is told before a commit."""
        self.env.cr.precommit.run()

    def test_restricted_and_restored(self):
        contract = self._contract()
        invoice = contract.period_ids.move_id
        notice = self._run(self._days(7))
        text = " ".join(notice._get_paragraphs())
        self.assertIn("03/16/2026", text)
        self.assertIn("Export", text)
        self.assertIn(contract.name, text)
        self._run(self._days(13))
        self.assertEqual(self._use(contract), {"export", "support"})
        self._run(self._days(14))
        self.assertEqual(self._use(contract), {"support"})
        self._commit_facts()
        self.assertEqual(self._get_facts("service"), [("service.restricted", invoice.name)])
        self._receive(invoice)
        self.assertEqual(self._use(contract), {"export", "support"})
        self._commit_facts()
        facts = self._get_facts("service")
        self.assertEqual(facts[1:], [("service.restored", invoice.name)])
        told = self.env["billing.event"].search(
            [("type", "=", "subscription.entitlements_changed")], order="id"
        )
        self.assertEqual(told[-1].payload["granted"], ["export"])

    def test_paid_contracts_are_not_touched(self):
        unpaid, paid = self._contract(), self._contract()
        self._receive(paid.period_ids.move_id)
        self._run(self._days(7))
        self._run(self._days(14))
        self.assertEqual(self._use(unpaid), {"support"})
        self.assertEqual(self._use(paid), {"export", "support"})
        self.assertFalse(paid.hold_ids)

    def test_two_unpaid_invoices(self):
        """The contract gets its features back when the last one is paid, not before."""
        contract = self._contract()
        first = contract.period_ids.move_id
        contract.sudo()._bill(date(2026, 4, 2))
        second = contract.period_ids.move_id - first
        self._items(second).date_maturity = START
        self._run(self._days(7))
        self._run(self._days(14))
        self.assertEqual(len(contract.hold_ids), 1)
        self._receive(first)
        self.assertEqual(self._use(contract), {"support"})
        self._receive(second)
        self.assertEqual(self._use(contract), {"export", "support"})

    def test_not_over_a_trifle(self):
        contract = self._contract()
        self._run(self._days(7))
        self._receive(contract.period_ids.move_id, 80.0)
        self._run(self._days(14))
        action = self._get_case(contract.period_ids.move_id).action_ids
        self.assertEqual(action.state, "planned")
        self.assertIn("minimum", action.note)
        self.assertFalse(contract.hold_ids)

    def test_suspended(self):
        """A suspension takes everything; time goes on being billed unless the level says no."""
        self.notice.is_billed_meanwhile = False
        contract = self._contract()
        self._run(self._days(7))
        self._run(self._days(21))
        self._run(self._days(28))
        self.assertFalse(self._use(contract))
        self.assertFalse(contract.hold_ids.sorted("id")[-1].is_billed)
        self.assertEqual(len(contract.hold_ids), 2)
        self._receive(contract.period_ids.move_id)
        self.assertEqual(self._use(contract), {"export", "support"})

    def test_cancelled(self):
        """The last level ends the contract for good cause; paying later does not revive it."""
        contract = self._contract()
        for number in (7, 21, 35, 48):
            self._run(self._days(number))
        self.assertFalse(contract.end_date)
        self._run(self._days(49))
        self.assertEqual(contract.end_date, self._days(49))
        invoice = contract.period_ids.move_id[:1]
        self._receive(invoice)
        self.assertEqual(contract.end_date, self._days(49))
        actions = self._get_case(invoice).action_ids
        self.assertEqual(actions.filtered(lambda a: a.kind == "cancel").state, "done")

    def test_taken_back_payment_warns_again(self):
        """A payment that comes back restricts anew only after the days of the level."""
        contract = self._contract()
        invoice = contract.period_ids.move_id
        self._run(self._days(7))
        self._run(self._days(14))
        receipt = self._receive(invoice)
        self._set_today(self._days(17))
        receipt.remove_move_reconcile()
        receipt.move_id.button_draft()
        receipt.move_id.button_cancel()
        self._run(self._days(18))
        self.assertEqual(self._use(contract), {"export", "support"})
        self._run(self._days(24))
        self.assertNotIn("export", self._use(contract))

    def test_policy_of_a_plan(self):
        special = self._create_policy(
            name="Pro only", sequence=1, plan_ids=[Command.set(self.plan.ids)]
        )
        contract, other = self._contract(), self._bill()
        self._run(self._days(7))
        self.assertEqual(self._get_case(contract.period_ids.move_id).policy_id, special)
        self.assertEqual(self._get_case(other).policy_id, self.policy)

    def test_hold_of_a_contract(self):
        """All invoices of the contract rest, also those that come later; others go on."""
        contract, other = self._contract(), self._contract()
        self.env["dunning.hold"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "subscription_id": contract.id,
                "reason": "Talks",
                "start_date": START,
                "end_date": self._days(60),
            }
        )
        notice = self._run(self._days(7))
        self.assertEqual(notice.line_ids.line_id.move_id, other.period_ids.move_id)
        contract.sudo()._bill(date(2026, 4, 2))
        self._items(contract.period_ids.move_id).date_maturity = START
        self._run(self._days(50))
        self.assertFalse(contract.period_ids.move_id.dunning_case_ids)

    def test_hold_of_a_strangers_contract(self):
        contract = self._contract()
        with self.assertRaisesRegex(ValidationError, "is paid by"):
            self.env["dunning.hold"].create(
                {
                    "partner_id": self.partner_b.id,
                    "company_id": self.company.id,
                    "subscription_id": contract.id,
                    "reason": "Talks",
                    "end_date": self._days(60),
                }
            )

    def test_restriction_names_features(self):
        with self.assertRaisesRegex(ValidationError, "Features Taken Away"):
            self.reminder.withheld_feature_ids = False
