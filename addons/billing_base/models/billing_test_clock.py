from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ..core.today import days_after


class BillingTestClock(models.Model):
    _name = "billing.test.clock"
    _description = "Billing Test Clock"
    _inherit = ["mail.thread"]
    _rec_name = "partner_id"
    _order = "date desc, id desc"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
        domain=[("is_billing_sandbox", "=", True)],
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        index=True,
        check_company=True,
        ondelete="cascade",
        domain="[('parent_id', '=', False), ('company_id', 'in', (False, company_id))]",
        help="The customer, with all contacts, for whom this clock replaces the calendar.",
    )
    date = fields.Date(
        "Current Date",
        required=True,
        tracking=True,
        default=lambda self: self.env.company._get_billing_today(),
        help="What today is for this customer. Only ever goes forward.",
    )
    is_billing_sandbox = fields.Boolean(related="company_id.is_billing_sandbox")

    _company_partner_uniq = models.Constraint(
        "UNIQUE(company_id, partner_id)",
        "This customer already has a test clock in this company. Advance that one.",
    )

    # === CONSTRAINTS === #

    @api.constrains("company_id")
    def _check_sandbox(self):
        for clock in self.filtered(lambda c: not c.company_id.is_billing_sandbox):
            raise ValidationError(
                self.env._(
                    "%(company)s is not a sandbox: test clocks would move real customers. "
                    "Mark a company without real customers as billing sandbox in the settings.",
                    company=clock.company_id.display_name,
                )
            )

    @api.constrains("partner_id")
    def _check_commercial_partner(self):
        for partner in self.partner_id:
            if partner != partner.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "%(contact)s is a contact of %(customer)s. Choose %(customer)s: the "
                        "clock counts for all its contacts.",
                        contact=partner.display_name,
                        customer=partner.commercial_partner_id.display_name,
                    )
                )

    def write(self, vals):
        moved = {"company_id", "partner_id", "date", "target_date"} & vals.keys()
        if moved and not self.env.su:
            raise UserError(
                self.env._(
                    "Company, customer and date of a test clock cannot be edited. Use Advance "
                    "to move the date, or create another clock."
                )
            )
        return super().write(vals)

    # === ACTIONS === #

    def action_advance(self):
        """Open the dialog that asks for the new date."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Advance Test Clock"),
            "res_model": "billing.test.clock.advance",
            "view_mode": "form",
            "target": "new",
            "context": {"default_clock_id": self.id},
        }

    # === BUSINESS === #

    @api.model
    def _get_clocked_partners(self, company):
        """Return the partners whose calendar in ``company`` is a test clock.

        Contract: crons leave them out, the clock runs them. Holds the customers with all their
        contacts, archived ones too, so that ``("partner_id", "not in", partners.ids)`` is right
        for documents of a contact. Empty for any company that is no sandbox.
        """
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        if not company.sudo().is_billing_sandbox:
            return partners
        clocks = self.sudo().search([("company_id", "=", company.id)])
        return partners.search([("commercial_partner_id", "in", clocks.partner_id.ids)])

    def _advance_to(self, date):
        """Move this clock forward to ``date``, day by day, and run each day.

        All days are one transaction: if one fails, the clock stays where it was. For more than a
        few weeks use ``_plan_advance``. What happened is in the results, totals in the chatter.

        :raise UserError: when ``date`` is not after the clock's date
        """
        self.ensure_one()
        self.lock_for_update(allow_referencing=True)
        self._check_forward(date)
        start, totals = self.date, Counter()
        for today in days_after(start, date):
            totals.update(self._run_one_day(today))
        self._log_advance(start, date, totals)

    def _check_forward(self, date):
        if date <= self.date:
            raise UserError(
                self.env._(
                    "The test clock of %(customer)s shows %(date)s and only goes forward. "
                    "Choose a later date.",
                    customer=self.partner_id.display_name,
                    date=format_date(self.env, self.date),
                )
            )
        self._check_sandbox()

    def _run_one_day(self, today):
        """Move the clock to ``today`` and do all that is due; keep what it made as results."""
        clock = self.with_company(self.company_id)
        marks = clock._get_result_marks()
        clock.sudo().date = today
        counts = clock._run_day(today) or {}
        # Read by people, whoever moves the clock.
        language = self.create_uid.lang or self.env.lang
        clock.with_context(lang=language)._record_results(today, marks)
        return counts

    def _run_day(self, today):
        """Do what a night would do for the customer of this clock on ``today``.

        Contract: upper addons override this, call super and run their own
        ``_run_<x>(today, domain)`` with a domain that selects this clock's company and the
        customer and contacts of ``partner_id.commercial_partner_id``. The clock already shows
        ``today``. No commits: an error takes back the whole day, or the whole advance. Facts that
        are recorded in the outbox are listed as results by themselves; name them in
        ``_get_event_labels()``.

        :return: dict of a translated label to a number, e.g. ``{"Invoices": 1}``, added up over
            the days and shown in the chatter; extend the dict of super
        """
        self.ensure_one()
        return {}

    def _log_advance(self, start, end, totals):
        results = [f"{label}: {count}" for label, count in totals.items() if count]
        self.message_post(
            body=self.env._(
                "Advanced from %(start)s to %(end)s. %(results)s",
                start=format_date(self.env, start),
                end=format_date(self.env, end),
                results=", ".join(results) or self.env._("Nothing was due."),
            )
        )
