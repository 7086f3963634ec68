import logging

from psycopg2 import IntegrityError, OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

_logger = logging.getLogger(__name__)

CHUNK_SIZE = 100
CHUNK_PARAMETER = "subscription_billing.chunk_size"
MAX_RETRIES = 5
ONE_TRANSACTION = "billing_one_transaction"
# Contracts that share an invoice belong to one customer, so they follow one another.
CHUNK_ORDER = "partner_id.id, id"


class _TakeBack(Exception):
    """Ends a savepoint whose work is not to be kept."""


class BillingRun(models.Model):
    """One run over everything that is due: its progress, result and failures.

    A run works in chunks. A chunk is locked, billed and committed as a whole, so a killed process
    loses at most the chunk it was in, and the next run finds what is left by itself.
    """

    _name = "billing.run"
    _description = "Billing Run"
    _order = "id desc"

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    date = fields.Date(string="Due Date", required=True, readonly=True)
    state = fields.Selection(
        [("running", "Running"), ("done", "Done")],
        default="running",
        required=True,
        readonly=True,
    )
    started_at = fields.Datetime(readonly=True, default=lambda self: self.env.cr.now())
    finished_at = fields.Datetime(readonly=True)
    total_count = fields.Integer(string="Due Contracts", readonly=True)
    done_count = fields.Integer(string="Worked Off", readonly=True)
    invoice_count = fields.Integer(string="Number of Invoices", readonly=True)
    error_count = fields.Integer(string="Set Aside", readonly=True)
    progress = fields.Float(compute="_compute_progress")
    error_ids = fields.One2many("billing.run.error", "run_id", readonly=True)
    period_ids = fields.One2many("billing.period", "run_id", readonly=True)

    @api.depends("date", "company_id.name")
    def _compute_name(self):
        for run in self:
            run.name = self.env._(
                "Billing run %(date)s, %(company)s",
                date=format_date(self.env, run.date),
                company=run.company_id.name,
            )

    @api.depends("total_count", "done_count", "state")
    def _compute_progress(self):
        for run in self:
            share = run.done_count / run.total_count if run.total_count else 1.0
            run.progress = 100.0 if run.state == "done" else min(100.0 * share, 100.0)

    @api.model
    def _cron_run(self):
        """Bill every company's due contracts; customers with a test clock are left out."""
        for company in self.env["res.company"].search([]):
            today = company._get_billing_today()
            clocked = self.env["billing.test.clock"]._get_clocked_partners(company)
            outside = Domain("partner_id.commercial_partner_id", "not in", clocked.ids)
            if not self._run_company(company, today, outside):
                return

    @api.model
    def _run_company(self, company, today, domain):
        """Do what a company has its runs do by themselves.

        :return: seconds left for the calling cron
        """
        return self._run_billing(company, today, domain)

    @api.model
    def _run_billing(self, company, today, domain=Domain.TRUE):
        """Bill what is due in a company on a day, in chunks with a commit each.

        :param company: ``res.company``
        :param date today: bill everything due up to this day
        :param Domain domain: contracts to consider
        :return: seconds left for the calling cron; 0 when it must stop, with the rest left over

        With ``billing_one_transaction`` in the context nothing is committed or rolled back: the
        caller's transaction holds all of the run or nothing. Called on a run that somebody
        released, it works off that one; else on the one of the day.
        """
        subscriptions = self.env["billing.subscription"].with_company(company)
        scope = domain & Domain("company_id", "=", company.id)
        due = scope & subscriptions._get_due_domain(today)
        if not self and not self._run_upkeep(company, today, scope):
            return 0
        total = subscriptions.search_count(due)
        if not (total or self):
            return self._commit_step()
        run = self._open(company, today, total)
        if run.state == "stopped":
            return self._commit_step()
        self._commit_step(remaining=total)
        seconds_left = run._work_off(due, today)
        # A person may release a day that has not come yet: bill for it, but let nothing end.
        reached = min(today, company._get_billing_today()) if self else today
        subscriptions._run_lifecycle(reached, scope)
        run._close_if_done(due)
        self._commit_step(remaining=max(run.total_count - run.done_count, 0))
        return seconds_left

    @api.model
    def _run_upkeep(self, company, today, scope):
        """Do what a day brings besides billing: states, notices of prices, drafts.

        :return: seconds left for the calling cron
        """
        self.env["billing.subscription"].with_company(company)._run_lifecycle(today, scope)
        self._close_earlier(company, today)
        for step in (self._send_price_notices, self._grant_bonuses, self._post_drafts):
            if not (seconds_left := step(company, today, scope)):
                return 0
        return seconds_left

    @api.model
    def _commit_step(self, processed=0, remaining=None):
        """Commit and tell the cron, unless in one transaction; return the seconds left."""
        if self.env.context.get(ONE_TRANSACTION):
            self.env.flush_all()
            return float("inf")
        return self.env["ir.cron"]._commit_progress(processed, remaining=remaining)

    @api.model
    def _close_earlier(self, company, today):
        """Close interrupted runs of days before: what they left is done by the run of today."""
        interrupted = self._get_interrupted_domain(company)
        earlier = self.search(interrupted & Domain("date", "<", today))
        earlier.write({"state": "done", "finished_at": self.env.cr.now()})

    @api.model
    def _get_interrupted_domain(self, company):
        """Runs of the company that came to no end."""
        return Domain("company_id", "=", company.id) & Domain("state", "=", "running")

    @api.model
    def _open(self, company, today, total):
        """The interrupted run of this day, to go on with, or a new one."""
        interrupted = self._get_interrupted_domain(company)
        found = self.search(interrupted & Domain("date", "=", today), limit=1)
        found = found.try_lock_for_update()
        if found:
            found.total_count = found.done_count + total
            return found
        return self.create({"company_id": company.id, "date": today, "total_count": total})

    def _work_off(self, due, today):
        """Bill chunk after chunk until nothing is due or the time is over.

        Contracts come in the order of their customers, each at most once per run: one that stays
        due after it was billed must not be billed for ever.

        :return: seconds left for the calling cron
        """
        self.ensure_one()
        size = self._get_chunk_size()
        retries = MAX_RETRIES
        last = (0, 0)
        while not self._is_to_stop():
            try:
                found = self._find_chunk(due, size, last)
                if not found:
                    return float("inf")
                following = (found[-1].partner_id.id, found[-1].id)
                chunk = self._lock_chunk(found, due)
                if chunk:
                    self._bill_chunk(chunk, today)
                seconds_left = self._commit_step(
                    len(chunk), remaining=max(self.total_count - self.done_count, 0)
                )
                retries = MAX_RETRIES
                last = following
            except OperationalError:
                retries -= 1
                if not retries or self.env.context.get(ONE_TRANSACTION):
                    raise
                # Another transaction won. Our snapshot is old, so only a new one can go on.
                self.env.cr.rollback()
                continue
            if not seconds_left:
                return seconds_left
        return float("inf")

    def _is_to_stop(self):
        """Whether somebody wants the run to stop; asked between chunks, after the commit."""
        return False

    def _get_chunk_size(self):
        value = self.env["ir.config_parameter"].sudo().get_param(CHUNK_PARAMETER, CHUNK_SIZE)
        return max(int(value), 1)

    def _find_chunk(self, due, size, last):
        """The next contracts that are due, in the order of customers and ids.

        Those that share an invoice are not torn apart: the chunk is as much larger as it takes.

        :param tuple last: ids of customer and contract of the last one before
        """
        subscriptions = self.env["billing.subscription"].with_company(self.company_id)
        partner_id, contract_id = last
        after = Domain("partner_id.id", ">", partner_id) | (
            Domain("partner_id", "=", partner_id) & Domain("id", ">", contract_id)
        )
        found = subscriptions.search(due & after, limit=size, order=CHUNK_ORDER)
        partner = found[-1:].partner_id
        mine = found.filtered(lambda contract: contract.partner_id == partner)
        if len(found) == size and any(sub._get_billing_grouping() != "contract" for sub in mine):
            rest = Domain("partner_id", "=", partner.id) & Domain("id", ">", found[-1].id)
            found += subscriptions.search(due & rest, order=CHUNK_ORDER)
        return found

    def _lock_chunk(self, found, due):
        """Those nobody else is working on, read again under the lock.

        With them comes what waited to be invoiced together with something of the same customer.
        """
        locked = found.try_lock_for_update().filtered_domain(due)
        return locked | self._find_carried(locked).try_lock_for_update() if locked else locked

    def _find_carried(self, chunk):
        """What waited to be invoiced together with something of the same customers."""
        return chunk.search(
            Domain("company_id", "=", self.company_id.id)
            & Domain("partner_id", "in", chunk.partner_id.ids)
            & Domain("carried_amount", ">", 0)
            & Domain("id", "not in", chunk.ids)
        )

    def _bill_chunk(self, chunk, today):
        """Bill one chunk and count it on the run."""
        moves, failed = self._bill_isolated(chunk, today)
        self.write(
            {
                "done_count": self.done_count + len(chunk),
                "invoice_count": self.invoice_count + len(moves),
                "error_count": self.error_count + len(failed),
            }
        )

    def _bill_isolated(self, chunk, today):
        """Bill as much of a chunk as possible.

        :return: tuple of the invoices and of the contracts that were set aside
        """
        groups = chunk.grouped(lambda contract: contract._get_document_key())
        moves, failed = self._isolate(
            list(groups.values()),
            lambda parts: chunk.browse().union(*parts)._bill(today, self),
            lambda contracts, error: self._find_culprits(contracts, error, today),
        )
        return self.env["account.move"].union(*moves), chunk.browse().union(*failed)

    def _find_culprits(self, contracts, error, today):
        """Set aside those of some contracts with a common invoice that cannot be billed.

        :return: list of invoices of the others, and of the contracts set aside
        """
        if len(contracts) == 1:
            self._set_aside(contracts, error, today)
            return [], [contracts]
        errors = {contract: self._try_billing(contract, today) for contract in contracts}
        culprits = contracts.filtered(lambda contract: errors[contract]) or contracts
        for contract in culprits:
            self._set_aside(contract, errors[contract] or error, today)
        rest = contracts - culprits
        if not rest:
            return [], [culprits]
        moves, failed = self._isolate(
            [rest],
            lambda parts: parts[0]._bill(today, self),
            lambda others, reason: self._find_culprits(others, reason, today),
        )
        return moves, [culprits, *failed]

    def _try_billing(self, contract, today):
        """The error of billing a contract by itself, None without one; nothing is kept."""
        try:
            with self.env.cr.savepoint():
                contract._bill(today, self)
                raise _TakeBack
        except _TakeBack:
            return None
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 whatever it is, the others go on
            return error

    @api.model
    def _isolate(self, parts, work, set_aside):
        """Work on as many parts as possible; halve what fails until the culprits are alone.

        Halving costs the work of about log2(n) chunks for one culprit, one by one would give up
        the batch for all its neighbours.

        :param list parts: recordsets that are worked on as a whole
        :param work: function of a list of parts, called in a savepoint
        :param set_aside: function of one part and its error, which returns the same as this
        :return: tuple of the list of what ``work`` returned, and of the list of records set aside
        """
        if not parts:
            return [], []
        try:
            with self.env.cr.savepoint():
                return [work(parts)], []
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 whatever it is, the others go on
            if len(parts) == 1:
                return set_aside(parts[0], error)
        middle = len(parts) // 2
        first, first_failed = self._isolate(parts[:middle], work, set_aside)
        second, second_failed = self._isolate(parts[middle:], work, set_aside)
        return first + second, first_failed + second_failed

    def _set_aside(self, subscription, error, today):
        """Leave a contract out of this day's runs, with the reason where people look."""
        unexpected = not isinstance(error, (UserError, IntegrityError))
        _logger.warning(
            "Contract %s cannot be billed: %s",
            subscription.name,
            error,
            exc_info=error if unexpected else None,
        )
        message = self.env["billing.run.error"]._get_reason(error)
        subscription._set_billing_error(message, today)
        self.env["billing.run.error"].create(
            {"run_id": self.id, "subscription_id": subscription.id, "message": message}
        )

    def _close_if_done(self, due):
        is_at_work = self.state == "running"
        if is_at_work and not self.env["billing.subscription"].search_count(due, limit=1):
            self.write({"state": "done", "finished_at": self.env.cr.now()})

    def action_view_errors(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.action_billing_subscription"
        )
        return action | {
            "domain": [("id", "in", self.error_ids.subscription_id.ids)],
            "context": {},
        }

    def action_view_invoices(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        return action | {"domain": [("id", "in", self.period_ids.move_id.ids)], "context": {}}

    @api.model
    def action_run_now(self):
        """Have the cron bill what is due as soon as it can."""
        self.env.ref("subscription_billing.ir_cron_billing_run").sudo()._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "Billing starts within a minute. This list shows its progress."
                ),
            },
        }
