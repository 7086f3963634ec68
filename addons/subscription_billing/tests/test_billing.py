from datetime import timedelta

from psycopg2.errors import ExclusionViolation

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SubscriptionBillingCommon


@tagged("post_install", "-at_install")
class TestBilling(SubscriptionBillingCommon):
    """Which time runs bill, and that they bill it once."""

    def test_in_advance(self):
        contract = self._create_contract(start="2025-01-15")
        self.assertFalse(self._run_billing("2025-01-14"))
        moves = self._run_billing("2025-01-15")
        self.assertEqual(self._get_billed(contract), [("2025-01-15", "2025-02-15", 100.0)])
        self.assertRecordValues(
            moves,
            [
                {
                    "state": "posted",
                    "partner_id": self.partner_a.id,
                    "invoice_date": self._day("2025-01-15"),
                    "invoice_origin": contract.name,
                    "amount_untaxed": 100.0,
                    "amount_total": 115.0,
                }
            ],
        )
        self.assertEqual(contract.next_billing_date, self._day("2025-02-15"))
        self.assertEqual(contract.line_ids.billed_until, self._day("2025-02-15"))
        self.assertEqual(contract.invoice_count, 1)

    def test_in_arrears(self):
        plan = self._create_plan("Arrears", [{"unit_price": 100.0}], timing="in_arrears")
        contract = self._create_contract(plan, start="2025-01-15")
        self.assertFalse(self._run_billing("2025-02-14"))
        self.assertTrue(self._run_billing("2025-02-15"))
        self.assertEqual(self._get_billed(contract), [("2025-01-15", "2025-02-15", 100.0)])

    def test_second_run_bills_nothing(self):
        self._create_contract()
        self.assertEqual(len(self._run_billing("2025-01-01")), 1)
        self.assertFalse(self._run_billing("2025-01-01"))
        self.assertFalse(self._run_billing("2025-01-31"))

    def test_drafts_and_ended_contracts_are_not_billed(self):
        self._create_contract(active=False)
        ended = self._create_contract(end_date="2025-01-02")
        self._run_billing("2025-01-02")
        self.assertEqual(ended.state, "ended")
        self.assertFalse(self._run_billing("2025-06-01"))

    def test_contract_of_the_31st_keeps_its_day(self):
        contract = self._create_contract(start="2025-01-31")
        days = ["2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30"]
        for day in days:
            self.assertFalse(self._run_billing(self._day(day) - timedelta(days=1)), day)
            self.assertEqual(len(self._run_billing(day)), 1, day)
        self.assertEqual(
            self._get_billed(contract),
            [
                ("2025-01-31", "2025-02-28", 100.0),
                ("2025-02-28", "2025-03-31", 100.0),
                ("2025-03-31", "2025-04-30", 100.0),
                ("2025-04-30", "2025-05-31", 100.0),
            ],
        )

    def test_yearly_from_leap_day(self):
        plan = self._create_plan("Yearly", [{"unit_price": 100.0}], cadence_unit="year")
        contract = self._create_contract(plan, start="2024-02-29")
        self._run_billing("2028-02-29")
        self.assertEqual(
            [start for start, _end, _amount in self._get_billed(contract)],
            ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"],
        )

    def test_missed_periods_are_billed_with_their_own_dates(self):
        contract = self._create_contract(start="2025-01-31")
        moves = self._run_billing("2025-04-10")
        self.assertEqual(len(moves), 1)
        self.assertEqual(
            self._get_billed(contract),
            [
                ("2025-01-31", "2025-02-28", 100.0),
                ("2025-02-28", "2025-03-31", 100.0),
                ("2025-03-31", "2025-04-30", 100.0),
            ],
        )
        self.assertEqual(moves.amount_untaxed, 300.0)
        texts = moves.invoice_line_ids.mapped("name")
        self.assertEqual(len(set(texts)), 3)
        self.assertIn("02/28/2025", texts[1])
        self.assertIn("03/30/2025", texts[1])

    def test_end_date_cuts_the_last_period(self):
        contract = self._create_contract(end_date="2025-02-15")
        moves = self._run_billing("2025-03-31")
        self.assertEqual(
            self._get_billed(contract),
            [("2025-01-01", "2025-02-01", 100.0), ("2025-02-01", "2025-02-15", 50.0)],
        )
        self.assertIn("(14 of 28 days)", moves.invoice_line_ids[1].name)
        self.assertNotIn("days", moves.invoice_line_ids[0].name)

    def test_end_date_cuts_the_last_period_in_arrears(self):
        plan = self._create_plan("Arrears", [{"unit_price": 100.0}], timing="in_arrears")
        contract = self._create_contract(plan, end_date="2025-02-15")
        self._run_billing("2025-02-01")
        self.assertTrue(self._run_billing("2025-02-15"))
        self.assertEqual(self._get_billed(contract)[-1], ("2025-02-01", "2025-02-15", 50.0))

    def test_months_of_30_days(self):
        plan = self._create_plan("30", [{"unit_price": 30.0}], proration="fixed_30")
        contract = self._create_contract(plan, start="2025-02-01", end_date="2025-02-15")
        self._run_billing("2025-02-01")
        self.assertEqual(self._get_billed(contract), [("2025-02-01", "2025-02-15", 14.0)])

    def test_longer_contract_is_billed_on(self):
        """An end that is moved later continues where billing stopped."""
        contract = self._create_contract(end_date="2025-01-16")
        self._run_billing("2025-01-01")
        contract.end_date = "2025-02-01"
        self._run_billing("2025-01-16")
        self.assertEqual(
            self._get_billed(contract),
            [("2025-01-01", "2025-01-16", 48.39), ("2025-01-16", "2025-02-01", 51.61)],
        )

    def test_line_that_joins_later_is_prorated_to_the_grid(self):
        contract = self._create_contract()
        self._run_billing("2025-01-01")
        contract.line_ids.create(
            {
                "subscription_id": contract.id,
                "charge_id": self.monthly.charge_ids.id,
                "start_date": "2025-01-22",
            }
        )
        self.assertEqual(contract.next_billing_date, self._day("2025-01-22"))
        self._run_billing("2025-02-01")
        self.assertEqual(
            self._get_billed(contract),
            [
                ("2025-01-01", "2025-02-01", 100.0),
                ("2025-01-22", "2025-02-01", 32.26),
                ("2025-02-01", "2025-03-01", 100.0),
                ("2025-02-01", "2025-03-01", 100.0),
            ],
        )

    def test_line_of_quantity_zero_is_billed_at_zero(self):
        plan = self._create_plan("Seats", [{"charge_model": "per_unit", "default_quantity": 0}])
        contract = self._create_contract(plan)
        moves = self._run_billing("2025-01-01")
        self.assertEqual(moves.amount_total, 0.0)
        self.assertEqual(self._get_billed(contract), [("2025-01-01", "2025-02-01", 0.0)])

    def test_changed_terms_of_a_contract_do_not_make_a_run_endless(self):
        """The stored day is older than what the terms say: the run must correct it and end."""
        yearly = self._create_plan("Yearly", [{}], timing="in_arrears", cadence_unit="year")
        contract = self._create_contract(yearly)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE billing_subscription SET next_billing_date = '2025-01-01' WHERE id = %s",
            contract.ids,
        )
        self.env.invalidate_all()
        self.assertFalse(self._run_billing("2025-02-01"))
        self.assertEqual(contract.next_billing_date, self._day("2026-01-01"))

    # === THE LEDGER OF BILLED TIME === #

    def _copy_period(self, period, **values):
        return period.sudo().create(
            {
                "line_id": period.line_id.id,
                "start_date": period.start_date,
                "end_date": period.end_date,
                **values,
            }
        )

    def test_database_refuses_to_bill_time_twice(self):
        contract = self._create_contract()
        self._run_billing("2025-01-01")
        period = contract.period_ids
        overlaps = [
            ("2025-01-01", "2025-02-01"),
            ("2024-12-01", "2025-01-02"),
            ("2025-01-31", "2025-03-01"),
            ("2025-01-10", "2025-01-11"),
        ]
        for start, end in overlaps:
            with (
                self.subTest(start=start, end=end),
                mute_logger("odoo.sql_db"),
                self.assertRaises(ExclusionViolation),
                self.env.cr.savepoint(),
            ):
                self._copy_period(period, start_date=start, end_date=end)

    def test_database_allows_what_is_no_overlap(self):
        contract, other = self._create_contract(), self._create_contract()
        self._run_billing("2025-01-01")
        period = contract.period_ids
        self._copy_period(period, start_date="2025-02-01", end_date="2025-03-01")
        self._copy_period(period, start_date="2024-12-01", end_date="2025-01-01")
        self._copy_period(period, kind="correction")
        self._copy_period(period, voided=True)
        self.assertEqual(len(other.period_ids), 1)
        self.env.flush_all()

    def test_billed_periods_cannot_be_changed_or_deleted(self):
        contract = self._create_contract()
        self._run_billing("2025-01-01")
        period = contract.period_ids.sudo()
        with self.assertRaisesRegex(UserError, "Correct the invoice"):
            period.write({"amount": 1.0})
        with self.assertRaisesRegex(UserError, "Correct the invoice"):
            period.unlink()

    def test_period_explains_its_amount(self):
        plan = self._create_plan("Seats", [{"charge_model": "per_unit", "unit_price": 9.9}])
        contract = self._create_contract(plan, end_date="2025-01-11")
        contract.line_ids.quantity = 3
        moves = self._run_billing("2025-01-01")
        period = contract.period_ids
        self.assertEqual(
            period.explanation,
            {
                "model": "per_unit",
                "days": [10, 31],
                "full": ["2025-01-01", "2025-02-01"],
                "full_amount": "29.70",
                "steps": [
                    {
                        "kind": "units",
                        "quantity": "3.0",
                        "unit_price": "9.9",
                        "amount": "29.70",
                        "above": None,
                        "up_to": None,
                        "size": "1",
                    }
                ],
                "discounts": [],
            },
        )
        self.assertEqual((period.quantity, period.amount), (3.0, 9.58))
        self.assertEqual(period.invoice_line_id, moves.invoice_line_ids)
        self.assertEqual(period.move_id, moves)
        self.assertEqual(period.display_name, "Seats 01/01/2025 – 01/10/2025")
