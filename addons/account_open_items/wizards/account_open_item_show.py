from odoo import Command, api, fields, models
from odoo.exceptions import AccessError


class AccountOpenItemShow(models.TransientModel):
    """Ask for the day, show the list of it and whether it agrees with the ledger."""

    _name = "account.open.item.show"
    _description = "Open Items as of a Day"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, readonly=True
    )
    date = fields.Date(
        "As of", required=True, default=lambda self: self.env.company._get_billing_today()
    )
    partner_ids = fields.Many2many("res.partner", string="Customers")
    account_ids = fields.Many2many(
        "account.account",
        string="Accounts",
        domain="[('account_type', '=', 'asset_receivable')]",
    )
    business_unit_ids = fields.Many2many("billing.business.unit")
    check_ids = fields.One2many("account.open.item.check", "show_id", compute="_compute_check_ids")

    @api.depends("date", "company_id")
    def _compute_check_ids(self):
        for wizard in self:
            rows = []
            if wizard.date:
                rows = self.env["account.open.item"]._get_check(wizard.date, wizard.company_id)
            wizard.check_ids = [Command.clear(), *(Command.create(row) for row in rows)]

    def _get_domain(self):
        """The items that were asked for."""
        self.ensure_one()
        domain = [("company_id", "=", self.company_id.id), ("is_year_end", "=", False)]
        if self.partner_ids:
            domain.append(("partner_id", "in", self.partner_ids.commercial_partner_id.ids))
        if self.account_ids:
            domain.append(("account_id", "in", self.account_ids.ids))
        if self.business_unit_ids:
            domain.append(("business_unit_id", "in", self.business_unit_ids.ids))
        return domain

    def _get_items(self):
        self.ensure_one()
        return self.env["account.open.item"]._at(self.date).search(self._get_domain())

    def _get_title(self):
        day = self.env["ir.qweb.field.date"].value_to_html(self.date, {})
        return self.env._("Open items as of %s", day)

    def action_show(self):
        """Open the list of the day."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_open_items.action_account_open_item"
        )
        return action | {
            "name": self._get_title(),
            "path": False,
            "domain": self._get_domain(),
            "context": {"open_item_date": fields.Date.to_string(self.date)},
        }

    def action_xlsx(self):
        """Download the list of the day as a spreadsheet."""
        self.ensure_one()
        if not self.env.user.has_group("base.group_allow_export"):
            raise AccessError(
                self.env._(
                    "You may not export data. Ask your administrator for the access right "
                    "“Access to export feature”."
                )
            )
        return {
            "type": "ir.actions.act_url",
            "url": f"/account_open_items/{self.id}/xlsx",
            "target": "download",
        }

    def action_pdf(self):
        """Print the list of the day."""
        self.ensure_one()
        report = self.env.ref("account_open_items.action_report_open_items")
        return report.report_action(self)


class AccountOpenItemCheck(models.TransientModel):
    _name = "account.open.item.check"
    _description = "Open Items against a Control Account"

    show_id = fields.Many2one("account.open.item.show")
    currency_id = fields.Many2one(related="show_id.company_id.currency_id")
    account_id = fields.Many2one("account.account", "Control Account")
    balance = fields.Monetary("Balance of Account")
    customers = fields.Monetary("Items of Customers")
    no_partner = fields.Monetary("Without Customer")
    year_end = fields.Monetary("Year-End Entries")
    hidden = fields.Monetary("Of Units You Do not See")
    rest = fields.Monetary("Unexplained")
    is_equal = fields.Boolean("Agrees", compute="_compute_is_equal")

    @api.depends("balance", "customers")
    def _compute_is_equal(self):
        for check in self:
            currency = check.currency_id or self.env.company.currency_id
            check.is_equal = not currency.compare_amounts(check.balance, check.customers)
