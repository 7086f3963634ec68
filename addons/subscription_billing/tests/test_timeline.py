from odoo.tests import freeze_time, tagged

from .common import SubscriptionBillingCommon


@tagged("post_install", "-at_install")
@freeze_time("2025-03-10 12:00:00")
class TestTimeline(SubscriptionBillingCommon):
    """The life of a contract, as people read it."""

    def _get_entries(self, contract, kind=None):
        self.env.invalidate_all()
        return [
            (str(entry["date"]), entry["text"].replace("\N{NO-BREAK SPACE}", " "))
            for entry in contract._get_timeline()
            if kind is None or entry["kind"] == kind
        ]

    def test_life(self):
        plan = self._create_plan("Trial", [{"unit_price": 100.0}], trial_days=14)
        contract = self._create_contract(plan, start="2025-01-01")
        contract._cancel(self._day("2025-06-15"), for_cause=True)
        life = [entry for entry in self._get_entries(contract) if "Invoice" not in entry[1]]
        self.assertEqual(
            life,
            [
                ("2025-01-01", "The contract starts"),
                ("2025-01-15", "The trial is over, charged from now"),
                ("2025-06-15", "The contract ends"),
            ],
        )

    def test_changes(self):
        seat = {"charge_model": "per_unit", "default_quantity": 2.0, "name": "Seats"}
        option = {"name": "Hotline", "is_option": True}
        plan = self._create_plan("Team", [seat, option])
        contract = self._create_contract(plan)
        seats, hotline = plan.charge_ids
        contract._change_quantity(seats, 5.0, self._day("2025-01-10"))
        contract._add_option(hotline, 1.0, self._day("2025-01-20"))
        contract._remove_option(hotline, self._day("2025-01-25"))
        contract._change_plan(self.monthly.current_version_id, self._day("2025-02-01"))
        self.assertEqual(
            self._get_entries(contract, "change"),
            [
                ("2025-01-10", "Seats: 2 → 5"),
                ("2025-01-20", "Hotline added"),
                ("2025-01-25", "Hotline removed"),
                ("2025-02-01", "Plan changed from Team to Monthly"),
            ],
        )

    def test_holds(self):
        contract = self._create_contract()
        contract._pause(self._day("2025-02-01"))
        contract._resume(self._day("2025-03-01"))
        contract._hold("dunning", "Overdue", billed=True, start=self._day("2025-04-01"))
        self.assertEqual(
            self._get_entries(contract, "hold"),
            [("2025-02-01", "Paused"), ("2025-04-01", "On hold: Overdue")],
        )
        self.assertEqual(
            self._get_entries(contract, "resume"), [("2025-03-01", "Goes on after the pause")]
        )

    def test_prices_and_discounts(self):
        contract = self._create_contract()
        charge = contract.line_ids.charge_id
        self.env["billing.price.change"].create(
            {"charge_id": charge.id, "effective_date": "2025-05-01", "unit_price": 120.0}
        )
        contract._add_discount(
            {"name": "Spring", "percent": 10.0, "duration": "periods", "period_count": 2}
        )
        self.assertEqual(
            self._get_entries(contract, "price"), [("2025-05-01", f"New price of {charge.name}")]
        )
        self.assertEqual(
            self._get_entries(contract, "discount"),
            [
                ("2025-01-01", "Discount: Spring (10 %)"),
                ("2025-03-01", "Discount over: Spring (10 %)"),
            ],
        )

    def test_documents_past_and_to_come(self):
        contract = self._create_contract(start="2025-03-01")
        move = self._run_billing("2025-03-01")
        found = contract._get_timeline()
        documents = [entry for entry in found if entry["kind"] == "invoice"]
        self.assertEqual(documents[0]["move_id"], move.id)
        self.assertIn(move.name, documents[0]["text"])
        self.assertEqual([entry["is_future"] for entry in documents], [False, True, True, True])
        [first_future] = [entry for entry in found if entry["is_today"]]
        self.assertEqual(str(first_future["date"]), "2025-04-01")
        self.assertIn("115.00", first_future["text"])
        html = contract.timeline_html
        self.assertIn('data-today="1"', html)
        self.assertIn(move.name, html)

    def test_last_day_to_cancel(self):
        plan = self._create_plan(
            "Year",
            [{"unit_price": 100.0}],
            minimum_count=1,
            minimum_unit="year",
            notice_count=1,
            notice_unit="month",
        )
        contract = self._create_contract(plan, start="2025-01-01")
        [(day, text)] = self._get_entries(contract, "notice")
        self.assertEqual(day, str(contract.cancellable_until))
        self.assertIn("Last day to cancel to 12/31/2025", text)
