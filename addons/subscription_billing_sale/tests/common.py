"""What the tests of orders share."""

from odoo import Command

from odoo.addons.subscription_billing.tests.common import SubscriptionBillingCommon


class OrderCommon(SubscriptionBillingCommon):
    """Products that sell plans, and orders for them, in a sandbox on 2026-01-10.

    ``cloud`` sells ``plan`` (10.00 per seat and month and 25.00 once for setting up, with the
    option ``backup`` at 4.00) or ``yearly`` (100.00 per year). ``cable`` is sold once.
    """

    @classmethod
    def get_default_groups(cls):
        return super().get_default_groups() | cls.quick_ref("sales_team.group_sale_manager")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cloud = cls._create_service("Cloud", lst_price=1.0)
        cls.setup = cls._create_service("Setup", lst_price=1.0)
        cls.backup = cls._create_service("Backup", lst_price=1.0)
        cls.cable = cls._create_service("Cable", lst_price=15.0, invoice_policy="order")
        cls.plan = cls._create_plan(
            "Cloud monthly",
            [
                {
                    "name": "Seats",
                    "product_id": cls.cloud.id,
                    "charge_model": "per_unit",
                    "unit_price": 10.0,
                },
                {
                    "name": "Setting up",
                    "product_id": cls.setup.id,
                    "recurrence": "once",
                    "unit_price": 25.0,
                },
                {
                    "name": "Backup",
                    "product_id": cls.backup.id,
                    "is_option": True,
                    "unit_price": 4.0,
                },
            ],
        )
        yearly = {"name": "Cloud", "product_id": cls.cloud.id, "unit_price": 100.0}
        cls.yearly = cls._create_plan("Cloud yearly", [yearly], cadence_unit="year")
        cls.cloud.product_tmpl_id.billing_plan_ids = cls.plan | cls.yearly
        cls.clock = cls._create_sandbox_clock(cls.partner_a, "2026-01-10")

    @classmethod
    def _create_order(cls, *lines, **values):
        """An order of ``partner_a``; lines are pairs of a product and a dict."""
        commands = [Command.create({"product_id": product.id, **vals}) for product, vals in lines]
        return cls.env["sale.order"].create(
            {"partner_id": cls.partner_a.id, "order_line": commands, **values}
        )

    def _line(self, order, product):
        return order.order_line.filtered(lambda line: line.product_id == product)

    def _bill_day(self, day):
        self.clock._advance_to(self._day(day))
        self.env.invalidate_all()
