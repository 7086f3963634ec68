from datetime import timedelta

from odoo.tests import HttpCase, tagged

from .common import START, DunningCommon

# Not shipped by every distribution of Odoo; its absence is an error on the browser's console.
OPTIONAL_LIBRARY = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


@tagged("post_install", "-at_install")
class TestDunningTours(DunningCommon, HttpCase):
    """A newcomer sets dunning up and sends the first letters, in the browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.unlink()
        cls.newcomer = cls._create_user(
            "newcomer", "billing_base.group_billing_manager", "account.group_account_invoice"
        )
        cls.env["ir.asset"].sudo().create(
            {
                "name": "Leave out an optional library",
                "bundle": "web.assets_backend",
                "directive": "remove",
                "path": OPTIONAL_LIBRARY,
            }
        )
        cls.customer.name = "Alpha Ltd"
        cls.partner_b.write({"name": "Beta Ltd", "is_company": True, "email": "b@example.com"})

    def test_newcomer(self):
        self.env["dunning.policy"].with_context(active_test=False).search([]).unlink()
        late = START - timedelta(days=30)
        held, sent = self._bill(due=late), self._bill(due=late, partner=self.partner_b)
        self.start_tour("/odoo/dunning-policies", "dunning_escalation", login="newcomer")
        hold = self.env["dunning.hold"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(hold.reason, "Promised on the phone")
        self.assertFalse(held.dunning_case_ids.level_id)
        notice = sent.dunning_case_ids.notice_line_ids.notice_id
        self.assertEqual((notice.state, notice.level_id.number), ("issued", 1))
        self._deliver()
        self.assertEqual(sent.dunning_case_ids.level_number, 1)
