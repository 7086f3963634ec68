from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import format_date, formatLang, is_html_empty

from ..core.credit_transfer import group_iban
from ..core.document import digits_needed, place_rows, split_text

# A row with more lines may be split over pages.
MAX_LINES_TOGETHER = 12
MAX_PRICE_DIGITS = 6


class ReportInvoice(models.AbstractModel):
    """Invoices as the template shows them: every text and number ready to print."""

    _name = "report.billing_base.report_invoice"
    _inherit = "billing.letter"
    _description = "Invoice"

    @api.model
    def _get_report_values(self, docids, data=None):
        data = data or {}
        prefetch = self.env.context.get("billing_prefetch_ids") or docids
        moves = self.env["account.move"].browse(docids).with_prefetch(prefetch)
        options = {
            "proforma": bool(data.get("proforma") or self.env.context.get("proforma_invoice")),
            "payments": data.get("asked_report") != "account.report_invoice",
        }
        return {
            "doc_ids": docids,
            "doc_model": "account.move",
            "report_type": data.get("report_type"),
            "docs": [self._get_document_of(move, **options) for move in moves],
        }

    @api.model
    def _get_document_of(self, move, proforma=False, payments=True):
        """Return the document of ``move`` in the language of its customer."""
        lang = self._get_letter_lang(move.partner_id, move.company_id)
        move = move.with_context(lang=lang)
        return self.with_context(lang=lang)._prepare_document(move, proforma, payments)

    @api.model
    def _prepare_document(self, move, proforma, payments):
        title = move._get_document_title(proforma=proforma)
        number = move.name if move.name and move.name != "/" else ""
        notice = move._get_payment_notice()
        return {
            "move": move,
            "lang": self.env.lang,
            "letter": self._get_letter(
                move.company_id,
                move.partner_id,
                move.business_unit_id,
                subject=f"{title} {number}".strip(),
                info=self._get_info(move),
                watermark=self._get_state_mark(move),
                vat=move.fiscal_position_id.foreign_vat or "",
                bank=move.sudo().partner_bank_id if move.is_inbound() else None,
            ),
            "intro": self._get_intro(move),
            "closing": self._get_html(move.business_unit_id.sudo().document_closing),
            "table": self._format_table(move._get_document_rows(), move.currency_id),
            "totals": self._get_totals(move, payments),
            "company_totals": self._get_company_totals(move),
            "discount": self._get_discount(move),
            "instalments": self._get_instalments(move),
            "notice": notice.text,
            "transfer": self._get_transfer(move) if notice.is_transfer_expected else None,
            "terms": move.is_inbound() and self._get_html(move.invoice_payment_term_id.note),
            "notes": self._get_notes(move),
        }

    # === TEXTS === #

    @api.model
    def _get_html(self, text):
        return "" if is_html_empty(text) else text

    @api.model
    def _get_state_mark(self, move):
        if move.state == "cancel":
            return self.env._("CANCELLED")
        return self.env._("DRAFT") if move.state == "draft" else ""

    @api.model
    def _get_intro(self, move):
        intro = self._get_html(move.business_unit_id.sudo().document_intro)
        if intro and move.move_type != "out_refund":
            return intro
        if move.move_type == "out_refund":
            if corrected := move.reversed_entry_id:
                return self.env._(
                    "We correct our invoice %(number)s of %(date)s as follows:",
                    number=corrected.name,
                    date=format_date(self.env, corrected.invoice_date),
                )
            return self.env._("We correct our invoicing as follows:")
        return self.env._("We invoice the following:")

    @api.model
    def _get_notes(self, move):
        """Legal notes first, then what was written for this document."""
        notes = (move.taxes_legal_notes, move.fiscal_position_id.note, move.narration)
        return [note for note in notes if not is_html_empty(note)]

    # === INFORMATION BLOCK === #

    @api.model
    def _get_info(self, move):
        """Return ``(label, value)`` of the information block, empty values left out."""
        is_refund = move.move_type == "out_refund"
        partner = move.commercial_partner_id
        rows = [
            (self.env._("Number"), move.name if move.name != "/" else ""),
            (self.env._("Date"), self._date(move.invoice_date)),
            (self.env._("Customer no."), move.partner_id.ref or partner.ref),
            (self.env._("Reference") if is_refund else self.env._("Your reference"), move.ref),
            (self.env._("Contract / order"), move.invoice_origin),
            self._get_service_info(move),
            (self.env._("Corrects"), is_refund and move.reversed_entry_id.name),
            (self.env._("Incoterm"), self._get_incoterm(move)),
            (self.env._("Due date"), not is_refund and self._date(move.invoice_date_due)),
            (self.env._("Your VAT ID"), move.partner_id.vat or partner.vat),
            (self.env._("Delivery to"), self._get_delivery_address(move)),
        ]
        return [(label, value) for label, value in rows if value]

    @api.model
    def _get_service_info(self, move):
        if period := move._get_service_period():
            first, last = map(self._date, period)
            return self.env._("Service period"), first if first == last else f"{first} – {last}"
        return self.env._("Delivery date"), self._date(move.delivery_date)

    @api.model
    def _get_incoterm(self, move):
        terms = (
            move.invoice_incoterm_id.code,
            move.invoice_incoterm_id and move.incoterm_location,
        )
        return " ".join(filter(None, terms))

    @api.model
    def _get_delivery_address(self, move):
        place = move.partner_shipping_id
        if not place or place == move.partner_id:
            return ""
        streets = {
            partner._display_address(without_company=True) for partner in place + move.partner_id
        }
        return self._get_letter_address(move.company_id, place) if len(streets) > 1 else ""

    @api.model
    def _date(self, date):
        return format_date(self.env, date) if date else ""

    # === TABLE === #

    @api.model
    def _format_table(self, rows, currency):
        """Return the columns that are needed and the rows of the table, ready to print."""
        currency = currency.with_context(lang=self.env.lang)
        placed = place_rows(rows)
        return {
            "currency": currency.name,
            "has_discount": any(row.discount for row in rows),
            "has_taxes": any(row.taxes for row in rows),
            "rows": [self._format_row(one, currency) for one in placed],
        }

    @api.model
    def _format_row(self, placed, currency):
        row = placed.row
        name, more = split_text(row.text)
        carried = currency.format(float(placed.carried))
        is_short = len(more) < MAX_LINES_TOGETHER and len(row.text) < 1500
        return {
            "kind": row.kind,
            "name": name,
            "more": "\n".join(more),
            "number": placed.number,
            "level": min(row.level, 2),
            "quantity": self._number(row.quantity, 0, self._digits("Product Unit")),
            "unit": row.unit,
            "price": self._price(row.price, currency),
            "discount": row.discount and f"{self._number(row.discount, 0, 2)} %",
            "taxes": row.taxes,
            "amount": self._number(row.amount, currency.decimal_places, currency.decimal_places),
            "foot": self.env._("Carried forward: %s", carried),
            "head": self.env._("Brought forward: %s", carried),
            "is_short": is_short,
        }

    @api.model
    def _digits(self, usage):
        return self.env["decimal.precision"].precision_get(usage)

    @api.model
    def _price(self, price, currency):
        # Odoo keeps every decimal of a price; the ones that count are printed.
        at_most = max(self._digits("Product Price"), currency.decimal_places, MAX_PRICE_DIGITS)
        return self._number(price, currency.decimal_places, at_most)

    @api.model
    def _number(self, value, at_least, at_most):
        if value is None:
            return ""
        digits = digits_needed(value, at_least, at_most)
        return formatLang(self.env, float(value), digits=digits)

    # === TOTALS === #

    @api.model
    def _get_totals(self, move, payments=True):
        """Return ``(kind, label, amount)`` from the net amount to what is still to be paid."""
        money = move.currency_id.with_context(lang=self.env.lang).format
        totals = move.tax_totals or {}
        rows = []
        for subtotal in totals.get("subtotals", []):
            groups = subtotal["tax_groups"]
            if groups:
                rows.append(("net", subtotal["name"], money(subtotal["base_amount_currency"])))
            for group in groups:
                label = self._get_tax_label(group, "display_base_amount_currency", money)
                rows.append(("tax", label, money(group["tax_amount_currency"])))
        if rounding := totals.get("cash_rounding_base_amount_currency"):
            rows.append(("tax", self.env._("Rounding"), money(rounding)))
        rows.append(("grand", self.env._("Total"), money(move.amount_total)))
        return rows + (self._get_payments(move, money) if payments else [])

    @api.model
    def _get_tax_label(self, group, base_key, money):
        base = group[base_key]
        if base is False or base is None:
            return group["group_name"]
        return self.env._("%(tax)s on %(base)s", tax=group["group_name"], base=money(base))

    @api.model
    def _get_payments(self, move, money):
        widget = move.sudo().invoice_payments_widget or {}
        paid = {}
        for payment in widget.get("content", []):
            if not payment["is_exchange"]:
                # A payment of several instalments is one payment.
                key = (payment["date"], payment["is_refund"], payment["move_id"])
                paid[key] = paid.get(key, 0.0) + payment["amount"]
        rows = []
        for (date, is_refund, _move_id), amount in sorted(paid.items(), key=lambda one: one[0][0]):
            label = self._get_payment_label(move, self._date(fields.Date.to_date(date)), is_refund)
            rows.append(("paid", label, money(-amount)))
        if rows:
            rows.append(("due", self.env._("Amount due"), money(move.amount_residual)))
        return rows

    @api.model
    def _get_payment_label(self, move, date, is_refund):
        if move.move_type == "out_refund":
            return self.env._("Refunded or offset on %s", date)
        if is_refund:
            return self.env._("Credited on %s", date)
        return self.env._("Paid on %s", date)

    @api.model
    def _get_company_totals(self, move):
        """Return the lines that state the taxes in the company's currency, where they must be."""
        totals = move.tax_totals or {}
        if not totals.get("display_in_company_currency"):
            return None
        company_currency = move.company_currency_id.with_context(lang=self.env.lang)
        money, lines = company_currency.format, []
        for subtotal in totals["subtotals"]:
            for group in subtotal["tax_groups"]:
                label = self._get_tax_label(group, "display_base_amount", money)
                lines.append((label, money(group["tax_amount"])))
        lines.append((self.env._("Total"), money(totals["total_amount"])))
        rate = self._number(Decimal(str(move.invoice_currency_rate)), 2, 6)
        return {
            "title": self.env._(
                "Taxes in %(currency)s (1 %(currency)s = %(rate)s %(foreign)s)",
                currency=company_currency.name,
                rate=rate,
                foreign=move.currency_id.name,
            ),
            "lines": lines,
        }

    # === PAYMENT === #

    @api.model
    def _get_discount(self, move):
        """Return until when less is to be paid: ``(date, percent, amount)`` as text, or ``None``."""
        if move.state != "posted" or not move._is_eligible_for_early_payment_discount(
            move.currency_id, move.invoice_date
        ):
            return None
        line = move.line_ids.filtered(lambda line: line.display_type == "payment_term")[:1]
        money = move.currency_id.with_context(lang=self.env.lang).format
        percent = Decimal(str(move.invoice_payment_term_id.discount_percentage))
        return {
            "date": self._date(line.discount_date),
            "percent": f"{self._number(percent, 0, 2)} %",
            "saved": money(line.amount_currency - line.discount_amount_currency),
            "amount": money(line.discount_amount_currency),
            "due_date": self._date(line.date_maturity),
            "total": money(line.amount_currency),
        }

    @api.model
    def _get_instalments(self, move):
        """Return ``(date, amount)`` of each instalment, if there are several."""
        lines = move.line_ids.filtered(lambda line: line.display_type == "payment_term")
        if len(lines) < 2 or move.move_type == "out_refund":
            return []
        money = move.currency_id.with_context(lang=self.env.lang).format
        lines = lines.sorted(lambda line: (line.date_maturity or line.date, line.id))
        return [(self._date(line.date_maturity), money(line.amount_currency)) for line in lines]

    @api.model
    def _get_transfer(self, move):
        """Return what the customer needs to transfer the money, and the code if there is one."""
        bank = move.sudo().partner_bank_id
        if not bank:
            return None
        amount, _date = move._get_next_instalment()
        text = move.currency_id.with_context(lang=self.env.lang).format(amount)
        name = bank.acc_holder_name or bank.partner_id.name
        is_iban = bank.acc_type == "iban"
        rows = [
            (self.env._("Recipient"), name),
            (
                self.env._("IBAN") if is_iban else self.env._("Account"),
                group_iban(bank.acc_number) if is_iban else bank.acc_number,
            ),
            (self.env._("BIC"), bank.bank_id.bic),
            (self.env._("Bank"), bank.bank_id.name),
            (self.env._("Amount"), text),
            (self.env._("Reference"), move.payment_reference or move.name),
        ]
        return {
            "rows": [(label, value) for label, value in rows if value],
            "code": move._get_transfer_code(),
            "alt": self.env._(
                "QR code for the transfer of %(amount)s to %(name)s", amount=text, name=name
            ),
        }
