"""Interest, fees and lump sums on the ledger."""

from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import START, DunningCommon


@tagged("post_install", "-at_install")
class TestDunningCharges(DunningCommon):
    def _days(self, number):
        return START + timedelta(days=number)

    def _get_claims(self, kind=None):
        domain = [("company_id", "=", self.company.id)]
        domain += [("kind", "=", kind)] if kind else []
        return self.env["dunning.claim"].search(domain, order="id")

    def test_interest_by_span(self):
        """Change of rate on 1 July and a part payment, each day by hand."""
        self.notice.is_interest = True
        invoice = self._bill(1000.0, due=self._days(85))
        # Due 26 May, reminded 2 June: in default since, interest from 3 June.
        self._run(self._days(92))
        self._receive(invoice, 400.0, self._days(109))
        self._run(self._days(130))
        # 3-19 June: 17 days of 1000 at 10.27; to 30 June: 11 of 600; to 10 July: 10 at 10.52.
        expected = (1000 * 10.27 * 17 + 600 * 10.27 * 11 + 600 * 10.52 * 10) / 36500
        claim = self._get_claims()
        self.assertEqual((claim.kind, claim.amount), ("interest", round(expected, 2)))
        spans = claim.notice_id.line_ids.interest_spans
        self.assertEqual([span["days"] for span in spans], [17, 11, 10])

    def test_no_interest_on_interest(self):
        """Charges are listed in the next letter, but bear nothing and reach no level."""
        self.policy.level_ids.write({"is_interest": True, "fee_total": 10.0})
        self._bill(1000.0)
        self._run(self._days(7))
        self._run(self._days(21))
        documents = self._get_claims().claim_move_id
        self.assertEqual(documents.amount_total, 13.94)
        notice = self._run(self._days(60))
        listed = notice.line_ids.filtered(lambda line: line.line_id.move_id == documents)
        self.assertEqual(
            (listed.amount_open, listed.interest, listed.is_reached), (13.94, 0, False)
        )
        self.assertFalse(documents.dunning_case_ids)
        self.assertEqual(self._get_claims("fee").mapped("amount"), [10.0])

    def test_document_without_vat(self):
        self.policy.level_ids.fee_total = 5
        self._bill(1000.0)
        self._run(self._days(7))
        self._run(self._days(21))
        move = self._get_claims().claim_move_id
        self.assertEqual(
            (move.state, move.amount_tax, move.payment_state), ("posted", 0, "not_paid")
        )
        self.assertFalse(move.invoice_line_ids.tax_ids)
        self.assertNotEqual(move.journal_id, self.company_data["default_journal_sale"])
        self.assertEqual(move.partner_id, self.customer)

    def test_first_notice_is_free(self):
        """The letter that begins default costs nothing, whatever the level says."""
        self.policy.level_ids.write({"is_interest": True, "fee_total": 5.0, "is_lump_sum": True})
        self._bill()
        notice = self._run(self._days(7))
        self.assertEqual((notice.amount_fee, notice.amount_interest), (0, 0))
        self.assertFalse(self._get_claims())

    def test_consumer(self):
        """No lump sum ever, five points, fees only for letters on paper and up to the cap."""
        self.customer.is_company = False
        self.assertEqual(self.customer.dunning_debtor, "consumer")
        self.company.sudo().dunning_consumer_fee_cap = 1.2
        self.policy.level_ids.write({"is_interest": True, "fee_total": 5.0, "is_lump_sum": True})
        self.last.channel = "post"
        self._bill(1000.0)
        self._run(self._days(7))
        self._run(self._days(21))
        claims = self._get_claims()
        # 14 days at 1.27 + 5.
        self.assertEqual([(c.kind, c.amount) for c in claims], [("interest", 2.4)])
        self._run(self._days(35))
        self.assertEqual(self._get_claims("fee").mapped("amount"), [1.2])
        self.assertFalse(self._get_claims("lump_sum"))

    def test_lump_sum_once(self):
        self.policy.level_ids.is_lump_sum = True
        self._bill()
        self._bill()
        for number in (7, 21, 35):
            self._run(self._days(number))
        self.assertEqual(self._get_claims().mapped("amount"), [40.0, 40.0])
        self.assertEqual(len(set(self._get_claims().case_id)), 2)

    def test_fee_is_the_difference(self):
        self.notice.fee_total = 2.5
        self.last.fee_total = 7.5
        self._bill()
        for number in (7, 21, 35):
            self._run(self._days(number))
        self.assertEqual(self._get_claims().mapped("amount"), [2.5, 5.0])

    def test_nothing_before_delivery(self):
        self.policy.level_ids.fee_total = 5
        self._bill()
        self._run(self._days(7))
        notice = self._run(self._days(21), deliver=False)
        self.assertEqual(notice.fee, 5)
        self.assertFalse(self._get_claims())

    def test_waive(self):
        self.policy.level_ids.fee_total = 5
        self._bill()
        self._run(self._days(7))
        self._run(self._days(21))
        claim = self._get_claims()
        claim.action_waive()
        self.assertEqual(claim.state, "waived")
        self.assertEqual(claim.claim_move_id.payment_state, "reversed")
        self.assertEqual(claim.waive_move_id.amount_total, 5)
        with self.assertRaisesRegex(UserError, "waived already"):
            claim.action_waive()
        self._run(self._days(35))
        self.assertEqual(self._get_claims(), claim)

    def test_agreed_date(self):
        """With an agreed date default begins without a reminder."""
        self.policy.is_date_agreed = True
        self.reminder.is_interest = True
        self._bill(1000.0)
        self._run(self._days(7))
        self.assertEqual(self._get_claims().amount, round(1000 * 10.27 * 7 / 36500, 2))
        case = self._get_claims().case_id
        self.assertEqual((case.default_on, case.default_reason), (START, "agreed"))

    def test_ledger_balances(self):
        self.policy.level_ids.write({"is_interest": True, "fee_total": 5.0})
        invoice = self._bill(1000.0)
        for number in (7, 21, 35):
            self._run(self._days(number))
        owed = sum(
            self.env["account.move.line"]
            .search(
                [("partner_id", "=", self.customer.id), ("account_id", "=", self.receivable.id)]
            )
            .mapped("amount_residual")
        )
        charged = sum(self._get_claims().mapped("amount"))
        self.assertAlmostEqual(owed, invoice.amount_residual + charged)
