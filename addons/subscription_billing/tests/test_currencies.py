from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .change_common import ChangeCommon


@tagged("post_install", "-at_install")
class TestCurrencies(ChangeCommon):
    """One plan in several currencies: prices are entered, never converted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.franc = cls.setup_other_currency("CHF")
        cls.yen = cls.setup_other_currency("JPY")
        cls._price(cls.seats.charge_ids, cls.franc, 28.0)
        cls._price(cls.large.charge_ids, cls.franc, 56.0)

    @classmethod
    def _price(cls, charge, currency, price, **values):
        return cls.env["billing.charge.price"].create(
            {
                "charge_id": charge.id,
                "currency_id": currency.id,
                "unit_price": price,
                **values,
            }
        )

    def test_billed_in_the_currency_of_the_contract(self):
        contract = self._create_contract(self.seats, currency_id=self.franc.id)
        self.assertEqual(contract.amount_period, 56.0)
        [move] = self._bill("2025-01-01", contract)
        self.assertEqual((move.currency_id, move.amount_untaxed), (self.franc, 56.0))
        other = self._create_contract(self.seats)
        [move] = self._bill("2025-01-01", other)
        self.assertEqual((move.currency_id, move.amount_untaxed), (self.seats.currency_id, 62.0))

    def test_price_list_of_the_customer_suggests_it(self):
        self.env.user.group_ids |= self.env.ref("product.group_product_pricelist")
        pricelist = self.env["product.pricelist"].create(
            {"name": "Swiss", "currency_id": self.franc.id}
        )
        self.partner_a.specific_property_product_pricelist = pricelist
        self.assertEqual(self._create_contract(self.seats).currency_id, self.franc)
        # The plan has no price in it: its own currency.
        self.assertEqual(self._create_contract(self.small).currency_id, self.small.currency_id)

    def test_currency_without_a_price_is_refused(self):
        with (
            self.assertRaisesRegex(ValidationError, "Currency: .*JPY.*Choose"),
            self.cr.savepoint(),
        ):
            self._create_contract(self.seats, currency_id=self.yen.id)
        contracts = self.env["billing.subscription"]
        self.assertFalse(contracts.search([("plan_id", "=", self.seats.id)]))

    def test_running_contract_keeps_its_currency(self):
        contract = self._create_contract(self.seats)
        with self.assertRaisesRegex(UserError, "Currency"):
            contract.currency_id = self.franc
        self.assertEqual(contract.currency_id, self.seats.currency_id)

    def test_change_of_plan_needs_a_price_in_the_currency(self):
        contract = self._create_contract(self.seats, currency_id=self.franc.id)
        self._bill("2025-01-01", contract)
        with self.assertRaisesRegex(UserError, "has no prices in CHF"):
            contract._change_plan(self.small.current_version_id, self._day("2025-01-16"))
        contract._change_plan(self.large.current_version_id, self._day("2025-01-17"))
        [move] = self._bill("2025-01-17", contract)
        self.assertEqual(move.currency_id, self.franc)
        self.assertEqual([row[3] for row in self._get_rows(contract)], [56.0, -27.1, 27.1])

    def test_offered_plans_are_found(self):
        Version = self.env["billing.plan.version"]
        found = Version.search([("currency_ids", "in", [self.franc.id])])
        self.assertIn(self.seats.current_version_id, found)
        self.assertIn(self.large.current_version_id, found)
        self.assertNotIn(self.small.current_version_id, found)
        self.assertEqual(self.seats.currency_ids, self.seats.currency_id | self.franc)

    def test_planned_price_counts_in_its_currency_only(self):
        swiss = self._create_contract(self.seats, currency_id=self.franc.id)
        euro = self._create_contract(self.seats)
        self.env["billing.price.change"].create(
            {
                "charge_id": self.seats.charge_ids.id,
                "currency_id": self.franc.id,
                "effective_date": "2025-02-01",
                "unit_price": 35.0,
            }
        )
        self._bill("2025-02-01")
        self.assertEqual([row[3] for row in self._get_rows(swiss)], [56.0, 70.0])
        self.assertEqual([row[3] for row in self._get_rows(euro)], [62.0, 62.0])

    def test_planned_price_in_a_currency_without_price_is_refused(self):
        with self.assertRaisesRegex(UserError, "Currency"):
            self.env["billing.price.change"].create(
                {
                    "charge_id": self.seats.charge_ids.id,
                    "currency_id": self.yen.id,
                    "effective_date": "2025-02-01",
                    "unit_price": 35.0,
                }
            )

    def test_indexing_reaches_all_currencies(self):
        swiss = self._create_contract(self.seats, currency_id=self.franc.id)
        self.seats._index_prices(10, self._day("2025-02-01"))
        self._bill("2025-02-01", swiss)
        self.assertEqual([row[3] for row in self._get_rows(swiss)], [56.0, 61.6])

    def test_tiers_in_another_currency(self):
        rows = [{"up_to": 1, "unit_price": 10.0}, {"is_open": True, "unit_price": 5.0}]
        charge = {
            "charge_model": "graduated",
            "tier_ids": [Command.create(row) for row in rows],
            "default_quantity": 3,
        }
        plan = self._create_plan("Tiers", [charge])
        tiers = [{"up_to": 2, "unit_price": 9.0}, {"is_open": True, "unit_price": 4.0}]
        self._price(plan.charge_ids, self.franc, 0, tier_ids=[Command.create(t) for t in tiers])
        self.assertEqual(len(plan.charge_ids.tier_ids), 2)
        swiss = self._create_contract(plan, currency_id=self.franc.id)
        self.assertEqual(swiss.amount_period, 22.0)
        self.assertEqual(self._create_contract(plan).amount_period, 20.0)
        [move] = self._bill("2025-01-01", swiss)
        self.assertEqual(move.amount_untaxed, 22.0)

    def test_new_version_takes_all_prices_along(self):
        self._create_contract(self.seats)
        self.seats.action_new_version()
        self.assertIn(self.franc, self.seats.currency_ids)

    def test_price_of_running_contracts_is_kept(self):
        price = self.seats.charge_ids.price_ids
        price.unit_price = 29.0
        self._create_contract(self.seats, currency_id=self.franc.id)
        with self.assertRaisesRegex(UserError, "Schedule another price"):
            price.unit_price = 30.0
        with self.assertRaisesRegex(UserError, "Schedule another price"):
            price.unlink()

    def test_a_currency_only_once(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self._price(self.seats.charge_ids, self.franc, 1.0)
        with self.assertRaisesRegex(ValidationError, "priced in"):
            self._price(self.seats.charge_ids, self.seats.currency_id, 1.0)
