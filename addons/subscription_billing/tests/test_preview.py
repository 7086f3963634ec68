from datetime import timedelta

from odoo import Command
from odoo.tests import Form, freeze_time, tagged

from .change_common import ChangeCommon


@tagged("post_install", "-at_install")
@freeze_time("2025-01-10 12:00:00")
class TestPreview(ChangeCommon):
    """What is shown of the future is what the runs then do."""

    def _describe(self, day, move):
        """Return a document as its day, kind, total and lines."""
        sign = -1 if move.move_type == "out_refund" else 1
        return (
            str(day),
            move.move_type,
            round(move.tax_totals["total_amount_currency"], 2),
            [(line.name, round(sign * line.price_subtotal, 2)) for line in move.invoice_line_ids],
        )

    def _look(self, contracts, count=6):
        """Return the next documents as they are shown, without anything being written."""
        self.env.flush_all()
        before = self._count_rows()
        found = []
        for document in contracts._get_next_documents(count):
            move = self.env["account.move"].new(document.prepare_values())
            found.append(self._describe(document.day, move))
        self.env.flush_all()
        self.assertEqual(self._count_rows(), before)
        return found

    def _count_rows(self):
        return [
            self.env[model].search_count([])
            for model in ("account.move", "account.move.line", "billing.period", "billing.event")
        ]

    def _bill_days(self, contracts, looked_at):
        """Run on the days that were announced and on those before; return the documents."""
        days = {self._day(day) for day, *_rest in looked_at}
        days |= {day - timedelta(days=1) for day in days}
        found = []
        for day in sorted(day for day in days if day >= self._day("2025-01-10")):
            known = contracts.period_ids.move_id
            self._run_billing(day)
            contracts.invalidate_recordset(["period_ids"])
            for move in (contracts.period_ids.move_id - known).sorted("id"):
                found.append(self._describe(day, move))
        return found

    def _check(self, contracts, count=6):
        looked_at = self._look(contracts, count)
        billed = self._bill_days(contracts, looked_at)
        self.assertEqual(len(looked_at), count)
        self.assertEqual(billed[: len(looked_at)], looked_at)
        return looked_at

    def test_ordinary(self):
        found = self._check(self._create_contract(start="2025-01-01"), 4)
        self.assertEqual([day for day, *_rest in found][:2], ["2025-01-10", "2025-02-01"])

    def test_planned_changes(self):
        """A pause, another quantity, a price from a day, an option and the end."""
        plan = self._create_plan(
            "Seats",
            [
                {"charge_model": "per_unit", "unit_price": 31.0, "default_quantity": 2},
                {"name": "Option", "is_option": True, "unit_price": 9.3},
            ],
        )
        contract = self._create_contract(plan, start="2025-01-05")
        self._run_billing("2025-01-05")
        [charge] = contract.line_ids.charge_id[:1]
        contract._change_quantity(charge, 4.0, self._day("2025-01-20"))
        contract._pause(self._day("2025-02-10"))
        contract._resume(self._day("2025-02-20"))
        option = plan.charge_ids.filtered("is_option")
        contract._add_option(option, 2.0, self._day("2025-03-15"))
        self.env["billing.price.change"].create(
            {"charge_id": charge.id, "effective_date": "2025-03-20", "unit_price": 77.0}
        )
        contract._add_discount(
            {"name": "Ten", "percent": 10.0, "duration": "periods", "period_count": 2},
            self._day("2025-03-05"),
        )
        contract._cancel(self._day("2025-07-17"), for_cause=True)
        found = self._check(contract, 7)
        self.assertIn("Discount: Ten", str(found))
        # Nothing is announced beyond the end.
        rest = self._look(contract, 50)
        self.assertLess(rest[-1][0], "2025-07-17")
        self.assertEqual(self._bill_days(contract, rest), rest)
        self.assertEqual(self._look(contract, 50), [])

    def test_change_of_plan_with_credit_notes(self):
        old = self._create_plan("Old", [{"unit_price": 31.0}], credit_document="credit_note")
        new = self._create_plan("New", [{"unit_price": 62.0}], credit_document="credit_note")
        contract = self._create_contract(old, start="2025-01-01")
        self._run_billing("2025-01-01")
        contract._change_plan(new.current_version_id, self._day("2025-01-16"))
        found = self._check(contract, 4)
        self.assertEqual([kind for _day, kind, *_rest in found][:2], ["out_refund", "out_invoice"])

    def test_arrears_and_deposit(self):
        plan = self._create_plan(
            "Arrears",
            [{"unit_price": 31.0}, {"name": "Deposit", "recurrence": "deposit"}],
            timing="in_arrears",
        )
        contract = self._create_contract(plan, start="2025-01-01")
        contract._cancel(self._day("2025-03-12"), for_cause=True)
        self._check(contract, 4)

    def test_collective_and_small_amounts(self):
        self.company.write({"billing_grouping": "customer", "billing_minimum_amount": 10.0})
        small = self._create_contract(self._create_plan("S", [{"unit_price": 3.0}]))
        large = self._create_contract(start="2025-02-20")
        looked_at = self._look(small, 3)
        # The small amounts go along with the invoice of the other contract.
        self.assertEqual(looked_at[0][0], "2025-02-20")
        self.assertEqual(len(looked_at[0][3]), 5)
        self.assertEqual(self._bill_days(small + large, looked_at)[:3], looked_at)

    def test_others_that_go_on_are_not_followed(self):
        """This contract ends; that of the same invoices does not."""
        self.company.billing_grouping = "customer"
        ending = self._create_contract(start="2025-01-10", end_date="2025-03-10")
        self._create_contract(start="2025-01-10")
        steps = []
        ordinary = type(ending)._get_documents_of

        def count(contracts, day, standings):
            steps.append(day)
            return ordinary(contracts, day, standings)

        self.patch(type(ending), "_get_documents_of", count)
        found = ending._get_next_documents(12)
        self.assertEqual([str(document.day) for document in found], ["2025-01-10", "2025-02-10"])
        self.assertEqual(len(steps), 2)

    def test_whole_customer(self):
        contracts = self._create_contract(start="2025-01-01") + self._create_contract(
            self._create_plan("F", [{}], cadence_unit="week", cadence_count=2), start="2025-01-08"
        )
        self._check(contracts, 6)

    def test_shown_on_a_draft(self):
        """Before it is activated, and without activating it."""
        contract = self._create_contract(start="2025-01-15", active=False)
        self.env.flush_all()
        with self.enter_registry_test_mode():
            html = contract.next_documents_html
        self.assertEqual(html.count('data-document="1"'), 3)
        self.assertIn("01/15/2025", html)
        self.assertIn("115.00", html)
        self.assertEqual(contract.state, "draft")

    def test_draft_that_cannot_be_activated(self):
        contract = self._create_contract(start="2025-01-15", active=False)
        contract.line_ids = [Command.clear()]
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.assertIn("has no lines", contract.next_documents_html)

    def test_wizard_for_a_customer(self):
        one = self._create_contract(start="2025-01-01")
        two = self._create_contract(start="2025-01-15")
        action = self.partner_a.action_view_next_documents()
        form = Form(self.env["billing.preview"].with_context(**action["context"]))
        self.assertEqual(form.html.count('data-document="1"'), 6)
        self.assertIn(one.name, form.html)
        self.assertIn(two.name, form.html)
        form.until_date = "2025-01-31"
        self.assertEqual(form.html.count('data-document="1"'), 2)

    def test_change_is_shown_with_what_follows(self):
        contract = self._create_contract(start="2025-01-01")
        self._run_billing("2025-01-01")
        self.env.flush_all()
        with self.enter_registry_test_mode():
            act = self.env["billing.subscription.cancel"].with_context(
                default_subscription_id=contract.id
            )
            form = Form(act)
            form.when = "date"
            form.is_for_cause = True
            form.effective_date = "2025-03-11"
            self.assertIn("After that", form.preview)
            self.assertIn("37.10", form.preview)  # 10 of 31 days of March, with 15 % tax
        self.assertFalse(contract.end_date)

    def test_documents_of_other_contracts_of_the_customer(self):
        """They share what is due on the same day, and nothing else is shown."""
        self.company.billing_grouping = "customer"
        first = self._create_contract(self.small, "2025-01-10")
        other = self._create_contract(self.large, "2025-01-20", end_date="2025-03-10")
        self.assertEqual(self._look(other, 1)[0][0], "2025-01-20")
        looked_at = self._check(first, 3)
        self.assertEqual([row[0] for row in looked_at], ["2025-01-10", "2025-02-10", "2025-03-10"])
