from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ..core.progress import measure

GROUP = "billing_base.group_billing_user"
CRON = "subscription_billing.ir_cron_billing_run"
OPEN_STATES = ("waiting", "running", "stopped")
# A run whose last sign of life is older waits for the scheduler.
STALLED_SECONDS = 180


class BillingRunStop(models.Model):
    """The wish that a run stops.

    A row of its own: a run at work writes to its record all the time, and two transactions that
    write to the same row get in each other's way. Adding a row here never does.
    """

    _name = "billing.run.stop"
    _description = "Stop of a Billing Run"

    run_id = fields.Many2one(
        "billing.run", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(related="run_id.company_id", store=True)
    user_id = fields.Many2one("res.users", string="Stopped By", readonly=True)


class BillingRun(models.Model):
    """Runs that a person has looked at and released, and what people do with a run at work."""

    _inherit = "billing.run"

    state = fields.Selection(
        selection_add=[
            ("waiting", "Starts Soon"),
            ("running",),
            ("stopped", "Stopped"),
            ("done",),
        ],
        ondelete={"waiting": "set default", "stopped": "set default"},
    )
    is_manual = fields.Boolean(
        string="Released by a Person",
        readonly=True,
        help="Somebody looked at the preview of this run and released it.",
    )
    user_id = fields.Many2one("res.users", string="Released By", readonly=True)
    business_unit_ids = fields.Many2many("billing.business.unit", readonly=True)
    includes_no_unit = fields.Boolean(
        string="Contracts Without a Unit, Too", default=True, readonly=True
    )
    plan_ids = fields.Many2many("billing.plan", readonly=True)
    partner_ids = fields.Many2many("res.partner", string="Customers", readonly=True)
    stop_ids = fields.One2many("billing.run.stop", "run_id", readonly=True)
    leg_started_at = fields.Datetime(readonly=True, help="When it last began or went on.")
    leg_done_count = fields.Integer(readonly=True)
    worked_at = fields.Datetime(string="Last Sign of Life", readonly=True)

    # === SCOPE === #

    @api.model
    def _prepare_scope(self, scope):
        """What a person chose, as values of a run; users limited to units keep to theirs.

        :param dict scope: ``date`` and, each optional, lists of ids ``business_unit_ids``,
            ``plan_ids``, ``partner_ids``
        """
        company = self.env.company
        limits = self.env.user.business_unit_ids
        chosen = self.env["billing.business.unit"].browse(scope.get("business_unit_ids") or [])
        units = (chosen & limits if chosen else limits) if limits else chosen
        if chosen and not units:
            raise AccessError(
                self.env._("Business Unit: you work for other units. Choose one of yours.")
            )
        return {
            "company_id": company.id,
            "date": fields.Date.to_date(scope.get("date")) or company._get_billing_today(),
            "business_unit_ids": units.ids,
            "includes_no_unit": not chosen,
            "plan_ids": list(scope.get("plan_ids") or []),
            "partner_ids": list(scope.get("partner_ids") or []),
        }

    @api.model
    def _get_scope_domain(self, values):
        """The contracts of a scope; customers with a test clock are left to their clock.

        :param dict values: as of ``_prepare_scope()``
        """
        company = self.env["res.company"].browse(values["company_id"])
        clocked = self.env["billing.test.clock"]._get_clocked_partners(company)
        domain = Domain("company_id", "=", company.id)
        domain &= Domain("partner_id.commercial_partner_id", "not in", clocked.ids)
        if values["business_unit_ids"]:
            units = Domain("business_unit_id", "in", values["business_unit_ids"])
            if values["includes_no_unit"]:
                units |= Domain("business_unit_id", "=", False)
            domain &= units
        if values["plan_ids"]:
            domain &= Domain("plan_id", "in", values["plan_ids"])
        if values["partner_ids"]:
            domain &= Domain("partner_id", "child_of", values["partner_ids"])
        return domain

    def _get_released_scope(self):
        """The scope of a released run, as of ``_prepare_scope()``."""
        self.ensure_one()
        names = ("business_unit_ids", "plan_ids", "partner_ids")
        return {
            "company_id": self.company_id.id,
            "date": self.date,
            "includes_no_unit": self.includes_no_unit,
            **{name: self[name].ids for name in names},
        }

    # === RELEASE === #

    @api.model
    def release(self, scope, decisions=()):
        """Have a scope billed in the background.

        :param dict scope: as of ``_prepare_scope()``
        :param list decisions: dicts of ``subscription_id``, ``decision`` (``set_aside``: until
            the next day, or ``hold``: until somebody lets it go on) and ``reason``
        :return: id of the new run; False if nothing is due
        :raises UserError: another released run of the company is not at its end
        """
        self._check_may_run()
        values = self._prepare_scope(scope)
        if found := self._find_open_run():
            raise UserError(
                self.env._(
                    "%(run)s, released by %(user)s, has not come to its end. Wait for it, or "
                    "resume it if it was stopped.",
                    run=found.name,
                    user=found.user_id.name,
                )
            )
        contracts = self.env["billing.subscription"]
        due = self._get_scope_domain(values) & contracts._get_due_domain(values["date"])
        aside = self._prepare_decisions(due, decisions)
        total = contracts.search_count(due) - len(aside)
        if not total and not aside:
            return False
        run = self.sudo().create(
            {
                **values,
                "state": "waiting",
                "is_manual": True,
                "user_id": self.env.uid,
                "total_count": total,
            }
        )
        run._apply_decisions(aside)
        self._trigger_cron()
        return run.id

    @api.model
    def _prepare_decisions(self, due, decisions):
        """The decisions about contracts of the scope that the user may change.

        :return: list of tuples of contract, decision and reason
        """
        by_id = {int(decision["subscription_id"]): decision for decision in decisions}
        found = self.env["billing.subscription"].search(due & Domain("id", "in", list(by_id)))
        found.check_access("write")
        fallback = self.env._("Left out of the billing run by %s", self.env.user.name)
        return [
            (
                contract,
                by_id[contract.id]["decision"],
                (by_id[contract.id].get("reason") or "").strip() or fallback,
            )
            for contract in found
        ]

    def _apply_decisions(self, aside):
        """Leave contracts out and list them on the run."""
        self.ensure_one()
        day = max(self.date, self.company_id._get_billing_today())
        rows = []
        for contract, decision, reason in aside:
            if decision == "hold":
                contract._hold_billing(reason)
            else:
                contract._set_billing_error(reason, day)
            rows.append({"run_id": self.id, "subscription_id": contract.id, "message": reason})
        self.env["billing.run.error"].sudo().create(rows)
        self.error_count = len(rows)

    @api.model
    def _check_may_run(self):
        if not self.env.user.has_group(GROUP):
            raise AccessError(
                self.env._(
                    "Billing runs are for people who do billing. Ask your administrator for the "
                    "access right “Subscription Billing: User”."
                )
            )

    @api.model
    def _find_open_run(self):
        """The released run of the company that has not come to its end."""
        return self.search(
            [
                ("company_id", "=", self.env.company.id),
                ("is_manual", "=", True),
                ("state", "in", OPEN_STATES),
            ],
            limit=1,
        )

    @api.model
    def _trigger_cron(self):
        self.env.ref(CRON).sudo()._trigger()

    # === AT WORK === #

    @api.model
    def _run_company(self, company, today, domain):
        """Released runs come first; a company may want nothing billed without a release."""
        released = self.search(
            [
                ("company_id", "=", company.id),
                ("is_manual", "=", True),
                ("state", "in", ("waiting", "running")),
            ],
            order="id",
        )
        for run in released:
            scope = self._get_scope_domain(run._get_released_scope())
            if not run._run_billing(company, run.date, scope):
                return 0
        if company.billing_release == "manual":
            scope = domain & Domain("company_id", "=", company.id)
            return self._run_upkeep(company, today, scope) and self._commit_step()
        # What a person stopped does not go on by itself.
        for run in self.search(
            Domain("company_id", "=", company.id)
            & Domain("is_manual", "=", True)
            & Domain("state", "=", "stopped")
        ):
            domain &= ~self._get_scope_domain(run._get_released_scope())
        return super()._run_company(company, today, domain)

    @api.model
    def _get_interrupted_domain(self, company):
        # One that was stopped is not opened anew beside, and is over with its day.
        open_run = Domain("company_id", "=", company.id) & Domain("state", "in", OPEN_STATES)
        return open_run & Domain("is_manual", "=", False)

    @api.model
    def _open(self, company, today, total):
        run = self or super()._open(company, today, total)
        if run.state != "stopped":
            now = self.env.cr.now()
            run.write(
                {
                    "state": "running",
                    "total_count": run.done_count + total,
                    "leg_started_at": now,
                    "leg_done_count": run.done_count,
                    "worked_at": now,
                }
            )
        return run

    def _find_carried(self, chunk):
        return super()._find_carried(chunk).filtered(lambda sub: not sub.billing_hold_reason)

    def _bill_chunk(self, chunk, today):
        result = super()._bill_chunk(chunk, today)
        self.worked_at = self.env.cr.now()
        return result

    def _is_to_stop(self):
        stops = self.env["billing.run.stop"].sudo().search([("run_id", "=", self.id)])
        if not stops:
            return super()._is_to_stop()
        stops.unlink()
        self.state = "stopped"
        self._commit_step()
        return True

    # === BUTTONS === #

    def action_stop(self):
        """Have the run stop after the chunk it is at."""
        self._check_may_run()
        self.check_access("read")
        for run in self.sudo().filtered(lambda run: run.state in ("waiting", "running")):
            if run.state == "waiting" and run.try_lock_for_update():
                run.state = "stopped"
            elif not run.stop_ids:
                run.stop_ids.create({"run_id": run.id, "user_id": self.env.uid})
                # A run whose process died is stopped by the next one.
                self._trigger_cron()
        return True

    def action_resume(self):
        """Have stopped runs go on where they stopped."""
        self._check_may_run()
        self.check_access("read")
        for run in self.sudo():
            run.stop_ids.unlink()
            if run.state == "stopped":
                run.state = "waiting" if run.is_manual else "running"
        self._trigger_cron()
        return True

    def action_end(self):
        """Leave stopped runs at what they did; the rest is due for the next one."""
        self._check_may_run()
        self.check_access("read")
        stopped = self.sudo().filtered(lambda run: run.state == "stopped")
        stopped.write({"state": "done", "finished_at": self.env.cr.now()})
        return True

    @api.readonly
    def get_progress(self):
        """What a person wants to know of a run at work, committed chunk by chunk.

        :return: dict of plain values
        """
        self.ensure_one()
        self.check_access("read")
        now = self.env.cr.now()
        end = self.finished_at or now
        leg = (end - self.leg_started_at).total_seconds() if self.leg_started_at else 0
        progress = measure(self.total_count, self.done_count, self.leg_done_count, leg)
        sign = self.worked_at or self.create_date
        is_at_work = self.state in ("waiting", "running")
        return {
            "id": self.id,
            "name": self.name,
            "state": self.state,
            "date": format_date(self.env, self.date),
            "total": self.total_count,
            "done": self.done_count,
            "invoices": self.invoice_count,
            "errors": self.error_count,
            "percent": 100.0 if self.state == "done" else progress.percent,
            "per_minute": progress.per_minute,
            "seconds_left": progress.seconds_left if self.state == "running" else None,
            "is_stopping": is_at_work and bool(self.sudo().stop_ids),
            "is_stalled": is_at_work and (now - sign).total_seconds() > STALLED_SECONDS,
        }
