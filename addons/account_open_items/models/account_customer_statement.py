from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date, plaintext2html

from odoo.addons.billing_base.pdf.renderer import render_pdf

REPORT = "account_open_items.report_customer_statement"


class AccountCustomerStatement(models.Model):
    """What happened on the account of a customer in a time, and what is open at its end."""

    _name = "account.customer.statement"
    _description = "Statement of Account"
    _inherit = ["mail.thread", "mail.activity.mixin", "billing.delivery.mixin"]
    _order = "date_to desc, id desc"
    _check_company_auto = True

    _delivery_noun = "account_statement"

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, readonly=True
    )
    business_unit_id = fields.Many2one("billing.business.unit", check_company=True)
    partner_id = fields.Many2one("res.partner", "Customer", required=True, index=True)
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id", store=True, index=True
    )
    date_from = fields.Date(
        "From",
        required=True,
        default=lambda self: self.env.company._get_billing_today().replace(month=1, day=1),
    )
    date_to = fields.Date(
        "Until", required=True, default=lambda self: self.env.company._get_billing_today()
    )

    @api.depends("partner_id", "date_to")
    def _compute_name(self):
        for statement in self:
            day = format_date(self.env, statement.date_to)
            statement.name = self.env._(
                "Statement of account of %(day)s for %(customer)s",
                day=day,
                customer=statement.partner_id.name or "",
            )

    @api.depends("name")
    def _compute_display_name(self):
        for statement in self:
            statement.display_name = statement.name

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for statement in self:
            if statement.date_from > statement.date_to:
                raise ValidationError(
                    self.env._("Until: enter a day that is not before the first one.")
                )

    # === FIGURES === #

    @api.model
    def _get_account(self, company, partner, date_from, date_to, unit=None):
        """Return the account of a customer in the company's currency.

        :param partner: res.partner; its commercial partner is who owes
        :return: dict: ``opening``, ``movements`` (list of dict with ``date``, ``move``, ``ref``,
            ``amount``, ``balance`` after it), ``closing``, ``items`` (open at ``date_to``)
        """
        customer = partner.commercial_partner_id
        domain = [
            ("company_id", "=", company.id),
            ("partner_id", "=", customer.id),
            ("parent_state", "=", "posted"),
            ("account_id.account_type", "=", "asset_receivable"),
        ]
        own = [("company_id", "=", company.id), ("partner_id", "=", customer.id)]
        if unit:
            domain.append(("move_id.business_unit_id", "=", unit.id))
            own.append(("business_unit_id", "=", unit.id))
        lines = self.env["account.move.line"]
        [(opening,)] = lines._read_group([*domain, ("date", "<", date_from)], [], ["balance:sum"])
        balance, movements = opening or 0.0, []
        days = [("date", ">=", date_from), ("date", "<=", date_to)]
        for line in lines.search([*domain, *days], order="date, move_id, id"):
            balance = company.currency_id.round(balance + line.balance)
            movements.append(
                {
                    "date": line.date,
                    "move": line.move_name,
                    "ref": line.ref or line.name or "",
                    "amount": line.balance,
                    "balance": balance,
                }
            )
        return {
            "opening": opening or 0.0,
            "movements": movements,
            "closing": balance,
            "items": self.env["account.open.item"]._at(date_to).search(own),
        }

    @api.model
    def _render_account(self, company, partner, date_from, date_to, unit=None):
        """Return the statement as bytes of a PDF; needs no record, so customers may ask."""
        reports = self.env["ir.actions.report"].with_company(company)
        data = {
            "company_id": company.id,
            "unit_id": unit.id if unit else False,
            "date_from": date_from,
            "date_to": date_to,
        }
        html = reports.with_context(debug=False)._render_qweb_html(
            REPORT, partner.ids, data={**data, "report_type": "pdf", "debug": False}
        )[0]
        return render_pdf(
            html.decode(), font=company.sudo().font, resolve=reports._get_document_image
        )

    def _render_statement(self):
        self.ensure_one()
        return self._render_account(
            self.company_id, self.partner_id, self.date_from, self.date_to, self.business_unit_id
        )

    # === DELIVERY === #

    def action_send(self):
        """Ask for the delivery by email."""
        self.env["billing.delivery"]._check_may_act()
        self._request_delivery(
            agreed={statement.id: "mail" for statement in self}, cause="sent", by_person=True
        )
        return self[:1].action_view_deliveries() if len(self) == 1 else True

    def action_print(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/account_open_items/statement/{self.id}",
            "target": "new",
        }

    def _post_delivery_message(self, delivery, message_id):
        self.ensure_one()
        if not self.partner_id.email:
            raise UserError(
                self.env._(
                    "%s has no email address. Enter one on the contact, or deliver it by post.",
                    self.partner_id.display_name,
                )
            )
        lang = self.env["billing.letter"]._get_letter_lang(self.partner_id, self.company_id)
        me = self.with_context(lang=lang)
        attachments = []
        if not delivery.is_link_only:
            attachments = [(me._get_filename(), me._render_statement())]
        me.message_post(
            body=plaintext2html(me._get_mail_text()),
            subject=me._get_subject(),
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.partner_id.ids,
            attachments=attachments,
            message_id=message_id,
            notify_skip_followers=True,
            force_send=False,
        )

    def _get_subject(self):
        return self.env._("Your statement of account of %s", format_date(self.env, self.date_to))

    def _get_filename(self):
        word = self.env._("Statement of account")
        return f"{word} {self.date_to}.pdf"

    def _get_mail_text(self):
        return self.env._(
            "Here is what happened on your account from %(first)s to %(last)s, and what is still "
            "to be paid. You always find the current one in your customer account: %(url)s",
            first=format_date(self.env, self.date_from),
            last=format_date(self.env, self.date_to),
            url=f"{self.get_base_url()}/my/account-statement",
        )

    def _get_delivery_pdf(self):
        return self._render_statement()

    @api.model
    def _get_default_span(self, company):
        """The last twelve months, for customers who did not choose."""
        today = company._get_billing_today()
        return today - timedelta(days=365), today
