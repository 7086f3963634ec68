from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain

from ..core.calendar import EARLIEST_DAYS, add_target_days, submission_window

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
        """Do what a day brings for a company, in pieces with a commit each.

        Repeating it does nothing again: what is planned, told, grouped or booked is so for good.
        One record that fails is set aside with its reason, and the rest goes on.

        :param company: ``res.company``
        :param date today: the day that counts
        :param Domain domain: open items and collections to consider (both have ``partner_id``)
        :return: seconds left for the calling cron; 0 when it must stop
        """
        run = self.with_company(company)
        run.env["sepa.mandate"]._run_upkeep(company, today)
        if not (left := run._commit_step()):
            return left
        for step in (
            run._run_cancelling,
            run._run_planning,
            run._run_rescheduling,
            run._run_notices,
            run._run_batches,
            run._run_booking,
        ):
            if not (left := step(company, today, domain)):
                return left
        return left

    # === STEPS === #

    @api.model
    def _run_cancelling(self, company, today, domain):
        """Plans whose open item or mandate has changed."""
        return self._run_pieces(
            self.env["sepa.collection"],
            self._get_open_domain(company, domain),
            lambda found: found._cancel_stale(),
        )

    @api.model
    def _run_planning(self, company, today, domain):
        lines = self.env["account.move.line"]
        collections = self.env["sepa.collection"]
        return self._run_pieces(
            lines,
            lines._get_sepa_due_domain(company) & domain,
            lambda found: collections._plan(found, today, "mail"),
        )

    @api.model
    def _run_rescheduling(self, company, today, domain):
        """What was not submitted in time gets another day."""
        return self._run_pieces(
            self.env["sepa.collection"],
            self._get_open_domain(company, domain),
            lambda found: found._get_late(today)._reschedule(today),
        )

    @api.model
    def _run_notices(self, company, today, domain):
        return self._run_pieces(
            self.env["sepa.collection"],
            self._get_open_domain(company, domain) & Domain("state", "=", "planned"),
            lambda found: found._request_notices(),
        )

    @api.model
    def _get_open_domain(self, company, domain):
        return (
            domain
            & Domain("company_id", "=", company.id)
            & Domain("state", "in", ("planned", "notified"))
            & Domain("batch_id", "=", False)
        )

    @api.model
    def _run_batches(self, company, today, domain):
        """Group what the bank will want soon into files."""
        files = {}
        return self._run_pieces(
            self.env["sepa.collection"],
            self._get_open_domain(company, domain)
            & Domain("state", "=", "notified")
            & Domain("collect_on", "<=", today + timedelta(days=EARLIEST_DAYS)),
            lambda found: self._fill_files(found, today, files),
        )

    @api.model
    def _fill_files(self, collections, today, files):
        """Put collections into the files of this run, or into new ones when those are full.

        :param dict files: (creditor, scheme, sequence type, day) -> ids of the files of this run
        """
        ready = collections.filtered(lambda c: c._may_submit())
        groups = ready.grouped(
            lambda c: (c.creditor_id, c.mandate_id.scheme, c._get_sequence_type(), c.collect_on)
        )
        for (creditor, scheme, sequence, day), group in groups.items():
            window = submission_window(day, creditor._get_lead())
            if window.opens <= today and add_target_days(window.closes, -AHEAD_DAYS) <= today:
                key = (creditor.id, scheme, sequence, day)
                while group:
                    # Those made in a piece that was taken back are gone.
                    file = self.browse(files.get(key)).exists()
                    room = creditor.file_limit - file.count if creditor.file_limit else len(group)
                    if not file or room <= 0:
                        file = self._create_file(creditor, scheme, sequence, day)
                        files[key] = file.id
                        continue
                    file._take(group[:room])
                    group = group[room:]

    @api.model
    def _create_file(self, creditor, scheme, sequence, day):
        return self.create(
            {
                "creditor_id": creditor.id,
                "scheme": scheme,
                "sequence_type": sequence,
                "collect_on": day,
            }
        )

    def _take(self, collections):
        """Put collections into this file, which is not written yet."""
        self.ensure_one()
        collections.write(
            {"batch_id": self.id, "sequence_type": self.sequence_type, "problem": False}
        )
        self.with_context(tracking_disable=True).write(
            {
                "count": self.count + len(collections),
                "amount": self.amount + sum(collections.mapped("amount")),
            }
        )

    @api.model
    def _run_booking(self, company, today, domain):
        due = Domain("state", "=", "submitted") & Domain("collect_on", "<=", today)
        left = float("inf")
        for batch in self.search(due & Domain("company_id", "=", company.id)):
            # Booked as a file: the entry and its lines are the bank's total.
            if not (left := batch._run_booking_of_file()):
                return left
        return left

    def _run_booking_of_file(self):
        self.ensure_one()
        return self._run_pieces(
            self.env["sepa.collection"],
            Domain("batch_id", "=", self.id)
            & Domain("state", "=", "submitted")
            & Domain("is_booked", "=", False),
            self._book_piece,
        )
