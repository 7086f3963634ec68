"""The tables of usage events, and their partitions; see docs/adr/0025.

Odoo makes no partitioned tables, and its models only read these. All times are UTC.
"""

from datetime import datetime

from dateutil.relativedelta import relativedelta

from odoo.tools import SQL

MONTHS_BACK, MONTHS_AHEAD = 12, 6
STORE, DEFAULT = "usage_event_store", "usage_event_store_default"
# Taken by whoever makes partitions, so that two of them do not meet.
PARTITION_LOCK = 7_302_019

TABLES = """
CREATE SEQUENCE IF NOT EXISTS usage_event_id_seq AS bigint;

CREATE TABLE IF NOT EXISTS usage_event_store (
    id bigint NOT NULL DEFAULT nextval('usage_event_id_seq'),
    company_id integer NOT NULL,
    meter_id integer NOT NULL,
    subscription_id integer NOT NULL,
    at timestamp NOT NULL,
    received_at timestamp NOT NULL,
    quantity numeric NOT NULL,
    value text,
    properties jsonb,
    key text NOT NULL
) PARTITION BY RANGE (at);
CREATE INDEX IF NOT EXISTS usage_event_store_rating_idx
    ON usage_event_store (subscription_id, meter_id, at);
CREATE INDEX IF NOT EXISTS usage_event_store_id_idx ON usage_event_store (id);
CREATE TABLE IF NOT EXISTS usage_event_store_default PARTITION OF usage_event_store DEFAULT;

CREATE TABLE IF NOT EXISTS usage_event_key (
    company_id integer NOT NULL,
    key text COLLATE "C" NOT NULL,
    event_id bigint NOT NULL,
    at timestamp NOT NULL,
    PRIMARY KEY (company_id, key)
);

CREATE TABLE IF NOT EXISTS usage_event_mark (
    subscription_id integer NOT NULL,
    meter_id integer NOT NULL,
    first_at timestamp NOT NULL
);
CREATE INDEX IF NOT EXISTS usage_event_mark_subscription_idx
    ON usage_event_mark (subscription_id);

CREATE TABLE IF NOT EXISTS usage_event_cancellation (
    event_id bigint PRIMARY KEY,
    company_id integer NOT NULL,
    key text NOT NULL,
    meter_id integer NOT NULL,
    subscription_id integer NOT NULL,
    at timestamp NOT NULL,
    cancelled_at timestamp NOT NULL,
    reason text,
    user_id integer,
    replaced_by text
);
CREATE INDEX IF NOT EXISTS usage_event_cancellation_subscription_idx
    ON usage_event_cancellation (subscription_id, meter_id, at);
"""

DROP = """
DROP TABLE IF EXISTS usage_event_store, usage_event_key, usage_event_mark,
                     usage_event_cancellation;
DROP SEQUENCE IF EXISTS usage_event_id_seq;
"""


def create_tables(cr):
    """Make what is missing of the tables; nothing is changed of what is there."""
    cr.execute(TABLES)


def drop_tables(cr):
    """Remove the tables with all events."""
    cr.execute(DROP)


def first_of_month(moment):
    """Midnight of the first day of the month of a date or a time."""
    return datetime(moment.year, moment.month, 1)


def get_months_ahead(moment):
    """The months that should have a partition at ``moment`` even without events."""
    first = first_of_month(moment)
    return [first + relativedelta(months=n) for n in range(-MONTHS_BACK, MONTHS_AHEAD + 1)]


def find_months_missing(cr, moment):
    """Months without a partition: those to come, and those that events in the default have."""
    cr.execute(SQL("SELECT DISTINCT date_trunc('month', at) FROM usage_event_store_default"))
    wanted = {month for (month,) in cr.fetchall()}.union(get_months_ahead(moment))
    return sorted(wanted - _find_months_made(cr))


def _find_months_made(cr):
    cr.execute(
        SQL(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            "WHERE i.inhparent = 'usage_event_store'::regclass AND c.relname != %s",
            DEFAULT,
        )
    )
    names = [name.removeprefix(f"{STORE}_").split("_") for (name,) in cr.fetchall()]
    return {datetime(int(year), int(month), 1) for year, month in names}


def add_partition(cr, month):
    """Make the partition of a month; events of it leave the default.

    The caller holds ``lock_partitions()``. What moves is marked as if it had just arrived: a
    rating whose snapshot is older looks for it in the new partition and does not see it there.
    """
    end = month + relativedelta(months=1)
    table = SQL.identifier(f"{STORE}_{month:%Y_%m}")
    cr.execute(SQL("CREATE TABLE %s (LIKE usage_event_store INCLUDING DEFAULTS)", table))
    cr.execute(
        SQL(
            """
            WITH moved AS (
                DELETE FROM usage_event_store_default WHERE at >= %(start)s AND at < %(end)s
                RETURNING *
            ), placed AS (
                INSERT INTO %(table)s SELECT * FROM moved
            )
            INSERT INTO usage_event_mark (subscription_id, meter_id, first_at)
            SELECT subscription_id, meter_id, min(at) FROM moved GROUP BY 1, 2
            """,
            start=month,
            end=end,
            table=table,
        )
    )
    cr.execute(
        SQL(
            "ALTER TABLE usage_event_store ATTACH PARTITION %s FOR VALUES FROM (%s) TO (%s)",
            table,
            month,
            end,
        )
    )


def lock_partitions(cr, seconds=5):
    """Keep others from making partitions and from writing to the default one.

    Attaching waits for everybody who reads the default partition, and whoever comes later waits
    for us: given up after ``seconds`` (psycopg2 ``LockNotAvailable``), the next turn tries again.
    """
    cr.execute(SQL("SELECT set_config('lock_timeout', %s, true)", f"{seconds}s"))
    cr.execute(SQL("SELECT pg_advisory_xact_lock(%s)", PARTITION_LOCK))
    cr.execute(SQL("LOCK TABLE usage_event_store_default IN ACCESS EXCLUSIVE MODE"))
