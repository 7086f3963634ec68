from odoo import Command
from odoo.tests import HttpCase, tagged

from .common import OrderCommon

# Not shipped by every distribution of Odoo; its absence is an error on the browser's console.
OPTIONAL_LIBRARY = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


@tagged("post_install", "-at_install")
class TestOrderTours(OrderCommon, HttpCase):
    """From the order to the contract in the browser, as a newcomer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cloud.name = "Tour Cloud"
        cls.partner_a.name = "Tour Customer"
        users = cls.env["billing.feature"].create(
            {"name": "Users", "code": "tour_users", "kind": "limit", "unit": "users"}
        )
        cls.plan.charge_ids[0].entitlement_ids = [
            Command.create({"feature_id": users.id, "value": 5, "is_per_unit": True})
        ]
        groups = (
            "billing_base.group_billing_manager",
            "account.group_account_invoice",
            "sales_team.group_sale_manager",
        )
        cls.newcomer = cls._create_user("newcomer", *groups)
        cls.env["ir.asset"].sudo().create(
            {
                "name": "Leave out an optional library",
                "bundle": "web.assets_backend",
                "directive": "remove",
                "path": OPTIONAL_LIBRARY,
            }
        )

    def _check(self):
        self.start_tour(
            "/odoo/action-sale.action_quotations_with_onboarding",
            "subscription_billing_sale_order",
            login="newcomer",
        )
        self.env.invalidate_all()
        contract = self.env["billing.subscription"].search([], limit=1)
        self.assertEqual((contract.plan_id, contract.state), (self.plan, "active"))
        self.assertEqual(contract.sale_order_id.state, "sale")

    def test_order(self):
        self._check()

    def test_order_in_german(self):
        self.env["res.lang"].sudo()._activate_lang("de_DE")
        names = ("web", "mail", "sale", "billing_base", "subscription_billing")
        modules = self.env["ir.module.module"].sudo().search(
            [("name", "in", (*names, "subscription_billing_sale"))]
        )  # fmt: skip
        modules._update_translations(["de_DE"])
        self.newcomer.sudo().lang = "de_DE"
        self._check()
