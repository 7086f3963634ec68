from datetime import date, datetime, timedelta
from unittest.mock import patch

from psycopg2.errors import DeadlockDetected

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..models import usage_event_ingest
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

    def test_defaults_and_ways_to_name_a_contract(self):
        by_id = {**self._event("b"), "contract": self.contract.id}
        self.assertEqual(self._ingest(self._event("a"), by_id), ["accepted", "accepted"])
        for event in self._get_events():
            self.assertEqual(event.subscription_id, self.contract)
            self.assertEqual((event.quantity, event.value, event.properties), (1, False, False))

    def test_a_key_is_counted_once_whatever_its_month(self):
        self.assertEqual(self._ingest(self._event("a")), ["accepted"])
        self.assertEqual(self._ingest(self._event("a")), ["duplicate"])
        self.assertEqual(self._ingest(self._event("a", "2025-03-01T00:00:00Z")), ["duplicate"])
        self.assertEqual(len(self._get_events()), 1)
        self.assertEqual(str(self._get_events().at), "2025-01-15 10:00:00")

    def test_the_first_of_a_key_in_a_call_wins(self):
        events = [self._event("a", quantity=1), self._event("b"), self._event("a", quantity=2)]
        self.assertEqual(self._ingest(*events), ["accepted", "accepted", "duplicate"])
        self.assertEqual(self._get_events("a").quantity, 1)

    def test_a_duplicate_is_told_in_words(self):
        self._ingest(self._event("a"))
        [result] = self.env["usage.event"]._ingest([self._event("a")])
        self.assertEqual(
            (result["status"], result["code"], result["key"]), ("duplicate", "duplicate", "a")
        )
        self.assertIn("received before", result["message"])

    def test_marks_name_the_earliest_time_of_what_was_stored(self):
        self._ingest(
            self._event("a", "2025-03-01T00:00:00Z"),
            self._event("b", "2025-02-01T00:00:00Z"),
            self._event("c", "2026-02-01T00:00:00Z"),
        )
        self.assertEqual(self._take_marks(), [(self.contract, self.calls, "2025-02-01 00:00:00")])
        # What is only repeated or rejected is no reason to rate again.
        self._ingest(self._event("a"), self._event("d", "2020-01-01T00:00:00Z"))
        self.assertEqual(self._take_marks(), [])

    def test_facts_of_contracts_and_meters(self):
        other = self._create_meter("other")
        draft = self._create_contract(self.metered, active=False)
        ended = self._create_contract(self.metered, end_date="2025-02-01", usage_tz="UTC")
        later = self._create_contract(self.metered, "2025-02-01", usage_tz="Europe/Berlin")
        tomorrow = f"{self.env.cr.now() + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
        cases = [
            (self._event("1", contract=draft), "contract_draft"),
            ({**self._event("2"), "contract": "NOPE"}, "contract_unknown"),
            ({**self._event("3"), "contract": 10**30}, "contract_unknown"),
            ({**self._event("4"), "contract": -1}, "contract_unknown"),
            ({**self._event("5"), "contract": "/"}, "contract_unknown"),
            (self._event("6", meter="nope"), "meter_unknown"),
            (self._event("7", meter=other.code), "meter_not_used"),
            (self._event("8", "2025-02-01T00:00:00Z", ended), "time_after_contract"),
            (self._event("9", "2025-01-31T23:59:59Z", ended), "accepted"),
            (self._event("10", "2025-01-31T22:59:59Z", later), "time_before_contract"),
            (self._event("11", "2025-01-31T23:00:00Z", later), "accepted"),
            (self._event("12", tomorrow), "time_in_future"),
            (self._event("13", f"{self.env.cr.now() + timedelta(minutes=2)}"), "accepted"),
        ]
        self.assertEqual(
            self._ingest(*[event for event, _c in cases]), [code for _e, code in cases]
        )

    def test_paused_and_ended_contracts_take_late_events(self):
        self.contract._pause(date(2025, 2, 1), "")
        self.assertEqual(self._ingest(self._event("a")), ["accepted"])

    def test_a_company_meter_goes_before_a_shared_one(self):
        shared = self._create_meter("seats", company_id=False)
        own = self._create_meter("seats")
        contract = self._create_contract(self._create_metered_plan(shared + own))
        self.assertEqual(
            self._ingest(self._event("a", contract=contract, meter="seats")), ["accepted"]
        )
        self.assertEqual(self._get_events().meter_id, own)
        contract = self._create_contract(self._create_metered_plan(shared))
        self._ingest(self._event("b", contract=contract, meter="seats"))
        self.assertEqual(self._get_events("b").meter_id, shared)

    def test_in_a_sandbox_the_clock_decides_what_is_future(self):
        now = self.env.cr.now()
        clock = self._create_sandbox_clock(self.partner_a, (now + timedelta(days=40)).date())
        self.contract.usage_tz = "UTC"
        end = datetime.combine(clock.date, datetime.max.time()).replace(microsecond=0)
        self.assertEqual(
            self._ingest(self._event("a", end), self._event("b", end + timedelta(seconds=2))),
            ["accepted", "time_in_future"],
        )
        other = self._create_contract(self.metered, partner_id=self.partner_b.id)
        self.assertEqual(self._ingest(self._event("c", end, other)), ["time_in_future"])

    def test_other_companies_and_units_are_unknown(self):
        other = self._create_company(name="Other Ltd")
        unit, foreign = self._create_unit("A"), self._create_unit("B")
        hidden = self._create_contract(self.metered, business_unit_id=foreign.id)
        shown = self._create_contract(self.metered, business_unit_id=unit.id)
        self.assertEqual(self._ingest(self._event("a"), company=other), ["contract_unknown"])
        user = self._create_user("limited", business_unit_ids=[(6, 0, unit.ids)])
        results = (
            self.env["usage.event"]
            .with_user(user)
            ._ingest([self._event("b", contract=hidden), self._event("c", contract=shown)])
        )
        self.assertEqual([r["code"] for r in results], ["contract_unknown", None])
        self.assertEqual(self._get_events().mapped("key"), ["c"])
        # The same key is another one in another company.
        self.assertEqual(self._query("SELECT count(*) FROM usage_event_key"), [(1,)])

    def test_nobody_without_rights(self):
        user = new_test_user(self.env, "nobody", "base.group_user")
        with self.assertRaises(AccessError):
            self.env["usage.event"].with_user(user)._ingest([self._event("a")])
        self.assertFalse(self._get_events())

    def test_many_in_one_call_with_few_queries(self):
        events = [self._event(f"key {number}") for number in range(3000)]
        self._ingest(self._event("warm"))
        with self.assertQueryCount(25):
            results = self.env["usage.event"]._ingest(events)
        self.assertEqual({result["status"] for result in results}, {"accepted"})

    def test_chunks_are_answered_in_order(self):
        events = [self._event(f"{number % 7}") for number in range(10)]
        with patch.object(usage_event_ingest, "CHUNK", 3):
            parts = list(self.env["usage.event"]._ingest_parts(iter(events)))
        self.assertEqual([len(part) for part in parts], [3, 3, 3, 1])
        statuses = [result["status"] for part in parts for result in part]
        self.assertEqual(statuses, ["accepted"] * 7 + ["duplicate"] * 3)

    def test_a_conflict_is_tried_again(self):
        ingest_part, calls = self.registry["usage.event"]._ingest_part, []

        def fail_once(model, *args):
            calls.append(1)
            if len(calls) == 1:
                raise DeadlockDetected
            return ingest_part(model, *args)

        with patch.object(self.registry["usage.event"], "_ingest_part", fail_once):
            self.assertEqual(self._ingest(self._event("a")), ["accepted"])
        self.assertEqual(len(calls), 2)

    def test_in_the_transaction_of_the_caller(self):
        events = self.env["usage.event"]
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.assertEqual(events._ingest_here([self._event("a")])[0]["status"], "accepted")
            raise ZeroDivisionError
        self.assertFalse(self._get_events())
        events._ingest_here([self._event("a")])
        self.assertEqual(events._cancel_here(["a"], "why"), {"a": "cancelled"})
        self.assertEqual(self._get_events().state, "cancelled")
