"""Base class for tests of usage in the portal."""

from odoo import Command

from odoo.addons.customer_portal_subscription_billing.tests.common import ContractPortalCommon


class UsagePortalCommon(ContractPortalCommon):
    """A customer with a metered contract since January, whose usage of January is billed.

    Today is 2026-02-10; another customer has a metered contract, too.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        meter = {"name": "API calls", "code": "calls"}
        cls.meter = cls.env["usage.meter"].create(meter)
        cls.metered_plan = cls._create_metered_plan()
        start = cls.today.replace(month=1, day=1)
        cls.metered = cls._create_contract(
            cls.partner_a, cls.metered_plan, start, usage_tz="Europe/Berlin"
        )
        cls.foreign_metered = cls._create_contract(
            cls.partner_b, cls.metered_plan, start, usage_tz="UTC"
        )
        cls._use(cls.metered, "a1", "2026-01-05T12:00:00", 30, properties={"region": "=1+1"})
        cls._use(cls.metered, "a2", "2026-01-31T22:30:00", 12.5)
        cls._use(cls.metered, "a3", "2026-02-03T08:00:00", 100)
        cls._use(cls.foreign_metered, "b1", "2026-01-05T12:00:00", 7)
        cls.move = cls._bill(cls.metered)
        cls.foreign_move = cls._bill(cls.foreign_metered)

    @classmethod
    def _create_metered_plan(cls):
        product = cls.env["product.product"].create({"name": "API", "type": "service"})
        charge = {
            "product_id": product.id,
            "name": "API calls",
            "charge_model": "per_unit",
            "unit_price": 2.0,
            "meter_id": cls.meter.id,
        }
        return cls.env["billing.plan"].create(
            {
                "name": "API",
                "charge_ids": [Command.create(charge)],
                "timing": "in_arrears",
                "alignment": "calendar",
            }
        )

    @classmethod
    def _use(cls, contract, key, at, quantity, **values):
        event = {
            "key": key,
            "contract": contract.id,
            "meter": cls.meter.code,
            "at": at,
            "quantity": quantity,
            **values,
        }
        [result] = cls.env["usage.event"]._ingest_here([event], cls.company)
        assert result["status"] == "accepted", result
