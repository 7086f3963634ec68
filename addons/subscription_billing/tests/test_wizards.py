from datetime import date

from odoo import Command
from odoo.tests import Form, freeze_time, tagged

from .common import SubscriptionBillingCommon


@tagged("post_install", "-at_install")
@freeze_time("2025-01-16 12:00:00")
class TestWizards(SubscriptionBillingCommon):
    """Dated changes of a contract: what they do, and what they say before they do it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        seats = {"name": "Seats", "charge_model": "per_unit", "default_quantity": 5.0}
        fee = {"name": "Fee", "unit_price": 31.0}
        cls.seats = cls._create_plan("Seats", [fee, {**seats, "unit_price": 6.2, "code": "S"}])
        cls.upgrade = cls._create_plan("Upgrade", [{**seats, "unit_price": 62.0, "code": "S"}])
        cls.contract = cls._create_contract(cls.seats, "2025-01-01")
        cls.contract.sudo()._bill(cls._day("2025-01-16"))

    def _open(self, act, **values):
        """Return the form of a wizard; its preview looks at this test's data."""
        self.env.flush_all()
        wizard = self.env[f"billing.subscription.{act}"]
        form = Form(wizard.with_context(default_subscription_id=self.contract.id))
        for name, value in values.items():
            setattr(form, name, value)
        return form

    def setUp(self):
        super().setUp()
        test_mode = self.enter_registry_test_mode()
        test_mode.__enter__()
        self.addCleanup(test_mode.__exit__, None, None, None)

    def _confirm(self, form):
        form.save().action_confirm()

    def test_quantity_preview(self):
        """Half a month of 31.00 back, half a month of 62.00 due, and nothing is written."""
        form = self._open("change")
        self.assertEqual(form.what, "quantity")
        with form.line_ids.edit(0) as line:
            line.quantity = 10.0
        self.assertIn("-16.00", form.preview)
        self.assertIn("32.00", form.preview)
        self.assertIn("93.00", form.preview)
        self.assertEqual(self.contract.line_ids.mapped("quantity"), [1.0, 5.0])

    def test_quantity(self):
        form = self._open("change")
        with form.line_ids.edit(0) as line:
            line.quantity = 10.0
        self._confirm(form)
        seats = self.contract.line_ids.filtered(lambda line: line.charge_model == "per_unit")
        self.assertEqual(seats.sorted("start_date").mapped("quantity"), [5.0, 10.0])
        self.assertEqual(max(seats.filtered("start_date").mapped("start_date")), date(2025, 1, 16))

    def test_quantity_preview_equals_run(self):
        form = self._open("change")
        with form.line_ids.edit(0) as line:
            line.quantity = 10.0
        preview = form.preview
        self._confirm(form)
        move = self.contract.sudo()._bill(self._day("2025-01-16"))
        self.assertIn(f">$\N{NO-BREAK SPACE}{move.amount_untaxed:.2f}<", preview)

    def test_nothing_changed(self):
        form = self._open("change")
        self.assertIn("Quantities: enter", form.preview)
        with self.assertRaisesRegex(Exception, "Quantities: enter"):
            self._confirm(form)

    def test_plan_keeps_quantity(self):
        self.contract._change_quantity(self.seats.charge_ids[1], 7.0, self._day("2025-01-16"))
        form = self._open("change", what="plan", plan_id=self.upgrade, when="period_end")
        self.assertEqual(form.effective_date, date(2025, 2, 1))
        self._confirm(form)
        self.assertEqual(self.contract.plan_id, self.upgrade)
        line = self.contract.line_ids.filtered(lambda line: not line.end_date)
        self.assertEqual((line.quantity, line.start_date), (7.0, date(2025, 2, 1)))

    def test_same_plan(self):
        form = self._open("change", what="plan", plan_id=self.seats)
        self.assertIn("runs on these terms already", form.preview)

    def test_pause_and_resume(self):
        self._confirm(self._open("pause", origin="Sabbatical"))
        self.assertEqual(self.contract.state, "paused")
        self.assertEqual(self.contract.ribbon_text, "Paused")
        self.assertEqual(self.contract.hold_ids.origin, "Sabbatical")
        form = self._open("resume", effective_date=date(2025, 1, 20))
        self._confirm(form)
        self.assertEqual(self.contract.hold_ids.end_date, date(2025, 1, 20))
        self.assertEqual(self.contract.state, "paused", "until the day has come")

    def test_pause_with_an_end(self):
        """The rest of February costs its part; what is to come is shown before."""
        form = self._open("pause", until_date=date(2025, 2, 11))
        self.assertIn("After that", form.preview)
        self._confirm(form)
        hold = self.contract.hold_ids
        self.assertEqual((hold.start_date, hold.end_date), (date(2025, 1, 16), date(2025, 2, 11)))
        self.assertFalse(self.contract.is_paused)
        form = self._open("pause", until_date=date(2025, 1, 1))
        self.assertIn("Goes On From", form.preview)

    def test_preview_says_what_is_wrong(self):
        form = self._open("pause", when="date", effective_date=date(2024, 12, 1))
        self.assertIn("alert-danger", form.preview)
        self.assertIn("starts on", form.preview)

    def test_cancel(self):
        form = self._open("cancel")
        self.assertEqual(form.effective_date, date(2025, 2, 1))
        self.assertEqual(form.last_day, date(2025, 1, 31))
        self.assertNotIn("-32.00", form.preview)
        form.when = "now"
        self.assertEqual(form.last_day, date(2025, 1, 15))
        self.assertIn("-32.00", form.preview)
        form.is_credited = False
        self.assertNotIn("-32.00", form.preview)
        self._confirm(form)
        self.assertEqual(self.contract.end_date, date(2025, 1, 16))
        self.assertFalse(self.contract.is_end_credited)
        self.assertTrue(self.contract.ribbon_text.startswith("Ends on"))
        self.contract.action_undo_cancel()
        self.assertFalse(self.contract.end_date)
        self.assertFalse(self.contract.ribbon_text)

    def test_cancel_bound(self):
        """The earliest end of the terms is proposed; an earlier one needs a good cause."""
        plan = self._create_plan("Bound", [{"unit_price": 31.0}], minimum_count=3)
        self.contract = self._create_contract(plan, "2025-01-01")
        form = self._open("cancel")
        self.assertEqual(form.effective_date, date(2025, 4, 1))
        form.when = "now"
        self.assertIn("at the earliest", form.preview)
        form.is_for_cause = True
        self.assertNotIn("at the earliest", form.preview)
        self._confirm(form)
        self.assertEqual(self.contract.end_date, date(2025, 1, 16))

    def test_option(self):
        option = {"name": "Backup", "unit_price": 62.0, "is_option": True}
        plan = self._create_plan("Options", [{"unit_price": 31.0}, option])
        self.contract = self._create_contract(plan, "2025-01-01")
        for quantity in (1.0, 0.0):
            form = self._open("change")
            with form.line_ids.edit(0) as line:
                line.quantity = quantity
            self._confirm(form)
            running = self.contract.line_ids.filtered(lambda line: not line.end_date)
            self.assertEqual("Backup" in running.charge_id.mapped("name"), bool(quantity))

    def test_period_end_in_arrears(self):
        plan = self._create_plan("Late", [{"unit_price": 10.0}], timing="in_arrears")
        contract = self._create_contract(plan, "2025-01-10")
        self.assertEqual(contract._get_period_end(self._day("2025-01-16")), date(2025, 2, 10))


@tagged("post_install", "-at_install")
class TestExamples(SubscriptionBillingCommon):
    """The examples beside the fields of plans and charges."""

    def _create_tiers(self, *tiers):
        return [
            Command.create({"up_to": up_to or 0, "is_open": not up_to, "unit_price": price})
            for up_to, price in tiers
        ]

    def test_tiers(self):
        tiers = self._create_tiers((10, 8), (None, 6))
        plan = self._create_plan("T", [{"charge_model": "graduated", "tier_ids": tiers}])
        charge = plan.charge_ids
        rows = charge._prepare_example()["rows"]
        self.assertEqual([row["quantity"] for row in rows], ["1", "10", "100"])
        self.assertEqual(rows[2]["steps"], "10 × 8.00 + 90 × 6.00")
        self.assertIn("620.00", charge.example)
        self.assertEqual(charge.price_summary, "Tiers: 8.00 / 6.00")

    def test_limits(self):
        plan = self._create_plan(
            "L",
            [{"charge_model": "per_unit", "unit_price": 1, "minimum_amount": 5,
              "maximum_amount": 50}],
        )  # fmt: skip
        rows = plan.charge_ids._prepare_example()["rows"]
        self.assertIn("minimum", rows[0]["steps"])
        self.assertNotIn("imum", rows[1]["steps"])
        self.assertIn("maximum", rows[2]["steps"])

    def test_package_and_flat(self):
        plan = self._create_plan(
            "P",
            [{"charge_model": "package", "unit_price": 3, "package_size": 10, "free_units": 5}],
        )
        rows = plan.charge_ids._prepare_example()["rows"]
        self.assertEqual(rows[-1]["steps"], "5 free + 10 × 3.00")
        flat = self.monthly.charge_ids
        self.assertEqual(len(flat._prepare_example()["rows"]), 1)
        self.assertIn("100.00", flat.price_summary)

    def test_missing_tiers(self):
        charge = self.env["billing.charge"].new(
            {"version_id": self.monthly.current_version_id.id, "charge_model": "volume"}
        )
        self.assertIn("alert-warning", charge.example)
        self.assertEqual(charge.price_summary, "Tiers are missing")

    @freeze_time("2025-01-20 12:00:00")
    def test_periods(self):
        plan = self._create_plan("C", alignment="calendar", timing="in_arrears")
        rows = plan._prepare_period_example()["rows"]
        self.assertEqual((rows[0]["days"], rows[0]["of_days"]), (12, 31))
        self.assertTrue(rows[0]["is_partial"])
        self.assertEqual(rows[0]["billed"], "02/01/2025")
        self.assertFalse(rows[1]["is_partial"])
        wrong = self.env["billing.plan"].new({"alignment": "weekday", "cadence_unit": "month"})
        self.assertTrue(wrong._prepare_period_example()["problem"])

    def test_in_use(self):
        self.assertFalse(self.monthly.is_in_use)
        self._create_contract()
        self.monthly.invalidate_recordset(["is_in_use"])
        self.assertTrue(self.monthly.is_in_use)

    def test_charge_of_plan_form(self):
        """The client sends the plan's id for the version; the charge must not mix them up."""
        plan = self._create_plan("Currency", currency_id=self.env.ref("base.CHF").id)
        charge = self.env["billing.charge"].with_context(billing_charge_of_plan=True)
        values = {"version_id": {"id": plan.id, "name": "X"}, "charge_model": "flat"}
        answer = charge.onchange(values, [], {"currency_id": {}})
        self.assertEqual(answer["value"]["currency_id"], self.env.ref("base.CHF").id)

    def test_period_explanation(self):
        contract = self._create_contract(start="2025-01-01", end_date="2025-01-11")
        contract.sudo()._bill(self._day("2025-01-01"))
        period = contract.period_ids
        self.assertEqual(period.last_day, date(2025, 1, 10))
        text = period.explanation_html.replace("\N{NO-BREAK SPACE}", " ")
        self.assertIn("10 of 31 days of $ 100.00", text)
