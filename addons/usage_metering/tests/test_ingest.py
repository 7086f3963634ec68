from odoo.tests import tagged

from .ingest_common import UsageEventCommon


@tagged("post_install", "-at_install")
class TestIngest(UsageEventCommon):
    def test_an_event_is_stored_as_it_was_sent(self):
        sent = self._event(
            "call-1", "2025-01-15T10:00:00.25+01:00", quantity="2.50", value="user 7",
            properties={"region": "eu", "path": "c:\\temp", "size": 3},
        )  # fmt: skip
        result = self.env["usage.event"]._ingest([sent])
        self.assertEqual(
            result, [{"key": "call-1", "status": "accepted", "code": None, "message": None}]
        )
        event = self._get_events()
        self.assertEqual(event.subscription_id, self.contract)
        self.assertEqual(event.meter_id, self.calls)
        self.assertEqual(event.company_id, self.company)
        self.assertEqual(event.partner_id, self.partner_a)
        self.assertEqual(str(event.at), "2025-01-15 09:00:00.250000")
        self.assertEqual(event.quantity, 2.5)
        self.assertEqual(event.value, "user 7")
        self.assertEqual(event.properties, {"region": "eu", "path": "c:\\temp", "size": 3})
        self.assertEqual(event.state, "counted")
        self.assertTrue(event.received_at)

    def test_a_key_is_counted_once_whatever_its_month(self):
        self.assertEqual(self._ingest(self._event("a")), ["accepted"])
        self.assertEqual(self._ingest(self._event("a")), ["duplicate"])
        self.assertEqual(self._ingest(self._event("a", "2025-03-01T00:00:00Z")), ["duplicate"])
        self.assertEqual(len(self._get_events()), 1)

    def test_replace(self):
        self._ingest(self._event("a", quantity=5))
        self.assertEqual(
            self._ingest(
                self._event("b", quantity=6, replaces="a"), self._event("c", replaces="b"),
                self._event("d", replaces="nope"), self._event("d"), self._event("e", replaces="a"),
            ),
            ["accepted", "accepted", "replaces_unknown", "accepted", "replaces_cancelled"],
        )  # fmt: skip
        events = self._get_events()
        self.assertEqual(
            events.mapped(lambda e: (e.key, e.state, e.replaced_by)),
            [
                ("a", "cancelled", "b"),
                ("b", "cancelled", "c"),
                ("c", "counted", False),
                ("d", "counted", False),
            ],
        )
        self.assertEqual(
            self.env["usage.event"]._cancel_events(["c", "c", "a", "x"], "why"),
            {"c": "cancelled", "a": "already_cancelled", "x": "unknown"},
        )
