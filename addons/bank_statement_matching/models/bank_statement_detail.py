from odoo import fields, models


class BankStatementDetail(models.Model):
    """A payment of a collective entry, or one that a notification (camt.054) told of."""

    _name = "bank.statement.detail"
    _description = "Payment of a Bank Statement Entry"
    _order = "line_id, id"

    import_id = fields.Many2one(
        "bank.statement.import", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="import_id.company_id", store=True, index=True)
    line_id = fields.Many2one(
        "account.bank.statement.line", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    notice_key = fields.Char(
        readonly=True,
        index="btree_not_null",
        help="What the entry of a notification is called by the bank, until it is booked.",
    )
    notice_count = fields.Integer(readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(readonly=True)
    is_amount_known = fields.Boolean(readonly=True, default=True)
    end_to_end_id = fields.Char(string="End-to-End ID", readonly=True, index="btree_not_null")
    mandate_reference = fields.Char(readonly=True)
    batch_reference = fields.Char(string="Batch", readonly=True)
    original_amount = fields.Monetary(readonly=True)
    charge_amount = fields.Monetary(string="Bank Charges", readonly=True)
    return_reason = fields.Char(readonly=True)
    partner_name = fields.Char(string="Name", readonly=True)
    account_number = fields.Char(string="IBAN", readonly=True)
    creditor_reference = fields.Char(string="Structured Reference", readonly=True)
    payment_ref = fields.Char(string="Text", readonly=True)
    bank_codes = fields.Char(readonly=True)
    is_processed = fields.Boolean(string="Booked", readonly=True, copy=False)

    def _prepare_values(self, detail, currency):
        """Values for a payment as the file has it (``core.records.Detail``)."""
        return {
            "currency_id": currency.id,
            "amount": float(detail.amount or 0),
            "is_amount_known": detail.amount is not None,
            "end_to_end_id": detail.end_to_end_id,
            "mandate_reference": detail.mandate_id,
            "batch_reference": detail.batch_id,
            "original_amount": float(detail.original_amount or 0),
            "charge_amount": float(detail.charges or 0),
            "return_reason": detail.reason,
            "partner_name": detail.name,
            "account_number": detail.iban,
            "creditor_reference": detail.reference,
            "payment_ref": detail.text,
            "bank_codes": " ".join(detail.codes),
        }
