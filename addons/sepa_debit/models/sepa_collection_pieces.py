import logging

from psycopg2 import IntegrityError, OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

_logger = logging.getLogger(__name__)

CHUNK = 500
MAX_RETRIES = 5


class SepaCollectionBatch(models.Model):
    """How the daily run works: piece by piece, committed, with what fails set aside."""

    _inherit = "sepa.collection.batch"

    @api.model
    def _commit_step(self, done=0, remaining=None):
        """Commit and tell the cron; return the seconds left."""
        if self.env.context.get("billing_one_transaction"):
            self.env.flush_all()
            return float("inf")
        return self.env["ir.cron"]._commit_progress(done, remaining=remaining)

    @api.model
    def _run_pieces(self, records, domain, work, size=CHUNK):
        """Work on everything a domain holds: locked, isolated and committed piece by piece.

        Each record comes once per call, in the order of ids. Nothing is kept in memory from one
        piece to the next.

        :param records: empty recordset of the model
        :param work: function of a recordset, called in a savepoint
        :return: seconds left for the calling cron; 0 when it must stop
        """
        last, left, retries = 0, float("inf"), MAX_RETRIES
        while found := records.search(domain & Domain("id", ">", last), order="id", limit=size):
            try:
                self._isolate(found.try_lock_for_update().filtered_domain(domain), work)
                left = self._commit_step(len(found))
            except OperationalError:
                retries -= 1
                if not retries or self.env.context.get("billing_one_transaction"):
                    raise
                # Another transaction won. Our snapshot is old, so only a new one can go on.
                self.env.cr.rollback()
                continue
            last, retries = found[-1].id, MAX_RETRIES
            self.env.invalidate_all()
            if not left:
                return left
        return left

    @api.model
    def _isolate(self, records, work):
        """Work on as many records as possible; halve what fails until the culprits are alone."""
        if not records:
            return
        try:
            with self.env.cr.savepoint():
                work(records)
            return
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 whatever it is, the others go on
            if len(records) == 1:
                self._set_aside(records, error)
                return
        middle = len(records) // 2
        self._isolate(records[:middle], work)
        self._isolate(records[middle:], work)

    @api.model
    def _set_aside(self, record, error):
        """Leave one record to the next run, with the reason where people look."""
        unexpected = not isinstance(error, (UserError, IntegrityError))
        _logger.warning(
            "%s is set aside: %s", record, error, exc_info=error if unexpected else None
        )
        reason = str(error) or type(error).__name__
        record._set_sepa_problem(reason)


class SepaCollection(models.Model):
    _inherit = "sepa.collection"

    def _set_sepa_problem(self, reason):
        self.problem = reason


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _set_sepa_problem(self, reason):
        """This open item could not be planned."""
        exclusions = (
            self.env["sepa.exclusion"].sudo()._replace(self, dict.fromkeys(self.ids, "error"))
        )
        exclusions.detail = reason


class SepaExclusion(models.Model):
    _inherit = "sepa.exclusion"

    detail = fields.Char(readonly=True, help="What the program said.")

    @api.depends("detail")
    def _compute_reason(self):
        result = super()._compute_reason()
        for record in self.filtered("detail"):
            record.reason = self.env._(
                "An error: %(error)s. Repair it; the next run tries again.",
                error=record.detail.rstrip("."),
            )
        return result
