from datetime import date

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_statements import DUE, RETURNED, SepaStatementCommon


@tagged("post_install", "-at_install")
class TestReturns(SepaStatementCommon):
    """From the bank's statement to open invoices, without a hand."""

    # === MONEY COMES === #

    def test_a_file_is_matched_by_its_reference(self):
        invoices = self._bill(3)
        batch = self._collect(invoices)
        self.assertTrue(all(invoice._is_settled() for invoice in invoices))
        self.assertTrue(self.last.line_ids.is_reconciled)
        self.assertEqual(self.last.line_ids.match_reason, "batch")
        self.assertTrue(all(batch._get_clearing_lines().mapped("reconciled")))

    def test_the_statement_may_come_before_the_run(self):
        invoices = self._bill(2)
        batch = self._submit(invoices)
        self._set_today(DUE)
        self.assertFalse(batch.move_ids)
        self._read(self._credit(batch))
        self.assertEqual(batch.state, "settled")
        self.assertEqual(invoices.mapped("amount_residual"), [0.0, 0.0])
        self._run()
        self.assertEqual(len(batch.move_ids), 1)

    def test_without_reference_nothing_is_guessed(self):
        batch = self._submit(self._bill(2))
        self._set_today(DUE)
        self._run()
        line = self._read(self._credit(batch, reference=""))
        self.assertFalse(line.is_reconciled)
        self.assertEqual(batch.state, "submitted")

    def test_debits_that_are_credited_one_by_one(self):
        for is_one in (False, True):
            with self.subTest(is_one=is_one):
                self.creditor.is_one_booking = is_one
                self._set_today(date(2026, 3, 2))
                invoices = self._bill(2)
                batch = self._submit(invoices)
                self._set_today(DUE)
                entries = [
                    self._entry(
                        c.amount, self._detail(eref=c.end_to_end_id), ref=f"{is_one}{c.id}"
                    )
                    for c in self._collections(invoices)
                ]
                lines = self._read(entries[0])
                self.assertTrue(lines.is_reconciled)
                self.assertEqual(batch.state, "submitted", "the other one is still missing")
                lines = self._read(entries[1])
                self.assertTrue(lines.is_reconciled)
                self.assertEqual(batch.state, "settled")
                self.assertTrue(all(batch._get_clearing_lines().mapped("reconciled")))

    def test_paid_by_other_means_meanwhile(self):
        """The bank credits the whole file: what was paid twice is open on the customer."""
        invoices = self._bill(2)
        batch = self._submit(invoices)
        self._pay(invoices[0])
        self._set_today(DUE)
        self._run()
        self.assertEqual(batch._get_clearing_lines().amount_currency, 238.0)
        twice = self._collections(invoices[0]).booking_line_id
        self.assertEqual(twice.amount_residual_currency, -119.0)
        self._read(self._credit(batch))
        self.assertEqual(batch.state, "settled")

    def _pay(self, invoice):
        """Book a payment in cash."""
        item = invoice.line_ids.filtered(lambda line: line.display_type == "payment_term")
        cash = self.company_data["default_journal_cash"]
        sides = ((item.account_id, -1), (cash.default_account_id, 1))
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": cash.id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": item.partner_id.id,
                            "currency_id": item.currency_id.id,
                            "amount_currency": sign * item.amount_currency,
                            "balance": sign * item.balance,
                        }
                    )
                    for account, sign in sides
                ],
            }
        )
        move._post(soft=False)
        (
            item | move.line_ids.filtered(lambda line: line.account_id == item.account_id)
        ).reconcile()

    # === MONEY GOES BACK === #

    def test_return_opens_the_invoice_again(self):
        first, second = self._bill(2)
        self._collect(first | second)
        collection = self._collections(first)
        line = self._read(self._come_back(collection, "AM04"))
        returned = self._get_return(first)
        self.assertTrue(line.is_reconciled)
        self.assertEqual((line.match_state, line.match_reason), ("matched", "return"))
        self.assertEqual(
            (first.amount_residual, second.amount_residual), (119.0, 0.0), "only this one"
        )
        self.assertEqual((collection.state, returned.kind), ("failed", "returned"))
        self.assertEqual((returned.amount, returned.charge_amount), (119.0, 5.5))
        self.assertEqual((returned.returned_on, returned.statement_line_id), (RETURNED, line))
        by_account = {item.account_id: item for item in line.line_ids}
        self.assertEqual(by_account[self.charge_account].amount_currency, 5.5)
        receivable = collection.booking_line_id.account_id
        self.assertEqual(by_account[receivable].amount_currency, 119.0)
        self.assertTrue(collection.booking_line_id.reconciled, "with the entry of the bank")
        self.assertFalse(first._is_settled())
        self.assertTrue(second._is_settled())

    def test_every_way_of_recognising(self):
        invoices = self._bill(4)
        for number, invoice in enumerate(invoices):
            account = self.env["res.partner.bank"].create(
                {"acc_number": IBANS[number], "partner_id": self.customer.id}
            )
            invoice.sepa_mandate_id = self._create_mandate(account=account, name=f"MR-{number}")
        invoices.line_ids.sepa_collection_ids.action_cancel()
        self._run()
        self._deliver_notices(invoices)
        self._collect(invoices)
        mandates = invoices.mapped("sepa_mandate_id.name")
        collections = [self._collections(invoice).filtered("batch_id") for invoice in invoices]
        entries = [
            self._come_back(collections[0], "MS03"),
            self._come_back(collections[1], "MS03", eref="X", mandate=mandates[1]),
            self._come_back(
                collections[2],
                "MS03",
                eref="NOTPROVIDED",
                text=f"zu {collections[2].end_to_end_id}.",
            ),
            self._come_back(collections[3], "MS03", eref="", iban=IBANS[3]),
        ]
        lines = self._read(*entries)
        self.assertEqual(lines.mapped("is_reconciled"), [True] * 4)
        self.assertEqual(invoices.mapped("amount_residual"), [119.0] * 4)

    def _deliver_notices(self, invoices):
        open_ones = invoices.line_ids.sepa_collection_ids.filtered(lambda c: c.state == "planned")
        open_ones._take_notice()

    def test_what_is_not_plain_needs_a_look(self):
        first, second = self._bill(2)
        self._collect(first | second)
        collection = self._collections(first)
        told = {"eref": "", "mandate": self.mandate.name}
        cases = {
            "two debits of the mandate": self._come_back(collection, **told),
            "the amount alone": self._come_back(collection, eref=""),
            "another amount": self._come_back(collection, eref="", mandate="NOBODY"),
        }
        for number, (case, entry) in enumerate(cases.items()):
            with self.subTest(case):
                amount, xml = entry
                line = self._read((amount, xml.replace("<AcctSvcrRef>", f"<AcctSvcrRef>{number}")))
                self.assertFalse(line.is_reconciled)
                self.assertEqual(line.match_state, "look")
        self.assertFalse(self._get_return(first | second))
        self.assertEqual((first | second).mapped("amount_residual"), [0.0, 0.0])

    def test_a_transfer_of_ours_that_came_back_is_no_return(self):
        invoice = self._bill()
        self._collect(invoice)
        collection = self._collections(invoice)
        amount, xml = self._come_back(collection)
        line = self._read((-amount, xml.replace("DBIT", "CRDT")))
        self.assertFalse(line.is_return)
        self.assertFalse(self._get_return(invoice))

    def test_once(self):
        """The same return in a second file, and undone and matched again: one effect."""
        invoice = self._bill()
        self._collect(invoice)
        collection = self._collections(invoice)
        entry = self._come_back(collection, "AM04")
        line = self._read(entry)
        returned = self._get_return(invoice)
        self.assertFalse(self._read(entry), "the entry is booked already")
        line.action_undo_reconciliation()
        self.assertFalse(line.is_reconciled)
        line.action_match_again()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(self._get_return(invoice), returned)
        self.assertTrue(collection.booking_line_id.reconciled)
        self.assertEqual(invoice.amount_residual, 119.0)
        amount, xml = entry
        twice = self._read((amount, xml.replace("<AcctSvcrRef>", "<AcctSvcrRef>2")))
        self.assertFalse(twice.is_reconciled, "a debit cannot come back twice")
        self.assertEqual(len(self._get_return(invoice)), 1)

    def test_before_the_file_is_booked(self):
        invoices = self._bill(2)
        batch = self._submit(invoices)
        self._set_today(DUE)
        self._read(self._come_back(self._collections(invoices[0])))
        self.assertEqual(invoices.mapped("amount_residual"), [119.0, 0.0])
        self._read(self._credit(batch, amount=238.0))
        self.assertEqual(batch.state, "settled")

    def test_charges_without_an_account_wait_for_somebody(self):
        self.creditor.charge_account_id = False
        invoice = self._bill()
        self._collect(invoice)
        line = self._read(self._come_back(self._collections(invoice)))
        self.assertEqual((line.is_reconciled, line.match_state), (False, "look"))
        self.assertEqual(line._get_open_amount(), -5.5)
        self.assertEqual(invoice.amount_residual, 119.0)

    def test_collected_twice_says_the_bank(self):
        """The invoice stays paid until somebody has looked."""
        invoice = self._bill()
        self._collect(invoice)
        line = self._read(self._come_back(self._collections(invoice), "AM05"))
        returned = self._get_return(invoice)
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertTrue(line.is_reconciled)
        self.assertEqual((returned.state, returned.next_step), ("open", "none"))
        with self.assertRaises(UserError):
            returned.action_collect_again()
        returned.action_reopen()
        self.assertEqual(invoice.amount_residual, 119.0)

    def test_returns_are_kept(self):
        invoice = self._bill()
        self._collect(invoice)
        self._read(self._come_back(self._collections(invoice)))
        with self.assertRaises(UserError):
            self._get_return(invoice).unlink()


IBANS = (
    "DE02120300000000202051",
    "DE02500105170137075030",
    "DE02100500000054540402",
    "DE02300209000106531065",
)
