from datetime import datetime, timedelta
from unittest.mock import patch

from psycopg2.errors import LockNotAvailable

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ... import usage_metering
from ..models import usage_event_store as store
from .ingest_common import UsageEventCommon


@tagged("post_install", "-at_install")
class TestEventStore(UsageEventCommon):
    def _get_partition(self, key):
        [(name,)] = self._query(
            "SELECT tableoid::regclass::text FROM usage_event_store WHERE key = %s", key
        )
        return name

    def test_months_around_now_have_partitions(self):
        now = self.env.cr.now()
        self.assertEqual(store.find_months_missing(self.env.cr, now), [])
        self._ingest(self._event("a", now - timedelta(days=1)))
        self.assertRegex(self._get_partition("a"), r"^usage_event_store_\d{4}_\d{2}$")

    def test_older_events_are_moved_to_partitions_of_their_own(self):
        contract = self._create_contract(self.metered, "2019-01-01", usage_tz="UTC")
        self._ingest(
            self._event("a", "2019-05-31T23:59:59Z", contract),
            self._event("b", "2019-06-01T00:00:00Z", contract),
            self._event("c", "2019-06-30T23:59:59Z", contract, quantity=3),
        )
        self.assertEqual(self._get_partition("a"), "usage_event_store_default")
        self._take_marks()
        self.env["usage.event"]._cron_make_partitions()
        self.assertEqual(self._get_partition("a"), "usage_event_store_2019_05")
        self.assertEqual(self._get_partition("b"), "usage_event_store_2019_06")
        self.assertEqual(self._get_events().mapped("quantity"), [1, 1, 3])
        # A rating that began before does not see what moved: it is looked at once more.
        self.assertEqual(
            self._take_marks(),
            [(contract, self.calls, "2019-05-31 23:59:59"),
             (contract, self.calls, "2019-06-01 00:00:00")],
        )  # fmt: skip
        self.assertEqual(self._ingest(self._event("b", contract=contract)), ["duplicate"])
        self._ingest(self._event("d", "2019-06-15T00:00:00Z", contract))
        self.assertEqual(self._get_partition("d"), "usage_event_store_2019_06")
        self.env["usage.event"]._cron_make_partitions()

    def test_months_to_come_are_made_ahead(self):
        later = datetime(2031, 11, 24)
        missing = store.find_months_missing(self.env.cr, later)
        self.assertEqual((missing[0], missing[-1]), (datetime(2030, 11, 1), datetime(2032, 5, 1)))
        with patch.object(store, "get_months_ahead", lambda _now: missing[:2]):
            self.env["usage.event"]._cron_make_partitions()
        self.assertEqual(store.find_months_missing(self.env.cr, later), missing[2:])

    @mute_logger("odoo.sql_db")
    def test_a_busy_table_is_left_for_the_next_turn(self):
        def busy(*_args):
            raise LockNotAvailable

        with (
            patch.object(store, "find_months_missing", lambda *_args: [datetime(2031, 1, 1)]),
            patch.object(store, "lock_partitions", busy),
        ):
            self.env["usage.event"]._cron_make_partitions()
        self.assertIn(
            datetime(2031, 1, 1), store.find_months_missing(self.env.cr, datetime(2031, 1, 5))
        )

    def test_an_update_changes_nothing(self):
        self._ingest(self._event("a"))
        self.env["usage.event"].init()
        self.assertEqual(
            self._ingest(self._event("a"), self._event("b")), ["duplicate", "accepted"]
        )

    def test_uninstalling_drops_the_tables(self):
        self._ingest(self._event("a"))
        usage_metering.uninstall_hook(self.env)
        left = self._query(
            "SELECT relname FROM pg_class WHERE relpersistence != 't' AND relname ~ "
            "'^usage_event_(store|key|mark|cancellation|id_seq)'"
        )
        self.assertEqual(left, [])
        self.env["usage.event"].init()
        self.assertEqual(self._ingest(self._event("a")), ["accepted"])

    def test_what_has_usage_is_not_deleted(self):
        free = self._create_meter("free")
        free.unlink()
        self._ingest(self._event("a"))
        self.env.flush_all()
        self._query("UPDATE billing_charge SET meter_id = NULL RETURNING id")
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "has usage events"):
            self.calls.unlink()
        self._query(
            "UPDATE billing_subscription SET state = 'draft' WHERE id = %s RETURNING id",
            self.contract.id,
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "has usage and"):
            self.contract.unlink()

    def test_searching_and_adding_up(self):
        self._ingest(
            self._event("a", quantity=2),
            self._event("b", "2025-02-15T10:00:00Z", quantity=3, properties={"region": "eu"}),
        )
        self.env["usage.event"]._cancel_events(["a"], "")
        events = self.env["usage.event"]
        self.assertEqual(events.search([("state", "=", "counted")]).mapped("key"), ["b"])
        self.assertEqual(events.search([("key", "=", "a")]).state, "cancelled")
        self.assertEqual(events.search([("key", "in", ["b", "x", False])]).key, "b")
        self.assertEqual(events.search([("key", "not in", ["b", "x"])]).key, "a")
        self.assertEqual(events.search([("key", "ilike", "B")]).key, "b")
        self.assertFalse(events.search([("key", "in", [])]))
        self.assertEqual(events.search([("partner_id", "=", self.partner_a.id)], limit=1).key, "b")
        groups = events._read_group([], ["at:month"], ["quantity:sum"])
        self.assertEqual([total for _month, total in groups], [2, 3])
        self.assertEqual(self._get_events("b").properties_text, "region: eu")
        # A change of the contract that is not written yet is seen.
        self.contract.partner_id = self.partner_b
        self.assertEqual(len(events.search([("partner_id", "=", self.partner_b.id)])), 2)
