from collections import defaultdict

from odoo import api, models
from odoo.tools import format_amount

from ..core.standing import Status, status_of, urgency

LATE = (Status.OVERDUE, Status.RETURNED)


class CustomerPortalAccount(models.AbstractModel):
    """Rows of the tables of open items and of documents."""

    _inherit = "customer.portal.account"

    @api.model
    def _prepare_rows(self, partner, lines, facts):
        """Return one row per item, for the template ``customer_portal.document_table``."""
        todays = self._get_todays(partner, lines.company_id)
        online = self._get_online_ledgers(partner, lines)
        return [
            self._prepare_row(line, facts[line.id], todays[line.company_id.id], online)
            for line in lines
        ]

    @api.model
    def _prepare_row(self, line, item, today, online):
        move = line.move_id
        url = move.access_url if move.move_type in ("out_invoice", "out_refund") else False
        return {
            "label": self._get_item_label(line),
            "kind": self._get_kind(line),
            "date": move.invoice_date or line.date,
            "due": item.due if item.total > 0 else False,
            "amount": line.amount_residual_currency,
            "currency": line.currency_id,
            "status": self._prepare_status(line, item, today),
            "url": url,
            "pdf_url": url and f"{url}?report_type=pdf&download=true",
            "pay": item.ledger in online and self._prepare_pay_link(move, item),
        }

    @api.model
    def _get_kind(self, line):
        """Return the word beside the number, empty for an ordinary invoice."""
        if line.move_id.move_type == "out_refund":
            return self.env._("Credit note")
        if line.move_id.move_type == "out_invoice" and not line.currency_id.is_zero(
            line.amount_currency - line.move_id.amount_total
        ):
            return self.env._("Instalment")
        return ""

    @api.model
    def _prepare_pay_link(self, move, item):
        """Return address and words of the pay button, False where nobody should pay."""
        if not item.to_pay or not move._has_to_be_paid():
            return False
        url = f"{move.access_url}?payment=True"
        if move.currency_id.compare_amounts(float(item.to_pay), move.amount_residual):
            # The page asks for exactly the amount the button names.
            url += f"&amount={item.to_pay}"
        amount = format_amount(self.env, float(item.to_pay), move.currency_id)
        text = self.env._("Pay %(amount)s", amount=amount)
        return {"url": f"{url}#portal_pay", "text": text}

    @api.model
    def _get_online_ledgers(self, partner, lines):
        """Return the ledgers for which a way to pay online is set up."""
        providers = self.env["payment.provider"].sudo()
        ledgers = {(line.company_id, line.currency_id) for line in lines}
        return {
            (company, currency)
            for company, currency in ledgers
            if providers._get_compatible_providers(
                company.id, partner.id, 0.0, currency_id=currency.id
            )
        }

    # === DOCUMENTS === #

    @api.model
    def _prepare_document_rows(self, partner, moves):
        """Return one row per posted invoice or credit note, newest first, paid ones too.

        For pages of other addons, e.g. all invoices of one contract. Of a document with
        instalments the most urgent one gives the status. Documents that the user may not read
        are left out.

        :param partner: commercial partner
        :param moves: ``account.move``, in any environment
        """
        readable = moves.with_env(self.env)._filtered_access("read")
        lines = self.env["account.move.line"].sudo().search(
            [
                ("move_id", "in", readable.ids),
                ("parent_state", "=", "posted"),
                ("account_type", "=", "asset_receivable"),
            ]
        )  # fmt: skip
        facts = self._get_item_facts(lines)
        todays = self._get_todays(partner, lines.company_id)
        by_move = defaultdict(list)
        for line in lines:
            key = urgency(facts[line.id], todays[line.company_id.id])
            by_move[line.move_id].append((key, line.id))
        first = lines.browse(min(keys)[1] for keys in by_move.values())
        rows = []
        for row, line in zip(self._prepare_rows(partner, first, facts), first, strict=True):
            sign = -1 if line.move_id.move_type == "out_refund" else 1
            rows.append(row | {"amount": sign * line.move_id.amount_total})
        return sorted(rows, key=lambda row: (row["date"], row["label"]), reverse=True)

    @api.model
    def _get_overdue_moves(self, partner):
        """Return the invoices with an item that is overdue or came back, with sudo."""
        lines = self._get_open_lines(partner)
        facts = self._get_item_facts(lines)
        todays = self._get_todays(partner, lines.company_id)
        return lines.filtered(
            lambda line: status_of(facts[line.id], todays[line.company_id.id]) in LATE
        ).move_id
