from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    _inherit = "account.move"

    business_unit_id = fields.Many2one(
        "billing.business.unit",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        help="Part of the company this document belongs to.",
    )
    is_billing_sandbox = fields.Boolean(related="company_id.is_billing_sandbox")

    # === DEFAULTS OF THE UNIT === #
    # The unit only proposes where core would choose something itself; what the user, the caller
    # or the customer's own terms say wins. No field of core gets a new dependency, so changing
    # the unit of an existing draft by code leaves its number range and terms alone.

    def _search_default_journal(self):
        journal = self.business_unit_id.journal_id
        if len(self) == 1 and journal.active and journal.type in self._get_valid_journal_types():
            return journal
        return super()._search_default_journal()

    def _compute_invoice_payment_term_id(self):
        result = super()._compute_invoice_payment_term_id()
        for move in self.filtered(lambda m: m.is_sale_document() and m.business_unit_id):
            if not move.invoice_payment_term_id:
                move.invoice_payment_term_id = move.business_unit_id.invoice_payment_term_id
        return result

    def _compute_partner_bank_id(self):
        result = super()._compute_partner_bank_id()
        for move in self.filtered(lambda m: m.is_sale_document() and m.is_inbound()):
            if bank := move.business_unit_id.partner_bank_id:
                move.partner_bank_id = bank
        return result

    @api.onchange("business_unit_id")
    def _onchange_business_unit_id(self):
        if self.state == "draft" and self.is_sale_document(include_receipts=True):
            self.update(self._get_unit_proposal())

    def _get_unit_proposal(self):
        """Return the values the chosen unit proposes for this draft, without the unit itself."""
        values = self.business_unit_id._prepare_invoice_defaults(self.partner_id)
        values.pop("business_unit_id", None)
        if self.posted_before:
            # It has, or had, a number of its journal.
            values.pop("journal_id", None)
        if not self.is_inbound():
            # We pay the customer: the account is theirs.
            values.pop("partner_bank_id", None)
        return values

    def _get_mail_template(self):
        """The unit's own template, if all of these have the same one."""
        fields_of_types = {
            "out_invoice": "invoice_mail_template_id",
            "out_refund": "credit_note_mail_template_id",
        }
        if len(types := set(self.mapped("move_type"))) == 1 and (types & fields_of_types.keys()):
            name = fields_of_types[types.pop()]
            templates = {move.business_unit_id[name] for move in self}
            if len(templates) == 1 and (template := templates.pop()):
                return template
        return super()._get_mail_template()

    # === CONSISTENCY === #

    def write(self, vals):
        if "business_unit_id" in vals:
            self._check_business_unit_change(vals["business_unit_id"])
        return super().write(vals)

    def _check_business_unit_change(self, unit_id):
        """The unit decides letterhead and number range, so a posted invoice keeps it.

        Invoices from before units were introduced may be assigned to one afterwards.
        """
        for move in self:
            unit = move.business_unit_id
            if unit and unit.id != unit_id and move.state == "posted" and move.is_invoice(True):
                raise UserError(
                    self.env._(
                        "The business unit of the posted invoice %(invoice)s cannot be changed. "
                        "Reverse the invoice and create a new one for the other unit.",
                        invoice=move.display_name,
                    )
                )
