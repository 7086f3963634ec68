from datetime import timedelta
from decimal import Decimal

from odoo import api, models

from ..core.document import DocumentRow
from ..pdf.renderer import render_pdf


class ReportInvoiceSample(models.AbstractModel):
    """An invoice that does not exist, to look at a letterhead before anything is sent."""

    _inherit = "report.billing_base.report_invoice"

    @api.model
    def _render_sample(self, unit):
        """Return the PDF of a sample invoice of ``unit`` in the language of the user."""
        html = self.env["ir.qweb"]._render(
            "billing_base.report_invoice", {"docs": [self._prepare_sample(unit)]}
        )
        resolve = self.env["ir.actions.report"]._get_document_image
        return render_pdf(str(html), font=unit.sudo().company_id.font, resolve=resolve)

    @api.model
    def _prepare_sample(self, unit):
        company = unit.sudo().company_id
        currency = company.currency_id.with_context(lang=self.env.lang)
        today = company._get_billing_today()
        subject = self.env._("Invoice %s", "SAMPLE/00042")
        net, tax = Decimal("258.00"), Decimal("49.02")
        return {
            "move": self.env["account.move"],
            "lang": self.env.lang,
            "letter": self._get_letter(
                company,
                self.env["res.partner"],
                unit,
                subject=subject,
                info=self._get_sample_info(today),
                watermark=self.env._("SAMPLE"),
            )
            | {"address": self._get_sample_address()},
            "intro": self._get_html(unit.document_intro)
            or self.env._("We invoice the following:"),
            "closing": self._get_html(unit.document_closing),
            "table": self._format_table(self._get_sample_rows(today), currency),
            "totals": [
                ("net", self.env._("Untaxed amount"), currency.format(float(net))),
                ("tax", self.env._("Taxes 19 %"), currency.format(float(tax))),
                ("grand", self.env._("Total"), currency.format(float(net + tax))),
            ],
            "company_totals": None,
            "discount": None,
            "instalments": [],
            "notice": None,
            "transfer": self._get_sample_transfer(unit, currency, net + tax),
            "terms": self._get_html(unit.sudo().invoice_payment_term_id.note),
            "notes": [],
        }

    @api.model
    def _get_sample_address(self):
        return [
            self.env._("Sample Customer Ltd"),
            self.env._("Jane Doe"),
            self.env._("1 Sample Street"),
            self.env._("12345 Sampletown"),
        ]

    @api.model
    def _get_sample_info(self, today):
        return [
            (self.env._("Number"), "SAMPLE/00042"),
            (self.env._("Date"), self._date(today)),
            (self.env._("Customer no."), "10042"),
            (self.env._("Due date"), self._date(today + timedelta(days=14))),
        ]

    @api.model
    def _get_sample_rows(self, today):
        period = f"{self._date(today)} – {self._date(today + timedelta(days=30))}"
        fee, seats = self.env._("Base fee"), self.env._("Seats")
        return [
            DocumentRow(
                "item",
                f"{fee}\n{period}",
                quantity=Decimal(1),
                price=Decimal("49.00"),
                amount=Decimal("49.00"),
            ),
            DocumentRow(
                "item",
                f"{seats}\n{period}",
                quantity=Decimal(11),
                price=Decimal("19.00"),
                amount=Decimal("209.00"),
            ),
        ]

    @api.model
    def _get_sample_transfer(self, unit, currency, total):
        """The account customers would pay to; no code, so that nobody pays a sample."""
        bank = unit.sudo().partner_bank_id
        if not bank:
            return None
        lines = [line for line in self._get_letter_bank(bank) if line]
        name = bank.acc_holder_name or bank.partner_id.name
        rows = [
            (self.env._("Recipient"), name),
            (self.env._("Account"), " · ".join(lines)),
            (self.env._("Amount"), currency.format(float(total))),
        ]
        return {"rows": rows, "code": None, "alt": ""}
