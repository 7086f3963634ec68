from datetime import date
from decimal import Decimal

from psycopg2 import IntegrityError, errorcodes
from psycopg2.errors import SerializationFailure

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestBillingEvent(BillingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Event = cls.env["billing.event"]

    def test_sequence_counts_per_document(self):
        self.Event._record("customer.greeted", self.partner_a)
        events = self.Event._record("customer.greeted", self.partner_a + self.partner_b)
        self.assertEqual(events.mapped("sequence"), [2, 1])
        self.assertEqual(events.mapped("res_id"), (self.partner_a + self.partner_b).ids)

    def test_sequence_is_per_model(self):
        unit = self.env["billing.business.unit"].browse(self.partner_a.id)
        self.Event.sudo().create(
            {
                "type": "unit.opened",
                "res_model": unit._name,
                "res_id": unit.id,
                "sequence": 1,
                "occurred_at": "2026-01-01",
            }
        )
        self.assertEqual(self.Event._record("customer.greeted", self.partner_a).sequence, 1)

    def test_sequence_is_unique(self):
        event = self.Event._record("customer.greeted", self.partner_a)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            event.copy()
            self.env.flush_all()

    def test_two_at_the_same_time(self):
        """The second transaction is to be repeated, not to fail."""
        self.Event._record("customer.greeted", self.partner_a)
        self.patch(self.registry["billing.event"], "_get_last_sequences", lambda *_args: {})
        with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure) as caught:
            self.Event._record("customer.greeted", self.partner_a)
        # Odoo looks it up before it repeats a request.
        self.assertEqual(errorcodes.lookup(caught.exception.pgcode), "SERIALIZATION_FAILURE")

    def test_payloads(self):
        partners = self.partner_a + self.partner_b
        cases = [
            (None, [False, False]),
            ({self.partner_b.id: {"n": 1}}, [False, {"n": 1}]),
            (lambda record: {"name": record.name}, [{"name": "partner_a"}, {"name": "partner_b"}]),
        ]
        for payloads, expected in cases:
            events = self.Event._record("customer.greeted", partners, payloads)
            self.assertEqual(events.mapped("payload"), expected)

    def test_payload_of_dates_and_decimals(self):
        payload = {"day": date(2026, 1, 31), "amount": Decimal("1.10")}
        event = self.Event._record(
            "customer.greeted", self.partner_a, {self.partner_a.id: payload}
        )
        event.flush_recordset()
        event.invalidate_recordset()
        self.assertEqual(event.payload, {"day": "2026-01-31", "amount": "1.10"})

    def test_type_is_dotted_lower_case(self):
        for wrong in ("settled", "Invoice.settled", "invoice.", "invoice settled", ""):
            with self.subTest(type=wrong), self.assertRaises(ValueError):
                self.Event._record(wrong, self.partner_a)

    def test_nothing_to_record(self):
        self.assertFalse(self.Event._record("customer.greeted", self.env["res.partner"]))

    def test_related_records(self):
        unit = self._create_unit("A")
        events = [
            self.Event._record("customer.greeted", self.partner_a),
            self.Event._record("unit.opened", unit),
            self.Event._record("company.founded", self.company),
        ]
        none = self.env["billing.business.unit"]
        self.assertEqual(
            [(event.partner_id, event.business_unit_id, event.company_id) for event in events],
            [
                (self.partner_a, none, self.env["res.company"]),
                (self.env["res.partner"], unit, self.company),
                (self.company.partner_id, none, self.company),
            ],
        )

    def test_batch_costs_two_queries_and_the_insert(self):
        partners = self.env["res.partner"].create([{"name": str(i)} for i in range(60)])
        self.env.flush_all()
        self.Event._record("customer.greeted", self.partner_a)
        with self.assertQueryCount(3):
            self.Event._record("customer.greeted", partners)
            self.env.flush_all()

    def test_append_only(self):
        event = self.Event._record("customer.greeted", self.partner_a)
        manager = event.with_user(self._create_user("m", "billing_base.group_billing_manager"))
        self.assertEqual(manager.type, "customer.greeted")
        with self.assertRaises(UserError):
            manager.write({"type": "x.y"})
        with self.assertRaises(AccessError):
            manager.unlink()
        with self.assertRaises(AccessError):
            manager.create({"type": "x.y", "res_model": "res.partner", "res_id": 1})

    def test_facts_do_not_change_even_for_sudo(self):
        event = self.Event._record("customer.greeted", self.partner_a).sudo()
        for values in ({"type": "x.y"}, {"payload": {}}, {"sequence": 7}, {"partner_id": False}):
            with self.subTest(values=values), self.assertRaisesRegex(UserError, "are facts"):
                event.write(values)

    def test_superuser_may_clean_up(self):
        event = self.Event._record("customer.greeted", self.partner_a)
        event.sudo().unlink()
        self.assertFalse(event.exists())

    def test_users_do_not_see_events(self):
        event = self.Event._record("customer.greeted", self.partner_a)
        with self.assertRaises(AccessError):
            event.with_user(self._create_user("plain")).read(["type"])

    def test_other_companies_are_hidden(self):
        other = self.setup_other_company()["company"]
        event = self.Event._record("company.founded", other)
        manager = self._create_user("m", "billing_base.group_billing_manager")
        Event = self.Event.with_user(manager)
        self.assertNotIn(event, Event.search([]))
        with self.assertRaises(AccessError):
            event.with_user(manager).read(["type"])

    def test_limited_managers_see_their_units(self):
        unit_a, unit_b = self._create_unit("A"), self._create_unit("B")
        manager = self._create_user("m", "billing_base.group_billing_manager")
        manager.business_unit_ids = unit_a
        events = [self.Event._record("unit.opened", unit) for unit in (unit_a, unit_b)]
        seen = self.Event.with_user(manager).search([("type", "=", "unit.opened")])
        self.assertEqual(seen, events[0])

    def test_open_document(self):
        partner = self.env["res.partner"].create({"name": "Gone"})
        event = self.Event._record("customer.greeted", partner).with_env(self.env)
        self.assertEqual(event.action_open_document()["res_id"], partner.id)
        partner.unlink()
        with self.assertRaisesRegex(UserError, "was deleted"):
            event.action_open_document()
