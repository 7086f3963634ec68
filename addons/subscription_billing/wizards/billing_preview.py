from odoo import api, fields, models
from odoo.fields import Domain

from ..models.billing_subscription import BILLABLE_STATES


class BillingPreview(models.TransientModel):
    """The next invoices of a contract or of all contracts of a customer."""

    _name = "billing.preview"
    _description = "Next Invoices"

    partner_id = fields.Many2one("res.partner", readonly=True)
    subscription_id = fields.Many2one("billing.subscription", readonly=True)
    document_count = fields.Integer(string="Number of Invoices", default=6, required=True)
    until_date = fields.Date(string="Until", help="Empty: without limit.")
    html = fields.Html(string="Next Invoices", compute="_compute_html", sanitize=False)

    _count_in_range = models.Constraint(
        "CHECK (document_count BETWEEN 1 AND 60)",
        "Number of Invoices: enter a number from 1 to 60.",
    )

    @api.depends("partner_id", "subscription_id", "document_count", "until_date")
    @api.depends_context("lang")
    def _compute_html(self):
        for wizard in self:
            wizard.html = wizard._render()

    def _render(self):
        self.ensure_one()
        count = min(max(self.document_count, 1), 60)
        if self.subscription_id and not self.until_date:
            return self.subscription_id._render_next_documents(count)
        documents = [
            document
            for contracts in self._get_contracts().grouped("company_id").values()
            for document in contracts._prepare_next_documents(count, until=self.until_date)
        ]
        documents.sort(key=lambda document: document["date"])
        values = {
            "documents": documents[:count],
            "problem": False,
            "has_contracts": not self.subscription_id,
            "nothing": self.subscription_id._get_nothing_text(),
        }
        return self.env["ir.qweb"]._render("subscription_billing.next_documents", values)

    def _get_contracts(self):
        if self.subscription_id:
            return self.subscription_id
        return self.env["billing.subscription"].search(
            Domain("partner_id", "child_of", self.partner_id.id)
            & Domain("state", "in", BILLABLE_STATES)
        )

    @api.model
    def _open(self, name, **values):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {f"default_{key}": value for key, value in values.items()},
        }


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_view_next_documents(self):
        """The next invoices of all contracts of the customer."""
        self.ensure_one()
        return self.env["billing.preview"]._open(
            self.env._("Next Invoices of %s", self.name), partner_id=self.id
        )
