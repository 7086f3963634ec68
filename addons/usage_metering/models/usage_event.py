import logging
from contextlib import contextmanager

from psycopg2.errors import LockNotAvailable

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.sql_db import Cursor
from odoo.tools import SQL

from . import usage_event_store as store

_logger = logging.getLogger(__name__)


class UsageEvent(models.Model):
    """What customers used, as it was reported: read only.

    The events lie in a table partitioned by month that Odoo does not know of (see
    ``usage_event_store``). They are written by ``_ingest()`` and ``_cancel_events()`` only, and
    never changed.
    """

    _name = "usage.event"
    _description = "Usage Event"
    _auto = False
    # Along the index of each partition; by time it would sort all events there are.
    _order = "id desc"
    _rec_name = "key"
    _depends = {"billing.subscription": ["partner_id", "business_unit_id"]}

    key = fields.Char(
        readonly=True,
        help="Name of the event, unique in the company for all time: sent twice, counted once.",
    )
    company_id = fields.Many2one("res.company", readonly=True)
    subscription_id = fields.Many2one("billing.subscription", string="Contract", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    business_unit_id = fields.Many2one("billing.business.unit", readonly=True)
    meter_id = fields.Many2one("usage.meter", readonly=True)
    at = fields.Datetime(string="Time", readonly=True, help="When it was used.")
    received_at = fields.Datetime(string="Received", readonly=True)
    quantity = fields.Float(digits=(16, 6), readonly=True)
    value = fields.Char(
        readonly=True, help="What meters count that count different values, e.g. a user."
    )
    properties = fields.Json(readonly=True)
    properties_text = fields.Char(string="Properties as Text", compute="_compute_properties_text")
    state = fields.Selection([("counted", "Counted"), ("cancelled", "Cancelled")], readonly=True)
    cancelled_at = fields.Datetime(readonly=True)
    cancel_reason = fields.Char(string="Reason", readonly=True)
    cancelled_by_id = fields.Many2one("res.users", string="Cancelled By", readonly=True)
    replaced_by = fields.Char(
        readonly=True, help="Key of the event that counts instead of this one."
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT e.id, e.key, e.company_id, e.subscription_id, e.meter_id, e.at, e.received_at,
                   e.quantity, e.value, e.properties, s.partner_id, s.business_unit_id,
                   CASE WHEN c.event_id IS NULL THEN 'counted' ELSE 'cancelled' END AS state,
                   c.cancelled_at, c.reason AS cancel_reason, c.user_id AS cancelled_by_id,
                   c.replaced_by
              FROM usage_event_store e
              JOIN billing_subscription s ON s.id = e.subscription_id
              LEFT JOIN usage_event_cancellation c ON c.event_id = e.id
            """
        )

    @api.depends("properties")
    def _compute_properties_text(self):
        for event in self:
            pairs = (event.properties or {}).items()
            event.properties_text = ", ".join(f"{name}: {value}" for name, value in pairs)

    def init(self):
        """Make the tables and the partitions of the months around now."""
        cr = self.env.cr
        store.create_tables(cr)
        for month in store.find_months_missing(cr, cr.now()):
            store.add_partition(cr, month)

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_editing()

    def write(self, vals):
        self._refuse_editing()

    def unlink(self):
        self._refuse_editing()

    def _refuse_editing(self):
        raise UserError(
            self.env._(
                "Usage events are records of what happened and cannot be edited. Cancel the "
                "event, or replace it by another one."
            )
        )

    @contextmanager
    def _ingestion_cursor(self):
        """A transaction of its own, committed at the end of the block.

        READ COMMITTED: under Odoo's REPEATABLE READ a key that somebody else stored since our
        transaction began would be an error instead of a duplicate. A test's cursor stays in the
        transaction of the test, whose level can no longer be changed.
        """
        with self.env.registry.cursor() as cr:
            if isinstance(cr, Cursor):
                cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            yield cr

    @api.model
    def _cron_make_partitions(self):
        """Make the partitions of the next months, and of months that older events came for."""
        with self._ingestion_cursor() as cr:
            months = store.find_months_missing(cr, cr.now())
        for month in months:
            try:
                with self._ingestion_cursor() as cr:
                    self._make_partition(cr, month)
            except LockNotAvailable:
                _logger.info("No partition for %s yet: usage events are being read.", month)
                return

    def _make_partition(self, cr, month):
        """Make a partition, unless somebody else did meanwhile."""
        store.lock_partitions(cr)
        if month in store.find_months_missing(cr, month):
            store.add_partition(cr, month)
