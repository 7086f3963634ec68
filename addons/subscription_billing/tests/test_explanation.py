from datetime import timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo import Command
from odoo.tests import tagged

from .change_common import ChangeCommon

EXAMPLES = 12
TIERS = [
    Command.create({"up_to": 3.0, "unit_price": 9.99, "flat_amount": 5.0}),
    Command.create({"up_to": 10.0, "unit_price": 7.77}),
    Command.create({"is_open": True, "unit_price": 3.33}),
]

CHARGE = st.sampled_from(
    [
        {"charge_model": "flat", "unit_price": 49.99},
        {"charge_model": "per_unit", "unit_price": 9.99, "minimum_amount": 15.0},
        {"charge_model": "package", "unit_price": 19.95, "package_size": 4.0},
        {"charge_model": "graduated", "tier_ids": TIERS},
        {"charge_model": "volume", "tier_ids": TIERS},
        {"charge_model": "percentage", "rate": 2.5, "maximum_amount": 40.0},
    ]
)
DISCOUNT = st.one_of(
    st.none(),
    st.fixed_dictionaries({"percent": st.integers(1, 10000).map(lambda rate: rate / 100)}),
    st.fixed_dictionaries(
        {"kind": st.just("amount"), "amount": st.integers(1, 6000).map(lambda cents: cents / 100)}
    ),
    st.fixed_dictionaries({"kind": st.just("units"), "units": st.integers(1, 8).map(float)}),
)
DURATION = st.sampled_from(
    [
        {},
        {"duration": "periods", "period_count": 2},
        {"duration": "until", "until_date": "2025-02-20"},
    ]
)
CASE = {
    "charges": st.lists(CHARGE, min_size=1, max_size=3),
    "quantities": st.lists(st.integers(0, 20).map(float), min_size=3, max_size=3),
    "cadence": st.sampled_from([("month", 1), ("week", 2), ("month", 3)]),
    "alignment": st.sampled_from(["anniversary", "calendar"]),
    "timing": st.sampled_from(["in_advance", "in_arrears"]),
    "credit_document": st.sampled_from(["line", "credit_note"]),
    "discounts": st.lists(st.tuples(DISCOUNT, DURATION), max_size=3),
    "changes": st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)), max_size=3),
    "end": st.one_of(st.none(), st.integers(40, 100)),
}


@tagged("post_install", "-at_install")
class TestExplanation(ChangeCommon):
    """Each amount explains itself, and what is shown of the future is what comes."""

    def _explain(self, contract):
        self.env.invalidate_all()
        rows = contract.period_ids.sorted("id")
        return [_plain(row._prepare_explanation_view()) for row in rows]

    def _get_texts(self, view):
        return [(row["label"], row["calculation"], row["amount"]) for row in view["rows"]]

    def test_tiers(self):
        charge = {"charge_model": "graduated", "tier_ids": TIERS, "default_quantity": 5.0}
        contract = self._create_contract(self._create_plan("Tiers", [charge]))
        self._bill("2025-01-01")
        [view] = self._explain(contract)
        self.assertEqual(
            self._get_texts(view),
            [
                ("Tier above 0 up to 3", "3 × 9.99", "$ 29.97"),
                ("Tier above 0 up to 3, flat amount", "1 × 5", "$ 5.00"),
                ("Tier above 3 up to 10", "2 × 7.77", "$ 15.54"),
                ("Full period", "", "$ 50.51"),
            ],
        )
        self.assertEqual(view["amount"], "$ 50.51")

    def test_discount_and_part_of_a_period(self):
        contract = self._create_contract(self.small, end_date="2025-01-11")
        contract._add_discount({"name": "Spring", "percent": 50.0})
        self._bill("2025-01-01")
        [view] = self._explain(contract)
        self.assertEqual(
            self._get_texts(view),
            [
                ("Price of a period", "1 × 31", "$ 31.00"),
                ("Discount: Spring", "−50 %", "$ -15.50"),
                ("Full period", "", "$ 15.50"),
                ("Part of the period", "10 of 31 days of $ 15.50", "$ 5.00"),
            ],
        )

    def test_percentage(self):
        charge = {"charge_model": "percentage", "rate": 2.5, "maximum_amount": 40.0}
        plan = self._create_plan("Share", [charge | {"default_quantity": 2000.0}])
        contract = self._create_contract(plan)
        self._bill("2025-01-01")
        [view] = self._explain(contract)
        self.assertEqual(
            self._get_texts(view)[:2],
            [
                ("Share of the value", "2,000 × 2.5 %", "$ 50.00"),
                ("Lowered to the maximum", "1 × -10", "$ -10.00"),
            ],
        )

    def test_credit_names_what_it_gives_back(self):
        contract = self._create_contract(self.small)
        invoice = self._bill("2025-01-01")
        contract._cancel(self._day("2025-01-16"), for_cause=True)
        credit = self._bill("2025-01-16")
        charged, back = self._explain(contract)
        self.assertIn(f"Corrected by {credit.name}.", charged["notes"])
        self.assertIn(f"what invoice {invoice.name} charged", back["notes"][0])
        self.assertEqual(
            self._get_texts(back),
            [("Part of the period", "16 of 31 days of $ 31.00", "$ -16.00")],
        )

    def test_edited_draft(self):
        plan = self._create_plan("Draft", [{"unit_price": 31.0}], draft_days=5)
        contract = self._create_contract(plan)
        move = self._bill("2025-01-01")
        move.invoice_line_ids.price_unit = 30.0
        move.action_post()
        [view] = self._explain(contract)
        self.assertIn("Changed by hand on the draft: $ 31.00 was computed.", view["notes"])
        self.assertEqual(view["amount"], "$ 30.00")

    def test_button_on_the_invoice(self):
        self._create_contract(self.small)
        move = self._bill("2025-01-01")
        line = move.invoice_line_ids
        self.assertTrue(line.is_billing_explained)
        action = line.action_explain()
        row = self.env[action["res_model"]].browse(action["res_id"])
        self.assertIn("31.00", row.explanation_html)
        other = self.init_invoice("out_invoice", amounts=[5.0])
        self.assertFalse(other.invoice_line_ids.is_billing_explained)

    # === RANDOM CONTRACTS === #

    def test_random_contracts(self):
        """Explanations add up to their lines, previews are what is billed then."""

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        @given(st.fixed_dictionaries(CASE))
        def check(case):
            savepoint = self.env.cr.savepoint()
            try:
                self._check_case(case)
            finally:
                savepoint.close(rollback=True)
                self.env.invalidate_all()

        check()

    def _check_case(self, case):
        contract = self._create_random_contract(case)
        start = contract.start_date
        today = start + timedelta(days=30)
        self._bill(start)
        for number, (later, quantity) in enumerate(case["changes"]):
            lines = contract._get_lines_after(today)
            if lines:
                charge = lines.charge_id[number % len(lines.charge_id)]
                effective = start + timedelta(days=later)
                contract._change_quantity(charge, float(quantity), effective)
        if case["end"]:
            contract._cancel(start + timedelta(days=case["end"]), for_cause=True)
        self._check_preview(contract, today)
        self._check_documents(contract)

    def _create_random_contract(self, case):
        unit, count = case["cadence"]
        charges = [
            {**charge, "name": f"Charge {number}", "default_quantity": quantity}
            for number, (charge, quantity) in enumerate(
                zip(case["charges"], case["quantities"], strict=False)
            )
        ]
        plan = self._create_plan(
            "Random",
            charges,
            cadence_unit=unit,
            cadence_count=count,
            alignment=case["alignment"],
            timing=case["timing"],
            credit_document=case["credit_document"],
        )
        contract = self._create_contract(plan, start="2025-01-15")
        for number, (discount, duration) in enumerate(case["discounts"]):
            if discount:
                contract._add_discount({"name": f"D{number}", **discount, **duration})
        return contract

    def _check_preview(self, contract, today):
        looked_at = contract._get_next_documents(5, today=today)
        expected = [
            (document.day, line.charge_id.name, item.draft.period.start, float(item.draft.amount))
            for document in looked_at
            for line, item in document.items
        ]
        found = []
        for day in sorted({document.day for document in looked_at}):
            known = contract.period_ids
            self._bill(day, contract)
            contract.invalidate_recordset(["period_ids"])
            found += [
                (day, row.charge_id.name, row.start_date, row.amount)
                for row in contract.period_ids - known
            ]
        self.assertCountEqual(found, expected)


def _plain(value):
    """A view with plain spaces: Odoo writes amounts with one that does not break lines."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value.replace("\N{NO-BREAK SPACE}", " ") if isinstance(value, str) else value
