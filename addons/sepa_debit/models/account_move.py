from collections import defaultdict

from odoo import fields, models

from odoo.addons.billing_base.core.document import PaymentNotice

from ..core.collection import LIVE
from .account_payment_method import SEPA_DEBIT


class AccountMove(models.Model):
    _inherit = "account.move"

    sepa_mandate_id = fields.Many2one(
        "sepa.mandate",
        check_company=True,
        copy=False,
        index="btree_not_null",
        domain="[('commercial_partner_id', '=', commercial_partner_id)]",
        help="Mandate to collect with; empty for the customer's own choice.",
    )
    sepa_batch_id = fields.Many2one(
        "sepa.collection.batch",
        "Direct Debit File",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="File whose collections this entry books.",
    )

    # === DOCUMENT === #

    def _get_payment_notice(self):
        """Say when the amount is debited, and from which mandate: the pre-notification."""
        collections = self._get_sepa_collections_to_come()
        if not collections:
            return super()._get_payment_notice()
        texts = [collection._get_notice_text() for collection in collections]
        return PaymentNotice(" ".join(texts))

    def _get_sepa_collections_to_come(self):
        """Return the collections of this document that debtors may still be told of."""
        self.ensure_one()
        if self.state != "posted" or self.move_type != "out_invoice":
            return self.env["sepa.collection"]
        collections = self.sudo().line_ids.sepa_collection_ids
        return collections.filtered(lambda c: c.state in ("planned", "notified")).sorted(
            lambda c: (c.collect_on, c.id)
        )

    def _delivered_hook(self):
        """The invoice has told the debtor, if it said so."""
        result = super()._delivered_hook()
        self.sudo().line_ids.sepa_collection_ids._take_notice_of_invoice()
        return result

    # === CUSTOMER'S PAGES === #

    def _get_collection_texts(self):
        """Say when which amount is debited from which account."""
        texts = super()._get_collection_texts()
        collections = self.sudo().line_ids.sepa_collection_ids
        live = collections.filtered(lambda c: c.state in LIVE).sorted(
            lambda c: (c.collect_on, c.id)
        )
        return texts + [collection._get_portal_text() for collection in live]

    # === PLANNING === #

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._plan_sepa_collections()
        return posted

    def _plan_sepa_collections(self):
        """Plan the collection of invoices before they are printed: they announce it."""
        invoices = self.sudo().filtered(
            lambda m: (
                m.move_type == "out_invoice"
                and m.preferred_payment_method_line_id.code == SEPA_DEBIT
            )
        )
        by_day = defaultdict(lambda: self.env["account.move"].sudo())
        for invoice in invoices:
            today = invoice.partner_id._get_billing_today(invoice.company_id)
            by_day[invoice.company_id, today] |= invoice
        for (company, today), moves in by_day.items():
            lines = moves.line_ids.filtered_domain(self._get_sepa_domain(company))
            self.env["sepa.collection"].sudo()._plan(lines, today, "invoice")

    def _get_sepa_domain(self, company):
        return self.env["account.move.line"]._get_sepa_due_domain(company)

    def button_draft(self):
        reason = self.env._("The invoice was reset to draft.")
        self.sudo().line_ids.sepa_collection_ids._cancel_open(reason)
        return super().button_draft()

    def button_cancel(self):
        reason = self.env._("The invoice was cancelled.")
        self.sudo().line_ids.sepa_collection_ids._cancel_open(reason)
        return super().button_cancel()
