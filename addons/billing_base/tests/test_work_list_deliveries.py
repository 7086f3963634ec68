from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestWorkListDeliveries(BillingCommon):
    """The first page counts what has not reached customers, and leads into the sandbox."""

    def _get_work(self, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        user = user or self._create_user("clerk", "billing_base.group_billing_user")
        return self.env["billing.work.list"].with_user(user).get_work()

    def _get_counts(self, user):
        return {card["key"]: card["count"] for card in self._get_work(user)["cards"]}

    def test_failed_unknown_and_to_print(self):
        user = self._create_user("clerk", "billing_base.group_billing_user")
        before = self._get_counts(user)
        moves = self._create_open_invoices(4)
        deliveries = moves._request_delivery({move.id: "post" for move in moves})
        self.assertEqual(self._get_counts(user)["to_print"], before["to_print"] + 4)
        for delivery, state in zip(deliveries, ("failed", "unknown", "sent"), strict=False):
            delivery.sudo().write({"state": state})
        counts = self._get_counts(user)
        self.assertEqual(counts["not_delivered"], before["not_delivered"] + 2)
        self.assertEqual(counts["to_print"], before["to_print"] + 1)

    def test_way_into_the_sandbox(self):
        manager = self._create_user("manager", "billing_base.group_billing_manager")
        self.assertNotIn("sandbox", [item["key"] for item in self._get_work(manager)["status"]])
        self.company.is_billing_sandbox = True
        [item] = [item for item in self._get_work(manager)["status"] if item["key"] == "sandbox"]
        self.assertEqual(item["action"]["res_model"], "billing.test.clock")
        [item] = [item for item in self._get_work()["status"] if item["key"] == "sandbox"]
        self.assertFalse(item["action"])
