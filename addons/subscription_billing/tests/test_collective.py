import io
from unittest.mock import patch

from pypdf import PdfReader

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import SubscriptionBillingCommon


@tagged("post_install", "-at_install")
class TestCollective(SubscriptionBillingCommon):
    """Contracts that share an invoice, small amounts that wait, places of categories."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.billing_grouping = "customer"

    def _get_groups(self, moves):
        """Return the contracts of each document, as sets of names."""
        return [set(move.invoice_origin.split(", ")) for move in moves]

    def _get_names(self, moves):
        return [line.name for line in moves.invoice_line_ids]

    def test_one_invoice_for_a_customer(self):
        first = self._create_contract(client_reference="PO-1")
        second = self._create_contract(client_reference="PO-2", cost_centre="4711")
        other = self._create_contract(partner_id=self.partner_b.id)
        moves = self._run_billing("2025-01-01")
        self.assertCountEqual(self._get_groups(moves), [{first.name, second.name}, {other.name}])
        move = moves.filtered(lambda move: move.partner_id == self.partner_a)
        self.assertEqual(move.amount_untaxed, 200.0)
        self.assertEqual(move.ref, "PO-1, PO-2")
        sections = move.invoice_line_ids.filtered(lambda line: line.display_type == "line_section")
        self.assertEqual(
            sections.mapped("name"),
            [
                f"{first.name} · Monthly · your reference PO-1",
                f"{second.name} · Monthly · your reference PO-2 · cost centre 4711",
            ],
        )
        self.assertEqual((first + second).period_ids.move_id, move)
        events = self.env["billing.event"].search([("type", "=", "subscription.invoiced")])
        self.assertLessEqual({first.id, second.id, other.id}, set(events.mapped("res_id")))
        self.assertFalse(self._run_billing("2025-01-01"))

    def test_document_with_the_logo_of_the_unit(self):
        """What the customer of two contracts gets: one document, in the name of the unit."""
        unit = self._create_unit("CLOUD", logo=self._draw_logo())
        contracts = self._create_contract(business_unit_id=unit.id) + self._create_contract(
            business_unit_id=unit.id, cost_centre="4711"
        )
        move = self._run_billing("2025-01-01")
        report = self.env.ref("billing_base.action_report_invoice")
        content, kind = report.sudo()._render_qweb_pdf(report.report_name, move.ids)
        self.assertEqual(kind, "pdf")
        [page] = PdfReader(io.BytesIO(content)).pages
        text = " ".join(page.extract_text().split())
        for contract in contracts:
            self.assertIn(f"{contract.name} · Monthly", text)
        self.assertIn("cost centre 4711", text)
        self.assertIn("230.00", text)
        self.assertTrue(self._shows_logo(page))

    def test_one_contract_has_no_heading(self):
        self._create_contract()
        moves = self._run_billing("2025-01-01")
        self.assertEqual(moves.invoice_line_ids.mapped("display_type"), ["product"])

    def test_cost_centre_of_one_contract(self):
        self._create_contract(cost_centre="4711")
        moves = self._run_billing("2025-01-01")
        self.assertEqual(self._get_names(moves)[0], "Cost centre: 4711")

    def test_what_keeps_contracts_apart(self):
        unit = self._create_unit("A")
        chf = self.setup_other_currency("CHF")
        swiss = self._create_plan("Swiss", [{"unit_price": 10.0}], currency_id=chf.id)
        draft = self._create_plan("Draft", [{"unit_price": 10.0}], draft_days=3)
        for values in (
            {"business_unit_id": unit.id},
            {"plan": swiss},
            {"plan": draft},
            {"invoice_payment_term_id": self.pay_terms_b.id},
            {"billing_grouping": "contract"},
        ):
            with self.subTest(values):
                one = self._create_contract()
                two = self._create_contract(**values)
                documents = (one + two)._get_documents(
                    (one + two)._get_due_items(
                        (one + two).line_ids._get_standings(), self._day("2025-01-01")
                    )
                )
                self.assertEqual(len(documents), 2)

    def test_by_reference(self):
        self.company.billing_grouping = "contract"
        self.partner_a.billing_grouping = "reference"
        one = self._create_contract(client_reference="PO-1")
        two = self._create_contract(client_reference="PO-1 ")
        other = self._create_contract(client_reference="PO-2")
        moves = self._run_billing("2025-01-01")
        self.assertCountEqual(self._get_groups(moves), [{one.name, two.name}, {other.name}])

    def test_who_decides(self):
        """The contract before the customer (for a contact its company), the unit, the company."""
        unit = self._create_unit("A", billing_grouping="reference")
        contact = self.env["res.partner"].create({"name": "X", "parent_id": self.partner_a.id})
        contract = self._create_contract(partner_id=contact.id)
        self.assertEqual(contract._get_billing_grouping(), "customer")
        contract.business_unit_id = unit
        self.assertEqual(contract._get_billing_grouping(), "reference")
        self.partner_a.billing_grouping = "contract"
        self.assertEqual(contract._get_billing_grouping(), "contract")
        contract.billing_grouping = "customer"
        self.assertEqual(contract._get_billing_grouping(), "customer")

    def test_chunks_do_not_tear_a_customer_apart(self):
        self.env["ir.config_parameter"].set_param("subscription_billing.chunk_size", "2")
        contracts = [self._create_contract() for _number in range(5)]
        other = self._create_contract(partner_id=self.partner_b.id)
        moves = self._run_billing("2025-01-01")
        self.assertCountEqual(
            self._get_groups(moves), [{one.name for one in contracts}, {other.name}]
        )

    def test_chunk_that_ends_with_a_contract_of_its_own(self):
        """Those before and after it share an invoice all the same."""
        self.env["ir.config_parameter"].set_param("subscription_billing.chunk_size", "2")
        first = self._create_contract()
        alone = self._create_contract(billing_grouping="contract")
        last = self._create_contract()
        moves = self._run_billing("2025-01-01")
        self.assertCountEqual(self._get_groups(moves), [{first.name, last.name}, {alone.name}])

    def test_a_contract_that_cannot_be_billed(self):
        """The others of the customer get their invoice together."""
        good = [self._create_contract() for _number in range(2)]
        bad = self._create_contract()
        other = self._create_contract(partner_id=self.partner_b.id)
        ordinary = type(bad)._prepare_invoice_values
        self.startPatcher(
            patch.object(type(bad), "_prepare_invoice_values", _refusing(ordinary, bad.id))
        )
        moves = self._run_billing("2025-01-01")
        self.assertCountEqual(self._get_groups(moves), [{one.name for one in good}, {other.name}])
        self.assertEqual(bad.billing_error, "broken on purpose")
        self.assertFalse(bad.period_ids)
        self.assertEqual(self._get_last_run().error_count, 1)

    def test_contracts_that_fail_only_together(self):
        contracts = self._create_contract() + self._create_contract()
        ordinary = type(contracts)._prepare_invoice_values

        def refuse_two(subs, items, today, run):
            if len(subs) > 1:
                raise UserError(TOGETHER)
            return ordinary(subs, items, today, run)

        self.startPatcher(patch.object(type(contracts), "_prepare_invoice_values", refuse_two))
        self.assertFalse(self._run_billing("2025-01-01"))
        self.assertEqual(contracts.mapped("billing_error"), [TOGETHER] * 2)

    def test_cancelled_invoice_is_billed_again_together(self):
        contracts = self._create_contract() + self._create_contract()
        move = self._run_billing("2025-01-01")
        move.button_draft()
        move.button_cancel()
        again = self._run_billing("2025-01-02")
        self.assertEqual(self._get_groups(again), [set(contracts.mapped("name"))])

    # === SMALL AMOUNTS === #

    def _create_small(self, price=4.0, **values):
        plan = self._create_plan("Small", [{"unit_price": price}])
        return self._create_contract(plan, **values)

    def test_small_amounts_wait(self):
        self.company.billing_minimum_amount = 10.0
        contract = self._create_small()
        self.assertFalse(self._run_billing("2025-01-01"))
        self.assertEqual(contract.carried_amount, 4.0)
        self.assertEqual(str(contract.next_billing_date), "2025-02-01")
        self.assertFalse(contract.period_ids)
        self.assertFalse(self._run_billing("2025-02-01"))
        self.assertEqual(contract.carried_amount, 8.0)
        moves = self._run_billing("2025-03-01")
        self.assertEqual(moves.invoice_line_ids.mapped("price_subtotal"), [4.0, 4.0, 4.0])
        self.assertEqual(contract.carried_amount, 0.0)
        self.assertEqual(str(contract.next_billing_date), "2025-04-01")

    def test_nothing_waits_for_what_never_comes(self):
        self.company.billing_minimum_amount = 10.0
        self._create_small(end_date="2025-02-01")
        moves = self._run_billing("2025-01-01")
        self.assertEqual(moves.amount_untaxed, 4.0)

    def test_nothing_waits_too_long(self):
        self.company.write({"billing_minimum_amount": 100.0, "billing_carry_days": 45})
        self._create_small()
        found = [self._run_billing(f"2025-0{month}-01") for month in range(1, 6)]
        # January's service ends with it; 45 days later more is due in the middle of March.
        self.assertEqual([len(moves) for moves in found], [0, 0, 1, 0, 0])

    def test_small_amounts_go_along(self):
        """What waits for one contract goes on the invoice of another one of the customer."""
        self.company.billing_minimum_amount = 10.0
        small = self._create_small(start="2025-01-01")
        large = self._create_contract(start="2025-01-15")
        self.assertFalse(self._run_billing("2025-01-01"))
        moves = self._run_billing("2025-01-15")
        self.assertEqual(self._get_groups(moves), [{small.name, large.name}])
        self.assertEqual(moves.amount_untaxed, 104.0)
        self.assertEqual(small.carried_amount, 0.0)

    def test_small_amounts_of_other_contracts_stay(self):
        """Without a common invoice each contract has its own amount."""
        self.company.write({"billing_minimum_amount": 10.0, "billing_grouping": "contract"})
        small = self._create_small(start="2025-01-01")
        self._create_contract(start="2025-01-15")
        self._run_billing("2025-01-01")
        moves = self._run_billing("2025-01-15")
        self.assertEqual(moves.amount_untaxed, 100.0)
        self.assertEqual(small.carried_amount, 4.0)

    def test_together_they_are_enough(self):
        self.company.billing_minimum_amount = 10.0
        for _number in range(3):
            self._create_small()
        self.assertEqual(self._run_billing("2025-01-01").amount_untaxed, 12.0)

    def test_credits_do_not_wait(self):
        self.company.billing_minimum_amount = 200.0
        contract = self._create_contract(start="2025-01-01")
        contract.billing_grouping = "contract"
        self.company.billing_minimum_amount = 0.0
        self._run_billing("2025-01-01")
        self.company.billing_minimum_amount = 200.0
        contract._cancel(self._day("2025-01-17"), for_cause=True)
        self._run_billing("2025-01-17")
        self.assertEqual(self._get_billed(contract)[-1][2], -48.39)

    # === CATEGORIES === #

    def test_category_with_a_heading(self):
        category = self.env["product.category"].create(
            {"name": "Support", "billing_document": "heading"}
        )
        support = self._create_service("Hotline", categ_id=category.id)
        plan = self._create_plan(
            "Both", [{"product_id": support.id, "name": "Hotline"}, {"name": "Hosting"}]
        )
        self._create_contract(plan)
        moves = self._run_billing("2025-01-01")
        names = [name.split("\n")[0] for name in self._get_names(moves)]
        self.assertEqual(names, ["Hosting", "Support", "Hotline"])

    def test_category_with_an_invoice_of_its_own(self):
        category = self.env["product.category"].create(
            {"name": "Hardware", "billing_document": "own"}
        )
        router = self._create_service("Router", categ_id=category.id)
        plan = self._create_plan(
            "Both", [{"product_id": router.id, "name": "Router"}, {"name": "Hosting"}]
        )
        contracts = self._create_contract(plan) + self._create_contract(plan)
        moves = self._run_billing("2025-01-01")
        products = [move.invoice_line_ids.product_id for move in moves]
        self.assertCountEqual(products, [router, self.service])
        self.assertEqual(contracts.period_ids.move_id, moves)

    def test_taxes_of_the_category(self):
        tax = self.env["account.tax"].create(
            {"name": "7 %", "amount": 7.0, "type_tax_use": "sale", "company_id": self.company.id}
        )
        category = self.env["product.category"].create(
            {"name": "Books", "sale_tax_ids": [Command.set(tax.ids)]}
        )
        book = self._create_service("Book", categ_id=category.id, taxes_id=[Command.clear()])
        plan = self._create_plan("Books", [{"product_id": book.id}, {}])
        self._create_contract(plan)
        moves = self._run_billing("2025-01-01")
        self.assertEqual(
            moves.invoice_line_ids.mapped("tax_ids"),
            tax + self.company_data["default_tax_sale"],
        )


TOGETHER = "only together"


def _refusing(ordinary, bad_id):
    """Wrap the preparation of invoices so that one contract makes it fail."""
    reason = "broken on purpose"

    def prepare(contracts, items, today, run):
        if bad_id in contracts.ids:
            raise UserError(reason)
        return ordinary(contracts, items, today, run)

    return prepare
