from datetime import timedelta

from odoo import Command
from odoo.fields import Domain

from odoo.addons.customer_portal.tests.common import CustomerPortalCommon


class ContractPortalCommon(CustomerPortalCommon):
    """Two customers with one billed contract each and a third contract that has ended."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._create_plan("Cloud M", 47.11)
        cls.yearly = cls._create_plan("Domain", 12.0, cadence_unit="year", timing="in_arrears")
        start = cls.today - timedelta(days=40)
        cls.contract = cls._create_contract(cls.partner_a, cls.plan, start)
        cls.foreign = cls._create_contract(cls.partner_b, cls.yearly, start)
        cls.foreign.client_reference = "MARKER-BETA"

    @classmethod
    def _create_plan(cls, name, price, **values):
        product = cls.env["product.product"].create({"name": name, "type": "service"})
        charge = {"product_id": product.id, "unit_price": price}
        seats = charge | {"name": "Seats", "charge_model": "per_unit", "default_quantity": 3}
        charges = [Command.create(charge), Command.create(seats | {"unit_price": 1.5})]
        return cls.env["billing.plan"].create({"name": name, "charge_ids": charges} | values)

    @classmethod
    def _create_contract(cls, partner, plan, start, activate=True, **values):
        values |= {"partner_id": partner.id, "plan_id": plan.id, "start_date": start}
        contract = cls.env["billing.subscription"].create(values)
        if activate:
            contract.action_activate()
        return contract

    @classmethod
    def _bill(cls, contract, day=None):
        """Return the invoices of what is due; billing runs with all rights."""
        return contract.sudo()._bill(day or cls.today).sudo(False)

    @classmethod
    def _create_ended_contract(cls, partner):
        """Return a contract of one month that is billed and over."""
        start = cls.today - timedelta(days=80)
        contract = cls._create_contract(
            partner, cls.yearly, start, end_date=start + timedelta(days=30)
        )
        cls._bill(contract)
        contract.sudo()._run_lifecycle(cls.today, Domain("id", "=", contract.id))
        return contract
