import logging

from psycopg2 import IntegrityError, OperationalError

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# Customers whose items are decided together, and letters that are issued together.
CUSTOMERS, LETTERS = 250, 100
MAX_RETRIES = 5
ONE_TRANSACTION = "billing_one_transaction"


class DunningRun(models.Model):
    """The daily run: record what is overdue, decide, issue, charge, follow up.

    Each step works in pieces with a commit each. Repeating a day does nothing again: a letter
    under way is a fact of the decision, and sending is apart from deciding.
    """

    _inherit = "dunning.run"

    @api.model
    def _cron_run(self):
        """Run every company; customers with a test clock are left out."""
        for company in self.env["res.company"].search([]):
            outside = self._get_outside_domain(company)
            if not self._run_dunning(company, company._get_billing_today(), outside):
                return

    @api.model
    def _get_outside_domain(self, company):
        clocked = self.env["billing.test.clock"]._get_clocked_partners(company)
        return Domain("partner_id", "not in", clocked.ids)

    @api.model
    def _run_dunning(self, company, today, domain=Domain.TRUE):
        """Do what a day brings for a company.

        :param company: ``res.company``
        :param date today: the day that counts
        :param Domain domain: customers to consider, by ``partner_id``; open items, cases and
            plans all have it
        :return: seconds left for the calling cron; 0 when it must stop
        """
        run = self.sudo().with_company(company)
        steps = (
            run._run_overdue,
            run._run_upkeep,
            run._run_proposals,
            run._run_issuing,
            run._run_held_back,
            run._run_claims,
            run._run_actions,
        )
        for step in steps:
            if not (left := step(company, today, domain)):
                return left
        return left

    # === STEPS === #

    @api.model
    def _run_overdue(self, company, today, domain):
        self.env["dunning.overdue"]._record_marks(company, today, domain)
        return self._commit_step()

    @api.model
    def _run_upkeep(self, company, today, domain):
        """Plans that ended, and cases of which only a trifle is open."""
        scope = domain & Domain("company_id", "=", company.id)
        self.env["dunning.instalment.plan"]._run_plans(today, scope)
        return self._commit_step()

    @api.model
    def _run_proposals(self, company, today, domain):
        partner_ids = self._find_partners(company, today, domain)
        return self._run_pieces(
            self.env["res.partner"].browse(partner_ids),
            CUSTOMERS,
            lambda partners: self.env["dunning.notice"]._propose(company, partners, today),
            company,
            today,
        )

    @api.model
    def _find_partners(self, company, today, domain):
        """Customers with open items that may reach a level."""
        lines = self.env["account.move.line"]
        ahead = self.env["dunning.policy"]._get_days_ahead(company)
        due = (
            domain
            & Domain("company_id", "=", company.id)
            & Domain("parent_state", "=", "posted")
            & Domain("account_id.account_type", "=", "asset_receivable")
            & Domain("reconciled", "=", False)
            & Domain("amount_residual_currency", ">", 0)
            & Domain("date_maturity", "<=", ahead(today))
            & Domain("partner_id", "!=", False)
        )
        query = lines._search(due)
        rows = self.env.execute_query(query.select(SQL("DISTINCT account_move_line.partner_id")))
        return sorted(partner_id for (partner_id,) in rows)

    @api.model
    def _run_issuing(self, company, today, domain):
        """Letters of policies that send without asking."""
        notices = self.env["dunning.notice"].search(
            self._get_notice_domain(company, domain)
            & Domain("state", "=", "proposed")
            & Domain("policy_id.is_automatic", "=", True)
        )
        return self._run_pieces(
            notices, LETTERS, lambda found: found._issue(today), company, today
        )

    @api.model
    def _get_notice_domain(self, company, domain):
        """``domain`` is about customers; letters know them by another name."""
        customers = domain.map_conditions(
            lambda condition: (
                Domain("commercial_partner_id", condition.operator, condition.value)
                if condition.field_expr == "partner_id"
                else condition
            )
        )
        return customers & Domain("company_id", "=", company.id)

    @api.model
    def _run_held_back(self, company, today, domain):
        """In a sandbox nothing leaves the house: what would have left counts as delivered."""
        if company.is_billing_sandbox:
            held = self.env["dunning.notice"].search(
                self._get_notice_domain(company, domain)
                & Domain("state", "=", "issued")
                & Domain("channel", "not in", ("task", "call"))
            )
            held._delivered_hook()
        return self._commit_step()

    @api.model
    def _run_claims(self, company, today, domain):
        claims = self.env["dunning.claim"].search(
            domain & Domain("company_id", "=", company.id) & Domain("state", "=", "due")
        )
        return self._run_pieces(
            claims.notice_id, LETTERS, lambda found: found._post_claims(), company, today
        )

    @api.model
    def _run_actions(self, company, today, domain):
        actions = self.env["dunning.action"].search(
            domain
            & Domain("company_id", "=", company.id)
            & Domain("state", "=", "planned")
            & Domain("planned_on", "<=", today)
        )
        return self._run_pieces(
            actions.case_id.partner_id,
            LETTERS,
            lambda partners: actions.filtered(lambda a: a.partner_id in partners)._perform(today),
            company,
            today,
        )

    # === PIECES === #

    @api.model
    def _commit_step(self, done=0, remaining=None):
        """Commit and tell the cron; return the seconds left."""
        if self.env.context.get(ONE_TRANSACTION):
            self.env.flush_all()
            return float("inf")
        return self.env["ir.cron"]._commit_progress(done, remaining=remaining)

    @api.model
    def _run_pieces(self, records, size, work, company, today):
        """Work on all records, locked, isolated and committed piece by piece.

        :param work: function of a recordset, called in a savepoint
        :return: seconds left for the calling cron; 0 when it must stop
        """
        ids, left, retries, position = records.ids, float("inf"), MAX_RETRIES, 0
        while position < len(ids):
            piece = records.browse(ids[position : position + size])
            try:
                locked = piece.exists().try_lock_for_update(allow_referencing=True)
                self._isolate(locked, work, company, today)
                left = self._commit_step(len(piece), remaining=len(ids) - position - len(piece))
            except OperationalError:
                retries -= 1
                if not retries or self.env.context.get(ONE_TRANSACTION):
                    raise
                # Another transaction won. Our snapshot is old, so only a new one can go on.
                self.env.cr.rollback()
                continue
            position, retries = position + size, MAX_RETRIES
            self.env.invalidate_all()
            if not left:
                return left
        return left

    @api.model
    def _isolate(self, records, work, company, today):
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
                self._set_aside(records, error, company, today)
                return
        middle = len(records) // 2
        self._isolate(records[:middle], work, company, today)
        self._isolate(records[middle:], work, company, today)

    @api.model
    def _set_aside(self, record, error, company, today):
        """Leave one record to the next run, with the reason where people look."""
        unexpected = not isinstance(error, (UserError, IntegrityError))
        _logger.warning(
            "%s is set aside: %s", record, error, exc_info=error if unexpected else None
        )
        run = self._get_run(company, today)
        text = f"{record.display_name}: {error}"
        if text not in (run.error_text or ""):
            run.write(
                {
                    "error_count": run.error_count + 1,
                    "error_text": "\n".join(filter(None, (run.error_text, text))),
                }
            )
