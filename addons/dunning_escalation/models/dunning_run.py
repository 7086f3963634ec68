from odoo import api, fields, models
from odoo.tools import format_date


class DunningRun(models.Model):
    """What one day's run proposed and sent, for people to look at."""

    _name = "dunning.run"
    _description = "Dunning Run"
    _order = "id desc"

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    date = fields.Date(required=True, readonly=True)
    user_id = fields.Many2one("res.users", "Started By", readonly=True)
    notice_ids = fields.One2many("dunning.notice", "run_id", "Letters", readonly=True)
    notice_count = fields.Integer("Letters", compute="_compute_counts")
    proposed_count = fields.Integer("To Be Looked At", compute="_compute_counts")
    amount_total = fields.Monetary("Demanded", compute="_compute_counts")
    currency_id = fields.Many2one(related="company_id.currency_id")
    error_count = fields.Integer("Set Aside", readonly=True)
    error_text = fields.Text("What Was Set Aside", readonly=True)
    statement_date = fields.Date(
        "Last Bank Entry", readonly=True, help="Payments after it are not known yet."
    )
    warning = fields.Char(compute="_compute_warning")

    _day_uniq = models.UniqueIndex("(company_id, date)")

    @api.depends("date", "company_id.name")
    def _compute_name(self):
        for run in self:
            run.name = self.env._(
                "Dunning run %(date)s, %(company)s",
                date=format_date(self.env, run.date),
                company=run.company_id.name,
            )

    def _compute_counts(self):
        groups = self.env["dunning.notice"]._read_group(
            [("run_id", "in", self.ids)], ["run_id", "state"], ["__count", "amount_total:sum"]
        )
        self.notice_count = self.proposed_count = self.amount_total = 0
        for run, state, count, amount in groups:
            if state == "cancelled":
                continue
            run.notice_count += count
            run.amount_total += amount
            if state == "proposed":
                run.proposed_count = count

    @api.depends("date", "statement_date")
    def _compute_warning(self):
        outdated = {
            day: self.env["dunning.base.rate"]._is_outdated(day)
            for day in set(self.mapped("date"))
        }
        for run in self:
            warnings = []
            if run.statement_date and (run.date - run.statement_date).days > 3:
                warnings.append(
                    self.env._(
                        "The last bank entry is of %s: customers may have paid since. Import the "
                        "newest statement first.",
                        format_date(self.env, run.statement_date),
                    )
                )
            if outdated[run.date]:
                warnings.append(
                    self.env._(
                        "The base rate of this half-year is missing: interest is computed with "
                        "the last one. Enter it under Configuration, Base Rates."
                    )
                )
            run.warning = " ".join(warnings) or False

    @api.model
    def _get_run(self, company, today):
        """The run of a day, made when missing."""
        found = self.search([("company_id", "=", company.id), ("date", "=", today)])
        return found or self.create(
            {
                "company_id": company.id,
                "date": today,
                "user_id": self.env.uid if self.env.user.active else False,
                "statement_date": self._get_statement_date(company),
            }
        )

    @api.model
    def _get_statement_date(self, company):
        [[day]] = (
            self.env["account.bank.statement.line"]
            .sudo()
            ._read_group([("company_id", "=", company.id)], [], ["date:max"])
        )
        return day

    # === PEOPLE === #

    def action_propose(self):
        """Prepare the letters of today and show them."""
        self.check_access("create")
        company = self.env.company
        outside = self._get_outside_domain(company)
        self.sudo()._run_dunning(company, company._get_billing_today(), outside)
        return self.env["ir.actions.act_window"]._for_xml_id(
            "dunning_escalation.action_dunning_proposal"
        )

    def action_send_all(self):
        """Send all letters of this run that wait for it."""
        self.check_access("write")
        self.notice_ids.filtered(lambda notice: notice.state == "proposed").action_issue()

    def action_view_notices(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dunning_escalation.action_dunning_notice"
        )
        return action | {"domain": [("run_id", "=", self.id)], "context": {}}
