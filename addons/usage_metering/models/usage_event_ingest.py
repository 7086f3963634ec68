import logging
from itertools import islice

from psycopg2.errors import CheckViolation, DeadlockDetected, SerializationFailure

from odoo import api, models

from ..core.ingestion import GRACE, parse_events
from . import usage_event_writer as writer

_logger = logging.getLogger(__name__)

# Large enough that what a transaction costs is spread over many events, small enough that a chunk
# takes well under a second and memory stays flat.
CHUNK = 20_000
# Another writer met us in a circle, or a partition was attached under our hands: again.
PASSING = (CheckViolation, DeadlockDetected, SerializationFailure)
TRIES = 5


class UsageEvent(models.Model):
    """Taking in usage events: one way for the API, files and people."""

    _inherit = "usage.event"

    @api.model
    def _ingest(self, events, company=None):
        """Take in usage events, each one answered by itself.

        Contract: works in transactions of its own, one per chunk, that are committed before this
        returns: what is answered ``accepted`` is durable whatever becomes of the caller's
        transaction, and whoever is killed leaves a chunk stored as a whole or not at all.
        Sending the same again is harmless and is what to do when no answer came. Contracts must
        be visible to the user; those of another company or business unit count as unknown.

        :param events: iterable of dicts
            ``key`` (1 to 255 characters, unique in the company for all time),
            ``contract`` (its number or its id), ``meter`` (its code),
            ``at`` (ISO 8601 text or datetime; without an offset UTC),
            ``quantity`` (int, decimal text, Decimal or float; 1 if not given),
            ``value`` (text that meters of different values count),
            ``properties`` (dict, up to 16 kB as JSON),
            ``replaces`` (key of an event of the same contract that is cancelled instead)
        :param company: ``res.company``, by default the current one
        :return: list in the order of ``events`` of dicts ``status`` (``accepted``,
            ``duplicate``, ``rejected``), ``key``, ``code`` (stable reason, None if accepted)
            and ``message`` (translated, names field and remedy; None if accepted)
        """
        return [result for part in self._ingest_parts(events, company) for result in part]

    @api.model
    def _ingest_parts(self, events, company=None):
        """Like ``_ingest()``, chunk by chunk: yields lists of results, each list durable.

        For many events: neither they nor the answers have to fit into memory at once.
        """
        company = company or self.env.company
        targets, rest = {}, iter(events)
        while part := list(islice(rest, CHUNK)):
            yield self._ingest_durably(part, company, targets)

    @api.model
    def _ingest_here(self, events, company=None):
        """Like ``_ingest()``, in the caller's transaction: stored when that is committed.

        For events that are facts of the transaction itself. Two of them that store the same keys
        at the same time: the later one fails with a serialization error and is to be repeated.
        Never to be mixed with ``_ingest()`` of the same keys in one transaction: that waits for
        our commit.
        """
        company = company or self.env.company
        targets, rest, results = {}, iter(events), []
        while part := list(islice(rest, CHUNK)):
            results += self._ingest_part(self.env.cr, part, company, targets)
        self.invalidate_model()
        return results

    def _ingest_durably(self, part, company, targets):
        """Store one chunk in a transaction of its own, and again when another one was in the way.

        An error at the commit is not caught: whether it happened is unknown then, and the sender
        has to ask again.
        """
        for attempt in range(1, TRIES + 1):
            try:
                with self._ingestion_cursor() as cr:
                    results = self._ingest_part(cr, part, company, targets)
                break
            except PASSING as error:
                if attempt == TRIES:
                    raise
                _logger.info("Usage events are stored again: %s", error)
        self.invalidate_model()
        return results

    def _ingest_part(self, cr, events, company, targets):
        """Check and store one chunk; return the results.

        :param targets: what is known of contracts and meters, added to
        """
        refused, waiting = {}, range(len(events))
        latest = cr.now() + GRACE
        while waiting:
            batch = parse_events(events, waiting, targets, latest)
            if batch.unknown:
                targets |= self._find_targets(company, batch.unknown)
                batch = parse_events(events, waiting, targets, latest)
            stored = writer.store_batch(cr, company.id, batch, self.env.uid)
            refused |= batch.rejected | stored
            waiting = self._answer_repeated(events, batch, refused)
        return self._prepare_results(events, refused)

    def _answer_repeated(self, events, batch, refused):
        """Events with a key that an earlier one of the chunk has: the first wins.

        :return: positions whose first was refused, so that now they are the first
        """
        again = []
        for nr in batch.repeated:
            first = refused.get(batch.keys[events[nr]["key"]])
            if first is None or first.code == "duplicate":
                refused[nr] = writer.DUPLICATE
            else:
                again.append(nr)
        return again

    def _prepare_results(self, events, refused):
        """Answers in the order of the events; words only for what was refused."""
        accepted = {"status": "accepted", "code": None, "message": None}
        get, messages = refused.get, {}
        results = []
        for nr, event in enumerate(events):
            reason = get(nr)
            if reason is None:
                results.append({"key": event["key"], **accepted})
            else:
                results.append(self._prepare_refusal(event, reason, messages))
        return results

    def _prepare_refusal(self, event, reason, messages):
        key = event.get("key") if isinstance(event, dict) else None
        message = messages.get(reason)
        if message is None:
            message = messages[reason] = self._get_rejection_message(reason)
        return {
            "key": key[:255] if isinstance(key, str) else None,
            "status": "duplicate" if reason.code == "duplicate" else "rejected",
            "code": reason.code,
            "message": message,
        }
