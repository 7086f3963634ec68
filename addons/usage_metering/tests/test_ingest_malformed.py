from odoo.tests import tagged

from .ingest_common import UsageEventCommon


@tagged("post_install", "-at_install")
class TestIngestMalformed(UsageEventCommon):
    """Whatever arrives is answered one by one, and harms nothing."""

    def _check(self, bad, code):
        """A bad event between good ones is the only one that is not stored."""
        before = len(self._get_events())
        events = [self._event(f"{before} 1"), bad, self._event(f"{before} 2")]
        results = self.env["usage.event"]._ingest(events)
        self.assertEqual([result["code"] for result in results], [None, code, None])
        self.assertEqual(results[1]["status"], "rejected")
        self.assertTrue(results[1]["message"], "says what is wrong")
        self.assertEqual(len(self._get_events()), before + 2)

    def test_what_is_no_event(self):
        for bad in (None, 5, "text", [], [self._event("x")], {}):
            with self.subTest(bad=bad):
                self._check(bad, "missing" if bad == {} else "not_an_object")

    def test_wrong_values(self):
        cases = [
            ({"at": "2999-01-01T00:00:00Z"}, "time_in_future"),
            ({"at": "yesterday"}, "time_invalid"),
            ({"at": 5}, "wrong_type"),
            ({"meter": "unknown"}, "meter_unknown"),
            ({"contract": "unknown"}, "contract_unknown"),
            ({"contract": "%s' OR 1=1; --"}, "contract_unknown"),
            ({"contract": "a\x00b"}, "contract_unknown"),
            ({"meter": "a\x00b"}, "meter_unknown"),
            ({"contract": "\ud800"}, "contract_unknown"),
            ({"meter": "\udfff"}, "meter_unknown"),
            ({"quantity": "many"}, "quantity_invalid"),
            ({"quantity": float("nan")}, "quantity_invalid"),
            ({"quantity": "Infinity"}, "quantity_invalid"),
            ({"quantity": {}}, "wrong_type"),
            ({"properties": {"a": "x" * 1_000_000}}, "properties_too_large"),
            ({"key": "x" * 1_000_000}, "key_invalid"),
            ({"value": "x" * 1_000_000}, "value_invalid"),
            ({"contract": "x" * 1_000_000}, "contract_unknown"),
            ({"x" * 1_000_000: 1}, "unknown_field"),
            ({"properties": {"a": "\x00"}}, "properties_invalid"),
        ]
        for changes, code in cases:
            with self.subTest(code=code, changes=str(changes)[:60]):
                self._check({**self._event("bad"), **changes}, code)
        longest = self.env["usage.event"]._ingest([{**self._event("k" * 1_000_000)}])[0]
        self.assertEqual(len(longest["key"]), 255)

    def test_what_looks_like_an_escape_is_stored_as_it_is(self):
        texts = [
            "\\N",
            "\\.",
            "a\\tb",
            "\\\\",
            "'; DROP TABLE usage_event_store; --",
            "%s",
            "ä€😀",
        ]
        events = [self._event(f"{text}", value=text, properties={text: text}) for text in texts]
        self.assertEqual(set(self._ingest(*events)), {"accepted"})
        for event, text in zip(self._get_events(), texts, strict=True):
            self.assertEqual((event.key, event.value), (text, text))
            self.assertEqual(event.properties, {text: text})

    def test_extremes_that_are_valid(self):
        events = [
            self._event("k" * 255),
            self._event("big", quantity="9" * 18 + "." + "9" * 30),
            self._event("small", quantity=1e-29),
            self._event("minus", quantity=-5),
            self._event("float", properties={"a": 1e300, "b": -1e-300, "c": [[[]]], "d": None}),
            self._event("nested", properties={"a": _nested(400)}),
            self._event("int", properties={"a": 10**4000}),
            self._event("size", properties={"a": "x" * (16 * 1024 - 8)}),
        ]
        self.assertEqual(set(self._ingest(*events)), {"accepted"})
        stored = self._query("SELECT quantity::text FROM usage_event_store WHERE key = 'big'")
        self.assertEqual(stored, [("9" * 18 + "." + "9" * 30,)])

    def test_a_hundred_thousand_in_one_call(self):
        events = [self._event(f"{number}", quantity=number % 5) for number in range(100_000)]
        events[77_777] = self._event("bad", quantity="x")
        results = self.env["usage.event"]._ingest(events)
        self.assertEqual(len(results), 100_000)
        rejected = [nr for nr, result in enumerate(results) if result["status"] != "accepted"]
        self.assertEqual(rejected, [77_777])
        self.assertEqual(
            self._query("SELECT count(*), count(DISTINCT key) FROM usage_event_store"),
            [(99_999, 99_999)],
        )

    def test_messages_are_in_the_language_of_the_sender(self):
        events = self.env["usage.event"]
        bad = self._event("a", "2024-12-01T00:00:00Z")
        [result] = events._ingest([bad])
        self.assertIn("begins only on", result["message"])
        for code in events._get_row_texts():
            self.assertTrue(events._get_row_texts()[code]({}))


def _nested(depth):
    found = []
    for _level in range(depth):
        found = [found]
    return found
