"""What the tests of changes share."""

from collections import Counter
from datetime import timedelta

from odoo.fields import Domain

from ..core import explaining
from .common import SubscriptionBillingCommon


class ChangeCommon(SubscriptionBillingCommon):
    """Plans that cost whole amounts per day of January, and a look into the ledger.

    ``small`` costs 31.00 per month, ``large`` 62.00, ``seats`` 31.00 per seat, ``yearly`` 365.00
    per year, ``arrears`` 31.00 when the month is over.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        seat = {"charge_model": "per_unit", "unit_price": 31.0, "default_quantity": 2}
        cls.small = cls._create_plan("Small", [{"unit_price": 31.0}])
        cls.large = cls._create_plan("Large", [{"unit_price": 62.0}])
        cls.seats = cls._create_plan("Seats", [seat])
        cls.yearly = cls._create_plan("Yearly", [{"unit_price": 365.0}], cadence_unit="year")
        cls.arrears = cls._create_plan("Arrears", [{"unit_price": 31.0}], timing="in_arrears")

    @classmethod
    def _bill(cls, today, contracts=None):
        """Bill as the cron does; return the new documents, credit notes as well."""
        Move = cls.env["account.move"]
        last = Move.search([], order="id desc", limit=1).id or 0
        cls._run_billing(today, Domain("id", "in", contracts.ids) if contracts else Domain.TRUE)
        return Move.search([("id", ">", last)], order="id")

    @classmethod
    def _get_rows(cls, contract):
        """Return ``[(kind, first day, first day after, amount), ...]`` as they were written."""
        cls.env.invalidate_all()
        rows = contract.period_ids.filtered(lambda row: not row.voided).sorted("id")
        return [(row.kind, str(row.start_date), str(row.end_date), row.amount) for row in rows]

    @classmethod
    def _get_billed_days(cls, source):
        """Return how often each day is billed net, by day, charge and quantity.

        :param source: a contract, or one line of it
        """
        days = Counter()
        for row in source.period_ids.filtered(lambda row: not row.voided):
            count = -1 if row.kind == "credit" else 1
            for number in range((row.end_date - row.start_date).days):
                day = row.start_date + timedelta(days=number)
                days[day, row.charge_id, row.line_id.quantity] += count
        return Counter({key: count for key, count in days.items() if count})

    def _check_documents(self, contract):
        """Each row has a posted document that says the same; no charge gives back too much."""
        self.env.invalidate_all()
        rows = contract.period_ids.filtered(lambda row: not row.voided)
        for row in rows:
            sign = -1 if row.move_id.move_type == "out_refund" else 1
            self.assertAlmostEqual(row.amount, sign * row.invoice_line_id.price_subtotal)
            self._check_explanation(row)
            if row.kind != "credit":
                backs = rows.filtered(lambda back, row=row: back.corrects_id == row)
                back = sum(backs.filtered(lambda back: back.kind == "credit").mapped("amount"))
                self.assertGreaterEqual(round(row.amount + back, 2), 0.0)
                self.assertLessEqual(back, 0.0)
        for move in rows.move_id:
            self.assertEqual(move.state, "posted")
            self.assertGreaterEqual(move.amount_total, 0.0)
        self.assertEqual(self._get_documents(contract), rows.move_id)

    def _check_explanation(self, row):
        """From what was written down about an amount the same amount follows, to the cent."""
        found = explaining.explain(row.explanation)
        amount = found.amount(row.currency_id.decimal_places, row.kind == "credit")
        self.assertEqual(float(amount), row.amount, row.explanation)
        self.assertFalse(explaining.differences(found), row.explanation)

    def _get_documents(self, contract):
        """All documents of the contract, whatever their state."""
        return self.env["account.move"].search(
            [("invoice_origin", "=", contract.name)], order="id desc"
        )
