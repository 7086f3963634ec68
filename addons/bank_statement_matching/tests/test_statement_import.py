from odoo.tests import tagged

from .common import StatementCommon


@tagged("post_install", "-at_install")
class TestStatementImport(StatementCommon):
    """From a file to booked and matched entries."""

    def test_match_by_number(self):
        [invoice] = self._create_open_invoices(1, 100.0)
        entry = self._entry(100.0, self._detail(f"Rechnung {invoice.name}", name="Any"))
        record = self._import(self._camt(entry))
        self.assertEqual((record.state, record.message), ("done", ""))
        self.assertRecordValues(
            record.line_ids,
            [{"match_state": "matched", "match_reason": "number", "is_reconciled": True}],
        )
        self.assertEqual(invoice.amount_residual, 0)
        self.assertEqual(record.line_ids.partner_id, self.partner_a)
        self.assertRecordValues(
            record.statement_ids, [{"balance_start": 100.0, "balance_end_real": 200.0}]
        )
        self.assertTrue(record.statement_ids.is_complete)

    def test_file_twice(self):
        content = self._camt(self._entry(10.0, self._detail("x")))
        self._import(content)
        again = self._import(content)
        self.assertEqual(again.state, "known")
        self.assertFalse(again.line_ids)
