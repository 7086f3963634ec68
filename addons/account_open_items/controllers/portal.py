from werkzeug.exceptions import NotFound

from odoo import fields
from odoo.http import content_disposition, request, route

from odoo.addons.portal.controllers.portal import CustomerPortal


class StatementPortal(CustomerPortal):
    """The statement of account of the customer who is signed in, and of nobody else."""

    def _get_statement_customer(self):
        return request.env.user.partner_id.sudo().commercial_partner_id

    def _get_statement_span(self, company, date_from, date_to):
        """The days that were asked for; the last twelve months where they make no sense."""
        first, last = request.env["account.customer.statement"]._get_default_span(company)
        try:
            chosen = (
                fields.Date.to_date(date_from) or first,
                fields.Date.to_date(date_to) or last,
            )
        except ValueError:
            chosen = (first, last)
        return min(chosen), max(chosen)

    @route("/my/account-statement", type="http", auth="user", website=True)
    def portal_account_statement(self, date_from=None, date_to=None, **kw):
        """The account on screen."""
        company = request.env.company.sudo()
        partner = self._get_statement_customer()
        first, last = self._get_statement_span(company, date_from, date_to)
        statements = request.env["account.customer.statement"].sudo()
        account = statements._get_account(company, partner, first, last)
        report = request.env["report.account_open_items.report_customer_statement"].sudo()
        values = self._prepare_portal_layout_values() | {
            "page_name": "account_statement",
            "first": first,
            "last": last,
            "doc": report._format_account(account, company.currency_id),
        }
        return request.render("account_open_items.portal_account_statement", values)

    @route("/my/account-statement/pdf", type="http", auth="user", website=True)
    def portal_account_statement_pdf(self, date_from=None, date_to=None, **kw):
        """The same as a document."""
        company = request.env.company.sudo()
        first, last = self._get_statement_span(company, date_from, date_to)
        statements = request.env["account.customer.statement"].sudo()
        content = statements._render_account(company, self._get_statement_customer(), first, last)
        return self._make_statement_response(content, last)

    @route("/my/account-statement/<int:statement_id>", type="http", auth="user", website=True)
    def portal_sent_statement(self, statement_id, **kw):
        """A statement that was made for this customer."""
        statements = request.env["account.customer.statement"].sudo()
        statement = statements.browse(statement_id).exists()
        if not statement or statement.commercial_partner_id != self._get_statement_customer():
            raise NotFound()
        return self._make_statement_response(statement._render_statement(), statement.date_to)

    @route("/account_open_items/statement/<int:statement_id>", type="http", auth="user")
    def statement_for_staff(self, statement_id, **_kw):
        """A statement as its customer gets it, for people who may read it."""
        statement = request.env["account.customer.statement"].browse(statement_id).exists()
        if not request.env.user._is_internal() or not statement.has_access("read"):
            raise NotFound()
        if not statement:
            raise NotFound()
        return self._make_statement_response(statement._render_statement(), statement.date_to)

    def _make_statement_response(self, content, day):
        name = f"{request.env._('Statement of account')} {day}.pdf"
        headers = [
            ("Content-Type", "application/pdf"),
            ("Content-Disposition", content_disposition(name, disposition_type="inline")),
            ("X-Content-Type-Options", "nosniff"),
        ]
        return request.make_response(content, headers)
