from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import UsageCommon


@tagged("post_install", "-at_install")
class TestUsageView(UsageCommon):
    """The running usage as people see it."""

    def _view(self, contract, day):
        return contract._prepare_usage_views(self._day(day))[contract.id]

    def test_figures_in_words(self):
        contract = self._create_metered_contract()
        self._use(contract, "2025-04-03T00:00:00", 29)
        self._run_billing("2025-04-01")
        [charge] = self._view(contract, "2025-04-15")["charges"]
        names = ("days", "quantity", "expected_quantity", "billed")
        found = {name: charge[name] for name in names}
        unit = contract.line_ids.uom_id.name
        self.assertEqual(
            found,
            {
                "days": "15 of 30 days",
                "quantity": f"29 {unit}",
                "expected_quantity": f"60 {unit}",
                "billed": "",
            },
        )
        self.assertIn("290.00", charge["amount"])
        self.assertIn("600.00", charge["expected_amount"])
        self.assertEqual((charge["first"], charge["last"]), ("04/01/2025", "04/30/2025"))
        self.assertEqual(charge["elapsed"], 48)

    def test_chart(self):
        contract = self._create_metered_contract()
        for day, quantity in ((3, 10), (4, 5), (4, 15)):
            self._use(contract, f"2025-01-0{day}T12:00:00", quantity)
        [charge] = self._view(contract, "2025-01-15")["charges"]
        heights = [bar["height"] for bar in charge["bars"]]
        self.assertEqual(len(heights), 31)
        self.assertEqual(heights[:5], [0, 0, 50, 100, 0])
        self.assertIn("01/04/2025: 20", charge["chart"])

    def test_nothing_used(self):
        contract = self._create_metered_contract()
        [charge] = self._view(contract, "2025-01-15")["charges"]
        self.assertEqual(charge["chart"], "Nothing was used yet.")

    def test_quotas(self):
        contract = self._create_metered_contract()
        quota = {
            "subscription_id": contract.id,
            "meter_id": self.meter.id,
            "quantity": 10,
            "reason": "Goodwill",
        }
        self.env["usage.quota"].create(
            [
                {**quota, "start_date": "2025-01-01", "end_date": "2025-03-01"},
                {**quota, "start_date": "2025-02-01", "quantity": 99},
            ]
        )
        self._use(contract, "2025-01-05T00:00:00", 4)
        view = self._view(contract, "2025-01-15")
        [found] = view["quotas"]
        self.assertEqual(
            found,
            {
                "name": "units",
                "left": "6 of 10 left",
                "used": 40,
                "until": "Valid until 02/28/2025",
            },
        )
        self.assertTrue(view["charges"][0]["prepaid"].startswith("4 "))
        self.assertIn("0.00", view["charges"][0]["amount"])

    def test_one_that_cannot_be_rated_opens(self):
        contract = self._create_metered_contract()
        self.assertIn("data-usage", contract.usage_html)

        reason = "broken"

        def fail(records, today=None):
            raise UserError(reason)

        self.patch(self.registry["billing.subscription"], "_look_at_usage", fail)
        self.env.invalidate_all()
        self.assertIn("broken", contract.usage_html)

    def test_only_where_something_is_metered(self):
        self.assertFalse(self._create_contract().usage_html)


@tagged("post_install", "-at_install")
class TestUsageScreens(UsageCommon):
    """Forms, buttons, and what leads to the events."""

    def _bill_january(self):
        contract = self._create_metered_contract()
        self._use(contract, "2025-01-05T00:00:00", 6)
        self._run_billing("2025-02-01")
        return contract

    def test_explanation_of_a_metered_line(self):
        plan = self._create_metered_plan(
            {
                "usage_filter_ids": [
                    (0, 0, {"property_name": "region", "values": "eu, ch"}),
                    (0, 0, {"property_name": "test", "operator": "not in", "values": "yes"}),
                ],
                "window_count": 3,
                "window_unit": "month",
            }
        )
        contract = self._create_metered_contract(plan, usage_tz="Europe/Zurich")
        self._use(contract, "2025-01-05T00:00:00", "1.2345", properties={"region": "eu"})
        self._run_billing("2025-02-01")
        view = contract.period_ids._prepare_explanation_view()
        self.assertTrue(view["quantity"].startswith("1.2345 "), view["quantity"])
        self.assertEqual(
            view["usage"]["notes"],
            [
                "Counted: 1 events of “units” (Sum of the quantities).",
                "Only events with region: eu, ch, test: not yes.",
                "Tiers and limits count over 3 Months: what the time before has cost is taken "
                "off.",
                "Days begin and end by the clock of Europe/Zurich.",
            ],
        )
        self.assertIn("Europe/Zurich", contract.period_ids.explanation_html)

    def test_explanation_of_a_fee_says_nothing_of_usage(self):
        contract = self._create_contract()
        self._run_billing("2025-01-01")
        period = contract.period_ids
        self.assertFalse(period.has_usage)
        self.assertNotIn("usage", period._prepare_explanation_view())

    def test_show_usage_is_what_was_counted(self):
        meter = self._create_meter("calls", aggregation="count")
        meter.write({"filter_ids": [(0, 0, {"property_name": "region", "values": "eu"})]})
        plan = self._create_metered_plan({"meter_id": meter.id})
        values = {"usage_tz": "Europe/Berlin", "start": "2024-12-01"}
        contract = self._create_metered_contract(plan, **values)
        other = self._create_metered_contract(plan, **values)
        wanted = {"region": "eu"}

        def use(at, owner=contract, properties=None):
            return self._use(owner, at, meter=meter, properties=properties or wanted)

        inside = [use("2024-12-31T23:00:00"), use("2025-01-31T22:59:59")]
        use("2024-12-31T22:59:59")
        use("2025-01-31T23:00:00")
        use("2025-01-05T00:00:00", properties={"region": "us"})
        use("2025-01-05T00:00:00", owner=other)
        self._cancel(use("2025-01-06T00:00:00"))
        self._run_billing("2025-02-01")
        period = contract.period_ids.sorted("start_date")[-1:]
        action = period.action_view_usage()
        found = self.env["usage.event"].search(action["domain"])
        self.assertEqual(set(found.mapped("key")), set(inside))
        self.assertEqual(len(found), period.explanation["usage"]["count"])
        both = self.env["usage.event"].search(
            [("counted_period_id", "in", (contract | other).period_ids.ids)]
        )
        self.assertEqual(len(both), 4)

    def test_later_usage_belongs_to_the_correction(self):
        """Each row shows what it was rated from, though all is in one transaction here."""
        contract = self._create_metered_contract()
        keys = [self._use(contract, "2025-01-05T00:00:00", quantity) for quantity in (2, 4)]
        self._run_billing("2025-02-01")
        keys.append(self._use(contract, "2025-01-06T00:00:00", 1))
        self._cancel(keys[0])
        self._run_billing("2025-02-02")
        rows = contract.period_ids.sorted("id")
        first, correction = rows[0], rows[-1]
        for statement, value in (
            (
                "UPDATE usage_event_store SET received_at = received_at + %s WHERE key = %s",
                keys[2],
            ),
            (
                "UPDATE usage_event_cancellation SET cancelled_at = cancelled_at + %s"
                " WHERE key = %s",
                keys[0],
            ),
        ):
            self.env.cr.execute(statement, ["1 hour", value])
        self.env.cr.execute(
            "UPDATE billing_period SET create_date = create_date + %s WHERE id = %s",
            ["2 hours", correction.id],
        )

        def shown(period):
            events = self.env["usage.event"].search(period.action_view_usage()["domain"])
            return set(events.mapped("key")), period.explanation["usage"]["count"]

        self.assertEqual(shown(first), ({keys[0], keys[1]}, 2))
        self.assertEqual(shown(correction), ({keys[1], keys[2]}, 2))

    def test_usage_after_the_end_of_a_line_does_not_count(self):
        contract = self._create_metered_contract()
        inside = self._use(contract, "2025-01-05T00:00:00", 6)
        self._use(contract, "2025-01-25T00:00:00", 6)
        contract._cancel(self._day("2025-01-20"))
        self._run_billing("2025-02-01")
        self.assertEqual(self._get_documents(contract), [("out_invoice", 60.0)])
        action = contract.period_ids.action_view_usage()
        self.assertEqual(self.env["usage.event"].search(action["domain"]).key, inside)

    def test_buttons_of_a_contract(self):
        contract = self._bill_january()
        self.assertEqual(contract.usage_correction_count, 0)
        self._use(contract, "2025-01-06T00:00:00", 1)
        self._run_billing("2025-02-02")
        self.env.invalidate_all()
        self.assertEqual(contract.usage_correction_count, 1)
        action = contract.action_view_usage_corrections()
        corrections = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(corrections.amount, 10)
        self.assertEqual(corrections.partner_id, self.partner_a)
        action = contract.action_view_usage()
        self.assertEqual(self.env[action["res_model"]].search_count(action["domain"]), 2)

    def test_buttons_of_a_meter(self):
        self._bill_january()
        self.assertEqual(self.meter.charge_count, 1)
        action = self.meter.action_view_charges()
        charges = self.env["billing.charge"].search(action["domain"])
        self.assertEqual(charges, self.metered.charge_ids)
        action = self.meter.action_view_usage()
        self.assertEqual(self.env["usage.event"].search_count(action["domain"]), 1)

    def test_plan_in_the_form(self):
        """The page on usage comes with the first meter, before the plan is saved."""
        form = Form(self.env["billing.plan"])
        form.name = "By hand"
        with form.charge_ids.new() as charge:
            charge.product_id = self.service
            charge.charge_model = "per_unit"
        self.assertFalse(form.has_metered_charge)
        with form.charge_ids.edit(0) as charge:
            charge.meter_id = self.meter
        self.assertTrue(form.has_metered_charge)
        form.usage_correction = "own_document"
        plan = form.save()
        self.assertEqual(plan.current_version_id.usage_correction, "own_document")
        self.assertTrue(plan.current_version_id.has_metered_charge)

    def test_example_of_a_metered_charge(self):
        charge = self.metered.charge_ids
        self.assertIn("by the meter “units”", charge.example)
        charge.window_count = 3
        self.assertIn("count over 3 Months", charge.example)
        fee = self.monthly.charge_ids
        self.assertNotIn("meter", fee.example)
        plan = self._create_metered_plan(
            others=[
                {"unit_price": 50.0, "is_commitment": True, "charge_model": "flat"},
                {
                    "name": "Pack",
                    "unit_price": 5.0,
                    "charge_model": "per_unit",
                    "recurrence": "once",
                    "quota_meter_id": self.meter.id,
                    "quota_units": 100,
                },
            ]
        )
        _usage, minimum, pack = plan.charge_ids
        self.assertIn("fall short", minimum.example)
        self.assertIn("prepays 100 of “units”", pack.example)

    def test_work_list(self):
        version = self.metered.current_version_id
        version.usage_ignore_below = 15.0
        contract = self._bill_january()
        self._use(contract, "2025-01-06T00:00:00", 1)
        self._run_billing("2025-02-02")
        cards = {card["key"]: card for card in self.env["billing.work.list"].get_work()["cards"]}
        self.assertEqual(cards["usage_ignored"]["count"], 1)
        self._use(contract, "2025-01-07T00:00:00", 1)
        self._run_billing("2025-02-03")
        cards = {card["key"]: card for card in self.env["billing.work.list"].get_work()["cards"]}
        self.assertEqual(cards["usage_ignored"]["count"], 0, "billed by now")
