import base64
from itertools import permutations

from odoo.tests import tagged

from .common import TODAY
from .common_statements import IBAN, RETURNED, UPDD, SepaStatementCommon

MONEY = (
    '<AmtDtls><InstdAmt><Amt Ccy="EUR">{:.2f}</Amt></InstdAmt></AmtDtls>'
    '<Chrgs><Rcrd><Amt Ccy="EUR">{:.2f}</Amt></Rcrd></Chrgs>'
)
REASON = "<RtrInf><Rsn><Cd>{}</Cd></Rsn></RtrInf>"
CHARGES = 5.5


@tagged("post_install", "-at_install")
class TestOneEffect(SepaStatementCommon):
    """Banks tell of a return up to three times; it happens once, whatever comes first."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._create_user("clerk")

    # === FILES, THE WAY A PERSON GIVES THEM === #

    def _upload(self, *contents):
        """Import files through the wizard, as somebody who does the billing."""
        files = [
            (0, 0, {"name": f"{number}.xml", "datas": base64.b64encode(content)})
            for number, content in enumerate(contents)
        ]
        wizard = self.env["bank.statement.upload"].with_user(self.clerk)
        wizard = wizard.create({"attachment_ids": files})
        wizard.action_import()
        return wizard.import_ids.sudo().sorted("id")

    def _tell(self, entry, kind="camt.053"):
        type(self).number += 1
        number = str(self.number)
        return self._camt(entry, kind=kind, number=number, day=RETURNED, iban=IBAN)

    def _payment(self, collection, reason="AM04"):
        return self._detail(
            "Rueckgabe",
            eref=collection.end_to_end_id,
            amount=f"{collection.amount + CHARGES:.2f}",
            extra=MONEY.format(collection.amount, CHARGES),
            after=REASON.format(reason),
        )

    def _bundle(self, collections, has_payments=True, count=None):
        """One entry for several returns, with the payments in it or as a single sum."""
        total = sum(collections.mapped("amount")) + CHARGES * len(collections)
        batch = f"<Btch><NbOfTxs>{count or len(collections)}</NbOfTxs></Btch>"
        payments = [self._payment(collection) for collection in collections]
        return self._entry(
            -total,
            batch,
            *(payments if has_payments else ()),
            day=str(RETURNED),
            codes=UPDD,
            ref="BUNDLE1",
        )

    # === WHAT MAY HAVE HAPPENED === #

    def _assert_once(self, invoices, line):
        """Each invoice is open once, each debit has one return, and the books add up."""
        collections = self._collections(invoices).filtered("batch_id")
        count = len(invoices)
        self.assertEqual(invoices.mapped("amount_residual"), [119.0] * count)
        returns = collections.return_ids
        self.assertEqual(len(returns), count)
        self.assertEqual(returns.mapped("charge_amount"), [CHARGES] * count)
        self.assertEqual(returns.statement_line_id, line)
        self.assertTrue(line.is_reconciled)
        self.assertTrue(all(collections.booking_line_id.mapped("reconciled")))
        charges = self.env["account.move.line"].search(
            [("account_id", "=", self.charge_account.id), ("parent_state", "=", "posted"),
             ("statement_line_id", "!=", False)]
        )  # fmt: skip
        self.assertEqual(sum(charges.mapped("amount_currency")), CHARGES * count)
        events = self.env["billing.event"].search(
            [("type", "=", "collection.failed"), ("res_model", "=", "sepa.collection")]
        )
        mine = [event for event in events if event.res_id in collections.ids]
        self.assertEqual(len(mine), count)
        self.assertEqual(len(returns._get_deliveries()), count, "one notice per customer")

    def test_a_single_return_in_every_order(self):
        """The status report, the notification and the statement, whatever comes first."""
        for order in permutations(("pain.002", "camt.054", "camt.053")):
            with self.subTest(order=order), self.env.cr.savepoint() as savepoint:
                invoice, batch = self._collect_one()
                collection = self._collections(invoice)
                entry = self._come_back(collection, "AM04", CHARGES)
                files = {
                    "pain.002": self._report(batch, debits=[(collection.end_to_end_id, "AM04")]),
                    "camt.054": self._tell(entry, "camt.054"),
                    "camt.053": self._tell(entry),
                }
                records = self._upload(*(files[kind] for kind in order))
                self.assertEqual(records.mapped("state"), ["done"] * 3)
                self._assert_once(invoice, records.line_ids)
                savepoint.rollback()
                self.env.invalidate_all()

    def _collect_one(self):
        self._set_today(TODAY)
        invoice = self._bill()
        return invoice, self._collect(invoice)

    def test_without_the_status_report_in_both_orders(self):
        for kinds in (("camt.054", "camt.053"), ("camt.053", "camt.054")):
            with self.subTest(kinds=kinds), self.env.cr.savepoint() as savepoint:
                invoice, _batch = self._collect_one()
                entry = self._come_back(self._collections(invoice), "AM04", CHARGES)
                records = self._upload(*(self._tell(entry, kind) for kind in kinds))
                self.assertEqual(len(records.line_ids), 1, "notifications move no money")
                self._assert_once(invoice, records.line_ids)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_a_notification_alone_has_no_effect(self):
        """No money has moved before the statement says so."""
        invoice, _batch = self._collect_one()
        entry = self._come_back(self._collections(invoice), "AM04", CHARGES)
        self._upload(self._tell(entry, "camt.054"))
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertFalse(self._get_return(invoice))

    def test_payments_of_a_bundle_before_its_single_sum(self):
        invoices = self._bill(3)
        self._collect(invoices)
        collections = self._collections(invoices)
        told = self._tell(self._bundle(collections), "camt.054")
        summed = self._tell(self._bundle(collections, has_payments=False))
        records = self._upload(told, summed)
        self._assert_once(invoices, records.line_ids)
        again = self._upload(
            self._tell(self._bundle(collections), "camt.054"),
            self._tell(self._bundle(collections, has_payments=False)),
        )
        self.assertEqual(again.mapped("state"), ["done", "known"])
        self._assert_once(invoices, records.line_ids)

    def test_told_twice_before_the_single_sum(self):
        """The report of the day and the notification tell of the same payments."""
        invoices = self._bill(2)
        self._collect(invoices)
        bundle = self._bundle(self._collections(invoices))
        told = [self._tell(bundle, "camt.054") for _time in range(2)]
        summed = self._tell(self._bundle(self._collections(invoices), has_payments=False))
        records = self._upload(*told, summed)
        self._assert_once(invoices, records.line_ids)
        self.assertEqual(len(records.line_ids.detail_ids), 2)

    def test_payments_of_a_bundle_after_its_single_sum(self):
        invoices = self._bill(3)
        self._collect(invoices)
        collections = self._collections(invoices)
        summed = self._upload(self._tell(self._bundle(collections, has_payments=False)))
        self.assertEqual(summed.line_ids.match_state, "look", "nobody knows which came back")
        self.assertEqual(invoices.mapped("amount_residual"), [0.0] * 3)
        self._upload(self._tell(self._bundle(collections), "camt.054"))
        self._assert_once(invoices, summed.line_ids)

    def test_single_sum_of_one_return(self):
        """A bundle of one: the statement says how many there are and no more."""
        for is_told_first in (True, False):
            with self.subTest(is_told_first), self.env.cr.savepoint() as savepoint:
                invoice, _batch = self._collect_one()
                collection = self._collections(invoice)
                files = [
                    self._tell(self._bundle(collection), "camt.054"),
                    self._tell(self._bundle(collection, has_payments=False)),
                ]
                records = self._upload(*(files if is_told_first else reversed(files)))
                self._assert_once(invoice, records.line_ids)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_single_sum_that_is_another(self):
        """Payments that do not add up to the entry are not guessed to be its own."""
        invoices = self._bill(2)
        self._collect(invoices)
        collections = self._collections(invoices)
        told = self._tell(self._bundle(collections), "camt.054")
        amount, xml = self._bundle(collections, has_payments=False)
        other = self._tell((amount - 1, xml.replace(f"{-amount:.2f}", f"{1 - amount:.2f}")))
        records = self._upload(told, other)
        self.assertEqual(records.line_ids.match_state, "look")
        self.assertEqual(invoices.mapped("amount_residual"), [0.0] * 2)
        self.assertFalse(self._get_return(invoices))

    def test_notification_that_leaves_out_a_payment(self):
        """It names one of two: which the other was is nobody's guess."""
        invoices = self._bill(2)
        self._collect(invoices)
        collections = self._collections(invoices)
        amount, whole = self._bundle(collections)
        part = whole.replace(self._payment(collections[1]), "")
        self.assertNotEqual(part, whole)
        summed = self._tell(self._bundle(collections, has_payments=False))
        records = self._upload(self._tell((amount, part), "camt.054"), summed)
        self.assertEqual(records.line_ids.match_state, "look")
        self.assertFalse(records.line_ids.detail_ids)
        self.assertFalse(self._get_return(invoices))

    def test_rejected_one_of_a_bundle(self):
        """The status report told of one of two; the bundle takes both, each once."""
        invoices = self._bill(2)
        batch = self._collect(invoices)
        collections = self._collections(invoices)
        self._upload(self._report(batch, debits=[(collections[0].end_to_end_id, "AM04")]))
        records = self._upload(
            self._tell(self._bundle(collections), "camt.054"),
            self._tell(self._bundle(collections, has_payments=False)),
        )
        self._assert_once(invoices, records.line_ids)
