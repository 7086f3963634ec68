from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .ingest_common import UsageEventCommon


@tagged("post_install", "-at_install")
class TestEventCancel(UsageEventCommon):
    def _cancel(self, *keys, user=None, **values):
        events = self.env["usage.event"].with_user(user or self.env.user)
        return events._cancel_events(list(keys), "Test", **values)

    def test_cancelled_events_stay_and_are_marked(self):
        self._ingest(self._event("a", "2025-02-01T00:00:00Z"), self._event("b"))
        self._take_marks()
        self.assertEqual(
            self._cancel("a", "nope", "a\x00", 5),
            {"a": "cancelled", "nope": "unknown", "a\x00": "unknown", 5: "unknown"},
        )
        self.assertEqual(self._take_marks(), [(self.contract, self.calls, "2025-02-01 00:00:00")])
        event = self._get_events("a")
        self.assertEqual((event.state, event.cancel_reason), ("cancelled", "Test"))
        self.assertEqual(event.cancelled_by_id, self.env.user)
        self.assertTrue(event.cancelled_at)
        self.assertEqual(self._get_events("b").state, "counted")

    def test_cancelled_once(self):
        self._ingest(self._event("a"))
        self._cancel("a")
        self._take_marks()
        self.assertEqual(self._cancel("a"), {"a": "already_cancelled"})
        self.assertEqual(self._take_marks(), [])

    def test_a_cancelled_key_stays_used(self):
        self._ingest(self._event("a"))
        self._cancel("a")
        self.assertEqual(self._ingest(self._event("a")), ["duplicate"])

    def test_replace(self):
        self._ingest(self._event("a", "2025-01-20T00:00:00Z", quantity=5))
        self._take_marks()
        new = self._event("b", "2025-03-01T00:00:00Z", quantity=6, replaces="a")
        self.assertEqual(self._ingest(new), ["accepted"])
        old = self._get_events("a")
        self.assertEqual((old.state, old.replaced_by), ("cancelled", "b"))
        self.assertEqual(self._get_events("b").state, "counted")
        self.assertEqual(
            {mark[2] for mark in self._take_marks()},
            {"2025-01-20 00:00:00", "2025-03-01 00:00:00"},
        )
        self.assertEqual(self._ingest(new), ["duplicate"])

    def test_replace_within_a_call(self):
        """A chain, a fork, and keys whose first event could not replace anything."""
        self._ingest(self._event("a"))
        self.assertEqual(
            self._ingest(
                self._event("b", replaces="a"),
                self._event("c", replaces="b"),
                self._event("d", replaces="nope"),
                self._event("d"),
                self._event("e", replaces="a"),
                self._event("f", replaces="g"),
                self._event("g", replaces="f"),
            ),
            ["accepted", "accepted", "replaces_unknown", "accepted", "replaces_cancelled",
             "replaces_unknown", "replaces_unknown"],
        )  # fmt: skip
        self.assertEqual(
            self._get_events().mapped(lambda event: (event.key, event.state, event.replaced_by)),
            [
                ("a", "cancelled", "b"),
                ("b", "cancelled", "c"),
                ("c", "counted", False),
                ("d", "counted", False),
            ],
        )
        keys = self._query("SELECT key FROM usage_event_key ORDER BY key")
        self.assertEqual([key for (key,) in keys], ["a", "b", "c", "d"])

    def test_only_events_of_the_same_contract_are_replaced(self):
        other = self._create_contract(self.metered)
        self._ingest(self._event("a"))
        self.assertEqual(
            self._ingest(self._event("b", contract=other, replaces="a")), ["replaces_unknown"]
        )
        self.assertEqual(self._get_events().mapped("state"), ["counted"])

    def test_cancelled_events_are_not_replaced(self):
        self._ingest(self._event("a"))
        self._cancel("a")
        self.assertEqual(self._ingest(self._event("b", replaces="a")), ["replaces_cancelled"])
        self.assertFalse(self._get_events("b"))

    def test_other_companies_and_units_cancel_nothing(self):
        other = self._create_company(name="Other Ltd")
        unit, foreign = self._create_unit("A"), self._create_unit("B")
        self.contract.business_unit_id = unit
        self._ingest(self._event("a"))
        limited = self._create_user("limited", business_unit_ids=[(6, 0, foreign.ids)])
        stranger = new_test_user(
            self.env, "stranger", "billing_base.group_billing_user",
            company_id=other.id, company_ids=[(6, 0, other.ids)],
        )  # fmt: skip
        for user, company in (
            (limited, self.company),
            (stranger, other),
            (stranger, self.company),
        ):
            self.assertEqual(self._cancel("a", user=user, company=company), {"a": "unknown"})
            events = self.env["usage.event"].with_user(user)
            self.assertFalse(events.search([]))
            self.assertFalse(events.formatted_read_group([], ["meter_id"], ["quantity:sum"]))
            with self.assertRaises(AccessError):
                events.browse(self._get_events().id).read(["key"])
        self.assertEqual(self._get_events().state, "counted")
        seeing = self._create_user("seeing", business_unit_ids=[(6, 0, unit.ids)])
        self.assertEqual(self.env["usage.event"].with_user(seeing).search_count([]), 1)
        nobody = new_test_user(self.env, "nobody", "base.group_user")
        with self.assertRaises(AccessError):
            self.env["usage.event"].with_user(nobody).search([])
        with self.assertRaises(AccessError):
            self._cancel("a", user=nobody)

    def test_dialog(self):
        self._ingest(self._event("a"), self._event("b"), self._event("c"))
        self._cancel("b")
        chosen = self._get_events("a", "b")
        wizards = self.env["usage.event.cancel"].with_context(active_ids=chosen.ids)
        wizard = Form(wizards)
        self.assertEqual(wizard.event_count, 2)
        wizard.reason = "Sent by a test"
        action = wizard.save().action_confirm()
        self.assertIn("1 events", action["params"]["message"])
        self.assertEqual(self._get_events("a").cancel_reason, "Sent by a test")
        self.assertEqual(self._get_events("c").state, "counted")
        with self.assertRaises(UserError):
            self.env["usage.event.cancel"].create({"reason": "Nothing"}).action_confirm()

    def test_replace_dialog(self):
        self._ingest(self._event("a", quantity=5, properties={"region": "eu"}))
        action = self._get_events().action_replace()
        form = Form(self.env["usage.record"].with_context(**action["context"]))
        self.assertEqual((form.quantity, str(form.at)), (5, "2025-01-15 10:00:00"))
        form.quantity = 7
        form.save().action_record()
        old, new = self._get_events()
        self.assertEqual((old.state, old.replaced_by), ("cancelled", new.key))
        self.assertEqual((new.quantity, new.at, new.state), (7, old.at, "counted"))
        self.assertEqual(new.properties, {"region": "eu"})

    def test_events_are_not_edited(self):
        self._ingest(self._event("a"))
        event = self._get_events().sudo()
        for edit in (event.unlink, lambda: event.write({"quantity": 2}), lambda: event.create({})):
            with self.assertRaises(UserError):
                edit()
