from odoo.tests import tagged

from .common import IBAN, StatementCommon


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
        self.assertEqual(record.matched_count, 1)

    def test_structured_fields(self):
        detail = self._detail("a text", eref="E1", mandate="M1", name="Max", iban=IBAN)
        line = self._import(self._camt(self._entry(5.0, detail, ref="R1"))).line_ids
        self.assertRecordValues(
            line,
            [
                {
                    "end_to_end_id": "E1",
                    "mandate_reference": "M1",
                    "partner_name": "Max",
                    "account_number": IBAN,
                    "payment_ref": "a text",
                    "bank_reference": "R1",
                    "amount": 5.0,
                    "match_state": "open",
                    "is_reconciled": False,
                }
            ],
        )

    def test_partial_payment_and_overpayment(self):
        first, second = self._create_open_invoices(2, 100.0)
        entries = [
            self._entry(60.0, self._detail(first.name)),
            self._entry(130.0, self._detail(second.name)),
        ]
        lines = self._import(self._camt(*entries)).line_ids
        self.assertEqual(first.amount_residual, 40.0)
        self.assertEqual(second.amount_residual, 0.0)
        self.assertTrue(all(lines.mapped("is_reconciled")))
        over = lines.filtered(lambda line: line.amount == 130)
        rest = over.line_ids.filtered(lambda item: item.account_id == self.receivable)
        self.assertEqual((rest.amount_residual, rest.partner_id), (-30.0, self.partner_a))

    def test_several_invoices_in_one_payment(self):
        invoices = self._create_open_invoices(3, 50.0)
        text = ", ".join(invoices.mapped("name"))
        line = self._import(self._camt(self._entry(150.0, self._detail(text)))).line_ids
        self.assertEqual(line.match_reason, "numbers")
        self.assertEqual(sum(invoices.mapped("amount_residual")), 0)

    def test_paid_twice_in_one_file(self):
        [invoice] = self._create_open_invoices(1, 100.0)
        entry = self._entry(100.0, self._detail(invoice.name))
        lines = self._import(self._camt(entry, entry)).line_ids
        self.assertEqual(sorted(lines.mapped("is_reconciled")), [False, True])

    def test_two_candidates_are_never_decided(self):
        invoices = self._create_open_invoices(2, 100.0)
        iban = "DE89370400440532013000"
        self.env["res.partner.bank"].create({"acc_number": iban, "partner_id": self.partner_a.id})
        line = self._import(self._camt(self._entry(100.0, self._detail("?", iban=iban)))).line_ids
        self.assertEqual((line.match_state, line.is_reconciled), ("proposed", False))
        self.assertEqual(len(line.proposal_ids.filtered(lambda p: p.score >= 80)), 2)
        self.assertEqual(sum(invoices.mapped("amount_residual")), 200.0)

    def test_iban_and_amount(self):
        invoices = self._create_open_invoices(1, 100.0) | self._create_open_invoices(1, 70.0)
        iban = "DE89370400440532013000"
        self.env["res.partner.bank"].create({"acc_number": iban, "partner_id": self.partner_a.id})
        line = self._import(self._camt(self._entry(70.0, self._detail("?", iban=iban)))).line_ids
        self.assertEqual(line.match_reason, "iban_amount")
        self.assertEqual(invoices.mapped("amount_residual"), [100.0, 0.0])

    def test_account_is_known_from_before(self):
        first, second = self._create_open_invoices(1, 100.0) | self._create_open_invoices(1, 70.0)
        iban = "DE89370400440532013000"
        self._import(self._camt(self._entry(100.0, self._detail(first.name, iban=iban))))
        entry = self._entry(70.0, self._detail("?", iban=iban))
        line = self._import(self._camt(entry, number="2")).line_ids
        self.assertEqual((line.match_reason, second.amount_residual), ("iban_amount", 0.0))

    def test_payment_that_waits_for_the_bank(self):
        [invoice] = self._create_open_invoices(1, 100.0)
        account = self.env["account.account"].create(
            {"name": "Outstanding", "code": "OUT1", "account_type": "asset_current",
             "reconcile": True}
        )  # fmt: skip
        self.bank.inbound_payment_method_line_ids.payment_account_id = account
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        payment = wizard.create({"journal_id": self.bank.id})._create_payments()
        self.assertFalse(payment.is_matched)
        line = self._import(self._camt(self._entry(100.0, self._detail(invoice.name)))).line_ids
        self.assertTrue(line.is_reconciled)
        self.assertTrue(payment.is_matched)

    def test_collective_entry_keeps_its_payments(self):
        details = [self._detail(f"t{number}", amount="5.00") for number in range(2)]
        line = self._import(self._camt(self._entry(10.0, *details))).line_ids
        self.assertEqual(line.detail_ids.mapped("payment_ref"), ["t0", "t1"])

    def test_payments_that_do_not_add_up_need_a_look(self):
        [invoice] = self._create_open_invoices(1, 10.0)
        details = [self._detail(f"{invoice.name}", amount="5.00") for _number in range(2)]
        line = self._import(self._camt(self._entry(11.0, *details))).line_ids
        self.assertEqual((line.match_state, line.is_reconciled), ("look", False))
        self.assertIn("add up", line.match_note)

    def test_many_entries_in_few_queries(self):
        def entries(invoices):
            return [self._entry(10.0, self._detail(move.name)) for move in invoices]

        self._import(self._camt(*entries(self._create_open_invoices(2, 10.0))))
        few = self._count(self._camt(*entries(self._create_open_invoices(5, 10.0)), number="2"))
        many = self._count(self._camt(*entries(self._create_open_invoices(25, 10.0)), number="3"))
        self.assertLess((many - few) / 20, 14, "queries per entry")

    def _count(self, content):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        record = self._import(content)
        self.env.flush_all()
        self.assertEqual(record.matched_count, record.entry_count)
        return self.env.cr.sql_log_count - before
