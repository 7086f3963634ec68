from odoo import api, models
from odoo.fields import Domain

from ..core.calendar import add_target_days, submission_window

CHUNK = 500
# Files are made ready this many business days before the bank wants them.
AHEAD_DAYS = 2


class SepaCollectionBatch(models.Model):
    """The daily run: plan, tell, group into files, book."""

    _inherit = "sepa.collection.batch"

    @api.model
    def _cron_run(self):
        """Run every company; customers with a test clock are left out."""
        for company in self.env["res.company"].search([]):
            today = company._get_billing_today()
            clocked = self.env["billing.test.clock"]._get_clocked_partners(company)
            outside = Domain("partner_id.commercial_partner_id", "not in", clocked.ids)
            if not self._run_sepa_collections(company, today, outside):
                return

    @api.model
    def action_run(self):
        """Do now what the daily run does, for the user's company; show the files."""
        self.check_access("create")
        company = self.env.company
        clocked = self.env["billing.test.clock"]._get_clocked_partners(company)
        outside = Domain("partner_id.commercial_partner_id", "not in", clocked.ids)
        self.sudo()._run_sepa_collections(company, company._get_billing_today(), outside)
        return self.env["ir.actions.act_window"]._for_xml_id(
            "sepa_debit.action_sepa_collection_batch"
        )

    @api.model
    def _run_sepa_collections(self, company, today, domain=Domain.TRUE):
        """Do what a day brings for a company, in chunks with a commit each.

        Repeating it does nothing again: what is planned, told, grouped or booked is so for good.

        :param company: ``res.company``
        :param date today: the day that counts
        :param Domain domain: open items and collections to consider (both have ``partner_id``)
        :return: seconds left for the calling cron; 0 when it must stop
        """
        run = self.with_company(company)
        run.env["sepa.mandate"]._run_upkeep(company, today)
        run.env["sepa.collection"]._cancel_stale(company)
        if not (left := run._commit_step()):
            return left
        steps = (run._run_planning, run._run_rescheduling, run._run_notices, run._run_batches)
        for step in (*steps, run._run_booking):
            if not (left := step(company, today, domain)):
                return left
        return left

    @api.model
    def _commit_step(self, done=0, remaining=None):
        """Commit and tell the cron; return the seconds left."""
        if self.env.context.get("billing_one_transaction"):
            self.env.flush_all()
            return float("inf")
        return self.env["ir.cron"]._commit_progress(done, remaining=remaining)

    # === STEPS === #

    @api.model
    def _run_planning(self, company, today, domain):
        lines = self.env["account.move.line"]
        due = lines._get_sepa_due_domain(company) & domain
        last, left = 0, float("inf")
        while found := lines.search(due & Domain("id", ">", last), order="id", limit=CHUNK):
            last = found[-1].id
            free = found.try_lock_for_update().filtered_domain(due)
            if free:
                self.env["sepa.collection"]._plan(free, today, "mail")
            if not (left := self._commit_step(len(found))):
                return left
        return left

    @api.model
    def _run_rescheduling(self, company, today, domain):
        """What was not submitted in time gets another day."""
        for collection in self._search_open(company, domain):
            lead = collection.creditor_id._get_lead()
            closes = submission_window(collection.collect_on, lead).closes
            told_late = collection.state == "notified" and not collection._may_submit()
            if closes < today or told_late:
                collection._reschedule(today)
        return self._commit_step()

    @api.model
    def _run_notices(self, company, today, domain):
        self._search_open(company, domain)._request_notices()
        return self._commit_step()

    @api.model
    def _search_open(self, company, domain):
        return self.env["sepa.collection"].search(
            domain
            & Domain("company_id", "=", company.id)
            & Domain("state", "in", ("planned", "notified"))
            & Domain("batch_id", "=", False)
        )

    @api.model
    def _run_batches(self, company, today, domain):
        """Group what the bank will want soon into files."""
        ready = self._search_open(company, domain).filtered(
            lambda c: c.state == "notified" and c._may_submit()
        )
        groups = ready.grouped(
            lambda c: (c.creditor_id, c.mandate_id.scheme, c._get_sequence_type(), c.collect_on)
        )
        for (creditor, scheme, sequence, day), collections in groups.items():
            window = submission_window(day, creditor._get_lead())
            if window.opens <= today and add_target_days(window.closes, -AHEAD_DAYS) <= today:
                self._make_batch(creditor, scheme, sequence, day, collections)
        return self._commit_step()

    @api.model
    def _make_batch(self, creditor, scheme, sequence, day, collections):
        locked = collections.try_lock_for_update()
        locked = locked.filtered(lambda c: c.state == "notified" and not c.batch_id)
        if not locked:
            return self
        batch = self.create(
            {
                "creditor_id": creditor.id,
                "scheme": scheme,
                "sequence_type": sequence,
                "collect_on": day,
                "currency_id": locked[0].currency_id.id,
                "count": len(locked),
                "amount": sum(locked.mapped("amount")),
            }
        )
        locked.write({"batch_id": batch.id, "sequence_type": sequence, "problem": False})
        return batch

    @api.model
    def _run_booking(self, company, today, domain):
        due = Domain("state", "=", "submitted") & Domain("collect_on", "<=", today)
        left = float("inf")
        for batch in self.search(due & Domain("company_id", "=", company.id)):
            while done := batch._book(today):
                if not (left := self._commit_step(done)):
                    return left
        return left
