from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date


class BillingSubscription(models.Model):
    """A contract that is paid by direct debit has a mandate."""

    _inherit = "billing.subscription"

    sepa_mandate_id = fields.Many2one(
        "sepa.mandate",
        "SEPA Mandate",
        check_company=True,
        copy=False,
        index="btree_not_null",
        tracking=True,
        help="The invoices are collected with it. Until it is signed they wait.",
    )
    sepa_debtor_id = fields.Many2one("res.partner", compute="_compute_sepa_debtor_id")

    @api.depends(lambda self: self._get_payer_fields())
    def _compute_sepa_debtor_id(self):
        for contract in self:
            contract.sepa_debtor_id = contract._get_payer().commercial_partner_id

    def _get_payer_fields(self):
        return [name for name in ("partner_id", "partner_invoice_id") if name in self._fields]

    @api.constrains("sepa_mandate_id", "partner_id")
    def _check_sepa_mandate(self):
        for contract in self.filtered("sepa_mandate_id"):
            mandate = contract.sepa_mandate_id
            if mandate.commercial_partner_id != contract._get_payer().commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "The mandate %(mandate)s belongs to %(owner)s, but %(payer)s pays the "
                        "contract %(contract)s. Choose a mandate of the payer.",
                        mandate=mandate.name,
                        owner=mandate.commercial_partner_id.display_name,
                        payer=contract._get_payer().display_name,
                        contract=contract.name,
                    )
                )
            if not mandate.creditor_id._get_payment_method_line():
                raise ValidationError(
                    self.env._(
                        "The bank %(bank)s of the mandate %(mandate)s knows no direct debits. Add "
                        "“SEPA Direct Debit” to the incoming payments of this journal.",
                        bank=mandate.creditor_id.journal_id.display_name,
                        mandate=mandate.name,
                    )
                )

    def _get_payment_method_line(self):
        mandate = self.sudo().sepa_mandate_id
        return mandate.creditor_id._get_payment_method_line() or super()._get_payment_method_line()

    def _get_document_key(self):
        return (*super()._get_document_key(), self.sepa_mandate_id.id)

    def _prepare_invoice_values(self, items, today, run):
        values = super()._prepare_invoice_values(items, today, run)
        if self[0].sepa_mandate_id and values["move_type"] == "out_invoice":
            values["sepa_mandate_id"] = self[0].sepa_mandate_id.id
        return values

    def _get_mandate_use(self):
        """Return what the customer reads before the mandate is changed or revoked."""
        names = {"contract": self.name, "plan": self.plan_id.name}
        if not self.next_billing_date:
            return self.env._("Contract %(contract)s (%(plan)s)", **names)
        return self.env._(
            "Contract %(contract)s (%(plan)s), next invoice on %(date)s",
            date=format_date(self.env, self.next_billing_date),
            **names,
        )
