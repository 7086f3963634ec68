import random

from odoo import Command
from odoo.tests import tagged

from .common import SubscriptionBillingCommon


@tagged("post_install", "-at_install")
class TestInvoiceValues(SubscriptionBillingCommon):
    """What the invoices of runs contain."""

    def _seats(self, **values):
        return self._create_plan(
            "Seats", [{"charge_model": "per_unit", "unit_price": 9.9, **values}]
        )

    def test_per_unit_shows_quantity_and_price(self):
        contract = self._create_contract(self._seats(), active=False)
        contract.line_ids.quantity = 3
        contract._activate(contract.start_date)
        line = self._run_billing("2025-01-01").invoice_line_ids
        self.assertRecordValues(
            line, [{"quantity": 3.0, "price_unit": 9.9, "price_subtotal": 29.7}]
        )
        self.assertEqual(line.product_id, self.service)
        self.assertEqual(line.name, "Seats\n01/01/2025 – 01/31/2025")

    def test_part_of_a_period_names_the_quantity_in_the_text(self):
        contract = self._create_contract(self._seats(), end_date="2025-01-11")
        contract.line_ids.quantity = 2.5
        line = self._run_billing("2025-01-01").invoice_line_ids
        self.assertRecordValues(
            line, [{"quantity": 1.0, "price_unit": 7.98, "price_subtotal": 7.98}]
        )
        self.assertEqual(line.name, "Seats\n01/01/2025 – 01/10/2025 (10 of 31 days)\n2.50 Units")

    def test_text_is_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.partner_a.lang = "de_DE"
        plan = self._seats(name="Seat")
        plan.charge_ids.with_context(lang="de_DE").name = "Arbeitsplatz"
        contract = self._create_contract(plan, end_date="2025-01-11")
        contract.line_ids.quantity = 2.5
        other = self._create_contract(plan, partner_id=self.partner_b.id)
        moves = self._run_billing("2025-01-01")
        german, english = (
            moves.filtered(lambda move, name=sub.name: move.invoice_origin == name)
            for sub in (contract, other)
        )
        text = german.invoice_line_ids.name.splitlines()
        self.assertEqual(text[0], "Arbeitsplatz")
        self.assertEqual(text[1], "01.01.2025 – 10.01.2025 (10 von 31 Tagen)")
        self.assertRegex(text[2], r"^2,50 ")
        self.assertIn("Seat\n01/01/2025", english.invoice_line_ids.name)

    def test_taxes_come_through_the_fiscal_position(self):
        tax = self.company_data["default_tax_sale"]
        export = self.env["account.fiscal.position"].create({"name": "Export"})
        free = tax.copy({"name": "0%", "amount": 0.0})
        free.write(
            {
                "fiscal_position_ids": [Command.set(export.ids)],
                "original_tax_ids": [Command.set(tax.ids)],
            }
        )
        self.partner_b.property_account_position_id = export
        self._create_contract()
        self._create_contract(partner_id=self.partner_b.id)
        home, abroad = self._run_billing("2025-01-01")
        self.assertEqual(home.invoice_line_ids.tax_ids, tax)
        self.assertEqual(abroad.fiscal_position_id, export)
        self.assertEqual(abroad.invoice_line_ids.tax_ids, free)
        self.assertEqual((home.amount_total, abroad.amount_total), (115.0, 100.0))

    # === DEFAULTS === #

    def _get_terms(self, days):
        return self.env["account.payment.term"].create(
            {
                "name": f"{days} days",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 100.0, "nb_days": days})
                ],
            }
        )

    def test_business_unit_gives_journal_and_terms(self):
        journal = self.company_data["default_journal_sale"].copy({"code": "UNIT"})
        terms = self._get_terms(10)
        unit = self._create_unit("u", journal_id=journal.id, invoice_payment_term_id=terms.id)
        self.partner_a.property_payment_term_id = False
        self._create_contract(business_unit_id=unit.id)
        self._create_contract()
        in_unit, without = self._run_billing("2025-01-01")
        self.assertEqual(in_unit.business_unit_id, unit)
        self.assertEqual(in_unit.journal_id, journal)
        self.assertEqual(in_unit.invoice_payment_term_id, terms)
        self.assertEqual(in_unit.invoice_date_due, self._day("2025-01-11"))
        self.assertFalse(without.business_unit_id)
        self.assertEqual(without.journal_id, self.company_data["default_journal_sale"])

    def test_terms_agreed_with_the_customer_win_over_the_unit(self):
        unit = self._create_unit("u", invoice_payment_term_id=self._get_terms(10).id)
        own = self._get_terms(20)
        self.partner_a.property_payment_term_id = own
        self._create_contract(business_unit_id=unit.id)
        self.assertEqual(self._run_billing("2025-01-01").invoice_payment_term_id, own)

    def test_terms_of_the_contract_win_over_all(self):
        unit = self._create_unit("u", invoice_payment_term_id=self._get_terms(10).id)
        self.partner_a.property_payment_term_id = self._get_terms(20)
        special = self._get_terms(30)
        self._create_contract(business_unit_id=unit.id, invoice_payment_term_id=special.id)
        self.assertEqual(self._run_billing("2025-01-01").invoice_payment_term_id, special)

    def test_invoice_without_terms_is_due_on_the_day_of_the_run(self):
        self.partner_a.property_payment_term_id = False
        self._create_contract()
        self.assertEqual(self._run_billing("2025-01-05").invoice_date_due, self._day("2025-01-05"))

    def test_references_and_service_date(self):
        """The last day of all the time on the invoice."""
        self._create_contract(client_reference="PO 4711")
        self.assertRecordValues(
            self._run_billing("2025-02-01"),
            [{"ref": "PO 4711", "delivery_date": self._day("2025-02-28")}],
        )

    # === AMOUNTS === #

    def _check_amounts(self, moves):
        """Ledger of billed time = invoice = journal items, line by line."""
        self.assertTrue(moves)
        for line in moves.invoice_line_ids:
            self.assertEqual(line.price_subtotal, line.billing_period_ids.amount)
            self.assertEqual(-line.amount_currency, line.billing_period_ids.amount)
        for move in moves:
            self.assertEqual(
                move.amount_untaxed,
                move.currency_id.round(
                    sum(move.invoice_line_ids.billing_period_ids.mapped("amount"))
                ),
            )

    def test_odd_amounts_are_the_same_everywhere(self):
        chance = random.Random(7)
        for _number in range(12):
            price = round(chance.uniform(0.01, 300), 2)
            contract = self._create_contract(
                self._seats(unit_price=price), end_date=f"2025-02-{chance.randint(2, 28):02}"
            )
            contract.line_ids.quantity = round(chance.uniform(0, 40), 2)
        self._check_amounts(self._run_billing("2025-03-01"))

    def test_several_rounded_lines_add_up(self):
        """With taxes rounded per line and, as Odoo does by default, per rate."""
        for method in ("round_globally", "round_per_line"):
            self.company.tax_calculation_rounding_method = method
            contract = self._create_contract(self._seats(unit_price=9.99))
            contract.line_ids.quantity = 2.5
            move = self._run_billing("2025-04-01")
            self.assertEqual(move.invoice_line_ids.mapped("price_subtotal"), [24.98] * 4)
            self.assertEqual(move.amount_untaxed, 99.92)
            self._check_amounts(move)

    def _bill_in_currency(self, name, digits, price):
        currency = self.env["res.currency"].search(
            [("name", "=", name), ("active", "in", (True, False))]
        )
        currency.active = True
        self.assertEqual(currency.decimal_places, digits)
        plan = self._seats(unit_price=price)
        plan.currency_id = currency
        contract = self._create_contract(plan, end_date="2025-02-15")
        contract.line_ids.quantity = 3
        moves = self._run_billing("2025-02-01")
        self.assertEqual(moves.currency_id, currency)
        self._check_amounts(moves)
        return self._get_billed(contract)

    def test_currency_without_decimals(self):
        billed = self._bill_in_currency("JPY", 0, 333.5)
        self.assertEqual([amount for _start, _end, amount in billed], [1001.0, 500.0])

    def test_currency_with_three_decimals(self):
        self.env.ref("product.decimal_price").digits = 3
        billed = self._bill_in_currency("KWD", 3, 1.111)
        self.assertEqual([amount for _start, _end, amount in billed], [3.333, 1.667])
