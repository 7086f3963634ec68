"""Storing a batch of usage events, and cancelling events, in one transaction each.

Every function is told its cursor. Locks are taken in one order for all writers (keys in the order
of their bytes, then events by number), so that writers wait for each other but never in a circle.
"""

from io import StringIO

from odoo.tools import SQL

from ..core.ingestion import ROW_COLUMNS, Rejection

# The number comes from a name that is looked up when a row is copied: a default that is bound to
# the sequence would keep the addon from being uninstalled as long as any session has the table.
STAGING = """
CREATE TEMP TABLE IF NOT EXISTS usage_event_staging (
    nr integer NOT NULL,
    id bigint NOT NULL DEFAULT nextval('usage_event_id_seq'::text),
    subscription_id integer NOT NULL,
    meter_id integer NOT NULL,
    at timestamp NOT NULL,
    quantity numeric NOT NULL,
    value text,
    properties jsonb,
    key text COLLATE "C" NOT NULL
) ON COMMIT DELETE ROWS;
DELETE FROM usage_event_staging;
"""
DUPLICATE = Rejection("duplicate", "key")
COPY = f"COPY usage_event_staging ({', '.join(ROW_COLUMNS)}) FROM STDIN"


def store_batch(cr, company_id, batch, user_id):
    """Store the events of a parsed batch.

    :param batch: ``core.ingestion.Batch``
    :return: dict of position to ``Rejection`` of those that were not stored; ``duplicate`` for
        keys that the company had already
    """
    if not batch.rows:
        return {}
    cr.execute(STAGING)
    cr.copy_expert(COPY, StringIO("".join(batch.rows)))
    refused = _insert_keys(cr, company_id, len(batch.rows))
    if batch.replaced:
        refused |= _replace(cr, company_id, batch, user_id)
    _insert_events(cr, company_id)
    return refused


def _insert_keys(cr, company_id, count):
    """Claim the keys; what somebody else has already leaves the staging table."""
    cr.execute(
        SQL(
            "INSERT INTO usage_event_key (company_id, key, event_id, at) "
            "SELECT %s, key, id, at FROM usage_event_staging ORDER BY key "
            "ON CONFLICT DO NOTHING",
            company_id,
        )
    )
    if cr.rowcount == count:
        return {}
    cr.execute(
        SQL(
            """
            DELETE FROM usage_event_staging s
             WHERE NOT EXISTS (SELECT FROM usage_event_key k
                                WHERE k.company_id = %s AND k.key = s.key AND k.event_id = s.id)
            RETURNING nr
            """,
            company_id,
        )
    )
    return {nr: DUPLICATE for (nr,) in cr.fetchall()}


def _insert_events(cr, company_id):
    cr.execute(
        SQL(
            """
            INSERT INTO usage_event_store
                   (id, company_id, meter_id, subscription_id, at, received_at, quantity, value,
                    properties, key)
            SELECT id, %s, meter_id, subscription_id, at, %s, quantity, value, properties, key
              FROM usage_event_staging
            """,
            company_id,
            cr.now(),
        )
    )
    cr.execute(
        "INSERT INTO usage_event_mark (subscription_id, meter_id, first_at) "
        "SELECT subscription_id, meter_id, min(at) FROM usage_event_staging GROUP BY 1, 2"
    )


# === REPLACING === #


def _replace(cr, company_id, batch, user_id):
    """Cancel what staged events replace; those that cannot replace lose their keys again.

    An event may replace an earlier one of the same batch, so it goes in rounds.
    """
    refused = {}
    for nrs in _get_rounds(batch):
        wanted = {nr: batch.replaced[nr] for nr in nrs}
        failed = wanted.keys() - _cancel_replaced(cr, company_id, batch, wanted, user_id)
        if failed:
            missing = {nr: wanted[nr] for nr in failed}
            refused |= _explain_failed(cr, company_id, missing)
            _unstage(cr, company_id, list(failed))
    return refused


def _get_rounds(batch):
    """Positions that replace, those first whose predecessors are settled."""
    depth = {}
    for nr in sorted(batch.replaced):
        before = batch.keys.get(batch.replaced[nr], nr)
        depth[nr] = depth.get(before, 0) + 1 if before < nr else 0
    rounds = [[] for _i in range(max(depth.values()) + 1)]
    for nr, level in depth.items():
        rounds[level].append(nr)
    return rounds


# Staged events (own) with what they replace, stored (e) or staged earlier (s), if anything.
REPLACED = """
    unnest(%(nrs)s::integer[], %(keys)s::text[]) AS r (nr, key)
    JOIN usage_event_staging own ON own.nr = r.nr
    LEFT JOIN usage_event_key k ON k.company_id = %(company)s AND k.key = r.key
    LEFT JOIN usage_event_store e ON e.id = k.event_id AND e.at = k.at
    LEFT JOIN usage_event_staging s ON s.id = k.event_id AND s.nr < own.nr
"""


def _cancel_replaced(cr, company_id, batch, wanted, user_id):
    """Cancel events in favour of staged ones.

    :param wanted: dict of position to the key to replace
    :return: the positions that replaced something
    """
    found = SQL(
        "SELECT DISTINCT ON (k.event_id) k.event_id, k.key, "
        "coalesce(e.meter_id, s.meter_id) AS meter_id, own.subscription_id, k.at, "
        "NULL::text AS reason, own.key AS replaced_by "
        f"FROM {REPLACED} "
        "WHERE coalesce(e.subscription_id, s.subscription_id) = own.subscription_id "
        "ORDER BY k.event_id, own.nr",
        nrs=list(wanted),
        keys=list(wanted.values()),
        company=company_id,
    )
    done = cancel(cr, company_id, found, user_id)
    return {batch.keys[key] for _event_id, key in done}


def _explain_failed(cr, company_id, wanted):
    """Why these could not replace; what is a duplicate has been answered already."""
    cr.execute(
        SQL(
            "SELECT own.nr, r.key, "
            "coalesce(e.subscription_id, s.subscription_id) = own.subscription_id "
            f"FROM {REPLACED}",
            nrs=list(wanted),
            keys=list(wanted.values()),
            company=company_id,
        )
    )
    codes = {True: "replaces_cancelled", False: "replaces_unknown", None: "replaces_unknown"}
    return {
        nr: Rejection(codes[is_cancelled], "replaces", key=key)
        for nr, key, is_cancelled in cr.fetchall()
    }


def _unstage(cr, company_id, nrs):
    """Give back the keys of staged events that are not stored after all."""
    cr.execute(
        SQL(
            "WITH gone AS (DELETE FROM usage_event_staging WHERE nr = ANY(%s) RETURNING id, key) "
            "DELETE FROM usage_event_key k USING gone "
            "WHERE k.company_id = %s AND k.key = gone.key AND k.event_id = gone.id",
            nrs,
            company_id,
        )
    )


# === CANCELLING === #


def cancel(cr, company_id, found, user_id):
    """Cancel events, and mark their time as changed.

    :param found: SQL of rows with event_id, key, meter_id, subscription_id, at, reason,
        replaced_by; those that are cancelled already are left as they are
    :return: list of (event id, replaced_by) of what was cancelled now
    """
    cr.execute(
        SQL(
            """
            WITH found AS (%(found)s), done AS (
                INSERT INTO usage_event_cancellation
                       (event_id, company_id, key, meter_id, subscription_id, at, cancelled_at,
                        reason, user_id, replaced_by)
                SELECT event_id, %(company)s, key, meter_id, subscription_id, at, %(now)s,
                       reason, %(user)s, replaced_by
                  FROM found ORDER BY event_id
                ON CONFLICT DO NOTHING
                RETURNING event_id, meter_id, subscription_id, at, replaced_by
            ), marked AS (
                INSERT INTO usage_event_mark (subscription_id, meter_id, first_at)
                SELECT subscription_id, meter_id, min(at) FROM done GROUP BY 1, 2
            )
            SELECT event_id, replaced_by FROM done
            """,
            found=found,
            company=company_id,
            now=cr.now(),
            user=user_id or None,
        )
    )
    return cr.fetchall()


def find_events(cr, company_id, keys):
    """Where events are, by their keys.

    :return: dict of key to (event id, contract id, is cancelled)
    """
    cr.execute(
        SQL(
            """
            SELECT k.key, e.id, e.subscription_id, c.event_id IS NOT NULL
              FROM usage_event_key k
              JOIN usage_event_store e ON e.id = k.event_id AND e.at = k.at
              LEFT JOIN usage_event_cancellation c ON c.event_id = e.id
             WHERE k.company_id = %s AND k.key = ANY(%s)
            """,
            company_id,
            list(keys),
        )
    )
    return {key: tuple(rest) for key, *rest in cr.fetchall()}


def cancel_keys(cr, company_id, keys, reason, user_id):
    """Cancel the events of these keys; return the set of ids that were cancelled now."""
    found = SQL(
        """
        SELECT e.id AS event_id, e.key, e.meter_id, e.subscription_id, e.at, %s::text AS reason,
               NULL::text AS replaced_by
          FROM usage_event_key k
          JOIN usage_event_store e ON e.id = k.event_id AND e.at = k.at
         WHERE k.company_id = %s AND k.key = ANY(%s)
        """,
        reason or None,
        company_id,
        list(keys),
    )
    return {event_id for event_id, _replaced_by in cancel(cr, company_id, found, user_id)}
