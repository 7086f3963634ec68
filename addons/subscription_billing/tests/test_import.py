from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SubscriptionBillingCommon

COLUMNS = [
    "id", "partner_id", "plan_id", "start_date", "end_date", "client_reference",
    "line_ids/charge_id", "line_ids/quantity", "line_ids/unit_price",
]  # fmt: skip


@tagged("post_install", "-at_install")
class TestImport(SubscriptionBillingCommon):
    """Contracts from a spreadsheet."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner_a.name, cls.partner_b.name = "Import Customer A", "Import Customer B"
        cls.office = cls._create_plan(
            "Office",
            [
                {"name": "Import base fee", "unit_price": 10.0},
                {"name": "Import seat", "charge_model": "per_unit", "unit_price": 9.9},
            ],
        )

    def _load(self, *rows):
        model = self.env["billing.subscription"].with_user(self._create_user("clerk"))
        return model.load(COLUMNS, [list(row) for row in rows])

    def test_contracts_with_lines(self):
        result = self._load(
            ("x.a", "Import Customer A", "Office", "2025-01-31", "", "PO 1",
             "Import base fee", "1", "10.0"),
            ("", "", "", "", "", "", "Import seat", "25", "8.5"),
            ("x.b", "Import Customer B", "Office", "2025-02-01", "2026-02-01", "", "", "", ""),
        )  # fmt: skip
        self.assertFalse(result["messages"])
        first, second = self.env["billing.subscription"].browse(result["ids"])
        self.assertRecordValues(
            first.line_ids,
            [{"quantity": 1.0, "unit_price": 10.0}, {"quantity": 25.0, "unit_price": 8.5}],
        )
        self.assertEqual(first.client_reference, "PO 1")
        self.assertEqual(first.version_id, self.office.current_version_id)
        self.assertEqual(second.end_date, self._day("2026-02-01"))
        # without lines of its own: those of the plan
        self.assertEqual(second.line_ids.mapped("unit_price"), [10.0, 9.9])
        self.assertEqual((first | second).mapped("state"), ["draft", "draft"])

    def test_imported_contracts_are_billed(self):
        result = self._load(
            ("", "Import Customer A", "Office", "2025-01-01", "", "", "", "", ""),
            ("", "Import Customer B", "Office", "2025-01-01", "", "", "", "", ""),
        )
        contracts = self.env["billing.subscription"].browse(result["ids"])
        contracts.action_activate()
        self.assertEqual(len(self._run_billing("2025-01-01")), 2)

    def test_second_import_updates(self):
        row = ("x.a", "Import Customer A", "Office", "2025-01-01", "", "PO 1", "", "", "")
        first = self._load(row)
        again = self.env["billing.subscription"].load(
            ["id", "client_reference"], [["x.a", "PO 2"]]
        )
        self.assertEqual(first["ids"], again["ids"])
        contract = self.env["billing.subscription"].browse(first["ids"])
        self.assertEqual(contract.client_reference, "PO 2")
        self.assertEqual(len(contract.line_ids), 2)

    @mute_logger("odoo.sql_db")
    def test_errors_name_row_and_column(self):
        result = self._load(
            ("", "Import Customer A", "Office", "2025-01-01", "", "", "", "", ""),
            ("", "Nobody", "Office", "2025-01-01", "", "", "", "", ""),
            ("", "Import Customer B", "Office", "31.01.2025", "", "", "", "", ""),
        )
        self.assertFalse(result["ids"])
        self.assertEqual(
            {(message["record"], message["field"]) for message in result["messages"]},
            {(1, "partner_id"), (2, "start_date")},
        )
