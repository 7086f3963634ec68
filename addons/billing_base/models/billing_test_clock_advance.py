import logging

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..core.today import days_after

_logger = logging.getLogger(__name__)

# Up to here people wait for the result; longer ways are gone in the background.
DAYS_AT_ONCE = 31


class BillingTestClock(models.Model):
    """Long ways: one transaction per day, as one night after another would be.

    A stop, an error or a killed process leave the clock at the last day that was finished; going
    on goes on from there.
    """

    _inherit = "billing.test.clock"

    start_date = fields.Date("Advancing Since", readonly=True, copy=False)
    target_date = fields.Date(
        "Advancing To",
        readonly=True,
        copy=False,
        help="The clock is moving to this date, day by day.",
    )
    advance_error = fields.Text(
        "Stopped Because", readonly=True, copy=False, help="What the next day failed with."
    )
    is_advancing = fields.Boolean(compute="_compute_progress")
    progress = fields.Float(compute="_compute_progress", help="Share of the days, in percent.")

    @api.depends("date", "start_date", "target_date", "advance_error")
    def _compute_progress(self):
        for clock in self:
            start, target = clock.start_date, clock.target_date
            whole = (target - start).days if start and target else 0
            clock.progress = 100.0 * (clock.date - start).days / whole if whole else 0.0
            clock.is_advancing = bool(target) and not clock.advance_error

    # === ACTIONS === #

    def action_advance_month(self):
        return self._advance_by(months=1)

    def action_advance_year(self):
        return self._advance_by(years=1)

    def _advance_by(self, **delta):
        self.ensure_one()
        self.check_access("write")
        return self._go_to(fields.Date.add(self.date, **delta))

    def _go_to(self, date):
        """Go to ``date``: at once when it is near, else in the background; show the clock."""
        self.ensure_one()
        if (date - self.date).days <= DAYS_AT_ONCE:
            self._advance_to(date)
        else:
            self._plan_advance(date)
        return self._open()

    def action_stop(self):
        """Stop after the day that is being worked on."""
        self.check_access("write")
        self._set_target(False)

    def action_resume(self):
        """Go on after a failure, when its cause was removed."""
        self.ensure_one()
        self.check_access("write")
        self._plan_advance(self.target_date)

    def action_view_results(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "billing_base.billing_test_clock_result_action"
        )
        return action | {"domain": [("clock_id", "=", self.id)]}

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Test Clock"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    # === IN THE BACKGROUND === #

    def _plan_advance(self, date):
        """Have the job move this clock to ``date``.

        :raise UserError: when ``date`` is not after the clock's date
        """
        self.ensure_one()
        self._check_forward(date)
        self._set_target(date)
        self.env.ref("billing_base.ir_cron_test_clock").sudo()._trigger()

    def _set_target(self, date):
        values = {"target_date": date, "advance_error": False}
        if date and not self.target_date:
            values["start_date"] = self.date
        self.sudo().write(values)

    @api.model
    def _cron_advance(self):
        """Move each clock that is on its way, a day per transaction."""
        moving = Domain("target_date", "!=", False) & Domain("advance_error", "=", False)
        clocks = self.search(moving)
        left = sum((clock.target_date - clock.date).days for clock in clocks)
        self._commit(remaining=left)
        for clock in clocks:
            for today in days_after(clock.date, clock.target_date):
                left -= 1
                if not clock._advance_one_day(today):
                    break
                if not self._commit(1, remaining=max(left, 0)):
                    return
            clock._arrive()
            self._commit()

    @api.model
    def _commit(self, processed=0, remaining=None):
        """Commit and tell the cron; return the seconds left."""
        return self.env["ir.cron"]._commit_progress(processed, remaining=remaining)

    @api.model
    def _rollback(self):
        self.env.cr.rollback()

    def _advance_one_day(self, today):
        """Run the next day; False when the clock was stopped, somebody else moves it, or fails."""
        self.invalidate_recordset(["date", "target_date"])
        if not self.try_lock_for_update(allow_referencing=True):
            return False
        if not self.target_date or self.date >= today:
            return False
        try:
            self._run_one_day(today)
            self.env.flush_all()
        except Exception as error:
            self._rollback()
            _logger.warning("test clock %s, %s: %s", self.id, today, error, exc_info=True)
            self.advance_error = self.env._(
                "%(date)s: %(error)s", date=format_date(self.env, today), error=error
            )
            return False
        return True

    def _arrive(self):
        """Say in the chatter that the way is gone, once."""
        self.invalidate_recordset(["date", "target_date"])
        if self.target_date and self.date >= self.target_date:
            counts = self.env["billing.test.clock.result"]._read_group(
                [("clock_id", "=", self.id), ("date", ">", self.start_date)], ["name"], ["__count"]
            )
            self._log_advance(self.start_date, self.date, dict(counts))
            self.sudo().write({"target_date": False, "start_date": False})
