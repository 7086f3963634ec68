from odoo.tests import tagged

from .common_statements import DUE, SepaStatementCommon


@tagged("post_install", "-at_install")
class TestStatusReport(SepaStatementCommon):
    """What the bank rejects, on all three levels, comes through the import of statements."""

    def _send(self, content, name="pain002.xml"):
        return self._import(content, name)

    def test_file(self):
        invoices = self._bill(2)
        batch = self._submit(invoices)
        record = self._send(self._report(batch, file="FF01"))
        self.assertEqual(
            (record.state, record.format, record.matched_count), ("done", "pain002", 2)
        )
        self.assertEqual(batch.state, "failed")
        self.assertEqual(set(self._collections(invoices).mapped("state")), {"failed"})
        returns = self._get_return(invoices)
        self.assertEqual(set(returns.mapped("kind")), {"rejected"})
        self.assertEqual(set(returns.mapped("next_step")), {"fix"})
        self.assertFalse(returns.fee_move_id)
        self.assertFalse(returns._get_deliveries(), "our mistake is no news for customers")
        self.assertIn(batch.name, record.message)

    def test_group(self):
        invoices = self._bill(2)
        batch = self._submit(invoices)
        self._send(self._report(batch, group="TM01"))
        self.assertEqual(batch.state, "failed")
        self._run()
        again = self._collections(invoices).filtered(lambda c: c.state == "planned")
        self.assertEqual(len(again), 2, "after the cut-off: nothing has happened")
        self.assertEqual(set(again.mapped("attempt")), {1})

    def test_debit_before_it_is_booked(self):
        first, second = self._bill(2)
        batch = self._submit(first | second)
        rejected = self._collections(first)
        self._send(self._report(batch, debits=[(rejected.end_to_end_id, "AC01")]))
        self.assertEqual((rejected.state, batch.state), ("failed", "submitted"))
        self.assertEqual(self.account.sepa_problem, "invalid")
        self._set_today(DUE)
        self._run()
        self.assertEqual(batch._get_clearing_lines().amount_currency, 119.0)
        self.assertEqual((first.amount_residual, second.amount_residual), (119.0, 0.0))
        self._read(self._credit(batch, amount=119.0))
        self.assertEqual(batch.state, "settled")

    def test_debit_after_it_is_booked(self):
        """What the bank will not credit is taken back through the clearing."""
        first, second = self._bill(2)
        batch = self._submit(first | second)
        self._set_today(DUE)
        self._run()
        rejected = self._collections(first)
        self._send(self._report(batch, debits=[(rejected.end_to_end_id, "AM04")]))
        self.assertEqual((first.amount_residual, second.amount_residual), (119.0, 0.0))
        self.assertEqual(self._get_return(first).reversal_id.state, "posted")
        line = self._read(self._credit(batch, amount=119.0))
        self.assertTrue(line.is_reconciled)
        self.assertEqual(batch.state, "settled")

    def test_rejected_and_then_on_the_statement(self):
        """The bank credits the file as a whole and takes the rejected debit out again."""
        first, second = self._bill(2)
        batch = self._submit(first | second)
        self._set_today(DUE)
        self._run()
        rejected = self._collections(first)
        self._send(self._report(batch, debits=[(rejected.end_to_end_id, "AM04")]))
        line = self._read(self._come_back(rejected, "AM04", charges=0.0))
        self.assertTrue(line.is_reconciled)
        self.assertEqual(len(self._get_return(first)), 1)
        self.assertEqual(first.amount_residual, 119.0)
        clearing = self.creditor.clearing_account_id
        self.assertEqual(
            line.line_ids.filtered(lambda i: i.account_id == clearing).debit > 0, True
        )

    def test_nothing_rejected(self):
        batch = self._submit(self._bill())
        content = self._report(batch).replace(b"PART", b"ACCP")
        record = self._send(content)
        self.assertEqual((record.state, record.entry_count), ("done", 0))
        self.assertEqual(batch.state, "submitted")

    def test_twice(self):
        invoice = self._bill()
        batch = self._submit(invoice)
        self._send(self._report(batch, file="FF01"))
        record = self._send(self._report(batch, file="FF01").replace(b"P1", b"P2"))
        self.assertEqual((record.matched_count, record.known_count), (0, 1))
        self.assertEqual(len(self._get_return(invoice)), 1)

    def test_somebody_elses_and_broken(self):
        invoice = self._bill()
        batch = self._submit(invoice)
        good = self._report(batch, file="FF01")
        bomb = b'<!DOCTYPE d [<!ENTITY a "b">]>'
        cases = {
            "nobody's": self._report(batch, file="FF01", name="OTHER"),
            "truncated": good[:-40],
            "entities": good.replace(b'<?xml version="1.0"?>', bomb),
            "no report": good.replace(b"<CstmrPmtStsRpt>", b"<Other>").replace(
                b"</CstmrPmtStsRpt>", b"</Other>"
            ),
        }
        for case, content in cases.items():
            with self.subTest(case):
                record = self._send(content)
                self.assertEqual(record.state, "refused")
                self.assertTrue(record.message)
        self.assertFalse(self._get_return(invoice))
        self.assertEqual(batch.state, "submitted")

    def test_of_two_debits_one_is_unknown(self):
        invoice = self._bill()
        batch = self._submit(invoice)
        eref = self._collections(invoice).end_to_end_id
        record = self._send(self._report(batch, debits=[(eref, "AM04"), ("NOBODY", "AM04")]))
        self.assertEqual(record.matched_count, 1)
        self.assertIn("NOBODY", record.message)
