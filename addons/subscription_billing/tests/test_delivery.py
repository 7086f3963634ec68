from datetime import timedelta

from odoo.tests import tagged

from .common import SubscriptionBillingCommon


@tagged("post_install", "-at_install")
class TestDelivery(SubscriptionBillingCommon):
    """What a run posts is asked to be delivered, by the channel that counts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._create_plan("Basic", [{"unit_price": 10.0}])
        cls.partner_a.invoice_sending_method = False

    def _bill(self, **values):
        contract = self._create_contract(self.plan, "2025-01-01", **values)
        moves = self._run_billing("2025-01-01", [("id", "=", contract.id)])
        return moves, moves.sudo()._get_deliveries()

    def test_run_asks_once(self):
        moves, delivery = self._bill()
        self.assertEqual((delivery.res_id, delivery.channel), (moves.id, "mail"))
        self.assertEqual(delivery.state, "waiting")
        moves.button_draft()
        moves._post(soft=False)
        self.assertEqual(moves.sudo()._get_deliveries(), delivery)

    def test_who_is_heard_first(self):
        unit = self._create_unit("A", delivery_method="portal")
        cases = [
            # contract, customer, plan, unit -> channel
            (False, False, False, False, "mail"),
            (False, False, False, unit, "portal"),
            (False, False, "post", unit, "post"),
            (False, "email", "post", unit, "mail"),
            ("portal", "email", "post", unit, "portal"),
            ("none", "email", "post", unit, None),
            (False, False, "none", unit, None),
        ]
        for contract, customer, plan, own_unit, expected in cases:
            with self.subTest(contract=contract, customer=customer, plan=plan, unit=own_unit):
                self.partner_a.invoice_sending_method = customer
                self.plan.delivery_method = plan
                _moves, delivery = self._bill(
                    delivery_method=contract, business_unit_id=own_unit and own_unit.id
                )
                self.assertEqual(delivery.channel if delivery else None, expected)

    def test_drafts_are_delivered_when_they_are_posted(self):
        self.plan.draft_days = 3
        moves, delivery = self._bill()
        self.assertFalse(delivery)
        moves._post(soft=False)
        self.assertEqual(moves.sudo()._get_deliveries().state, "waiting")

    def test_simulation_from_the_contract(self):
        self.company.sudo().is_billing_sandbox = True
        contract = self._create_contract(self.plan, "2025-01-01")
        self.assertTrue(contract.can_simulate_billing)
        action = contract.action_simulate_billing()
        clock = self.env[action["res_model"]].browse(action["res_id"])
        start = clock.date
        clock.action_advance_month()
        invoices = clock.result_ids.filtered(lambda row: row.res_model == "account.move")
        self.assertTrue(invoices)
        self.assertLessEqual(max(invoices.mapped("date")), start + timedelta(days=31))
        self.assertNotIn("subscription.invoiced", clock.result_ids.mapped("name"))
