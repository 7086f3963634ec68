from odoo.tests import tagged

from .change_common import ChangeCommon


@tagged("post_install", "-at_install")
class TestQuantity(ChangeCommon):
    """Quantities that are decided again, for days that had a decision already."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        seat = {"charge_model": "per_unit", "unit_price": 31.0, "default_quantity": 2}
        cls.arrears_seats = cls._create_plan("Seats", [seat], timing="in_arrears")

    def _change_quantity(self, contract, quantity, day):
        charge = contract.line_ids.charge_id[0]
        contract._change_quantity(charge, quantity, self._day(day))

    def test_back_dated_quantity_replaces_later_ones(self):
        """It is one stretch from its day on: what was cut before is put together again."""
        contract = self._create_contract(self.seats)
        self._bill("2025-01-01")
        self._change_quantity(contract, 4, "2025-01-16")
        self._bill("2025-01-16")
        self._change_quantity(contract, 5, "2025-01-25")
        self._change_quantity(contract, 3, "2025-01-11")
        self._bill("2025-01-20")
        self.assertEqual(
            self._get_rows(contract)[3:],
            [
                ("credit", "2025-01-11", "2025-01-16", -10.0),
                ("credit", "2025-01-16", "2025-02-01", -64.0),
                ("charge", "2025-01-11", "2025-02-01", 63.0),
            ],
        )
        self._check_documents(contract)
        self.assertFalse(self._bill("2025-01-31"))

    def test_back_dated_quantity_in_arrears_waits_for_the_end_of_the_period(self):
        contract = self._create_contract(self.arrears_seats)
        self._change_quantity(contract, 4, "2025-01-16")
        self._change_quantity(contract, 3, "2025-01-11")
        self._bill("2025-01-20")
        self.assertEqual(self._get_rows(contract), [("charge", "2025-01-01", "2025-01-11", 20.0)])
        self._bill("2025-02-01")
        self.assertEqual(
            self._get_rows(contract)[1:], [("charge", "2025-01-11", "2025-02-01", 63.0)]
        )

    def test_planned_quantity_is_replaced_before_it_begins(self):
        contract = self._create_contract(self.seats, start="2025-01-11")
        self._change_quantity(contract, 4, "2025-01-16")
        self._change_quantity(contract, 3, "2025-01-11")
        self._bill("2025-01-11")
        self.assertEqual(self._get_rows(contract), [("charge", "2025-01-11", "2025-02-11", 93.0)])
        self.assertFalse(self._bill("2025-01-16"))
