from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.identifiers import IdentifierError, check_iban
from .sepa_texts import describe_error


class SepaMandate(models.Model):
    """Mandates of another system, taken over from a file."""

    _inherit = "sepa.mandate"

    iban = fields.Char(
        "IBAN",
        compute="_compute_iban",
        inverse="_inverse_iban",
        help="Of the account to be debited. For files: the account is entered when it is new.",
    )

    @api.depends("partner_bank_id.acc_number")
    def _compute_iban(self):
        for mandate in self:
            mandate.iban = mandate.partner_bank_id.acc_number

    def _inverse_iban(self):
        for mandate in self.filtered("iban"):
            customer = mandate.commercial_partner_id
            try:
                iban = check_iban(mandate.iban)
            except IdentifierError as error:
                label = self.env._("IBAN of %s", mandate.name)
                raise ValidationError(describe_error(self.env, label, error)) from error
            mandate.partner_bank_id = mandate._get_account(customer, iban, customer.name)

    @api.model
    def get_import_templates(self):
        label = self.env._("Import Template for Mandates")
        return [{"label": label, "template": "/sepa_debit/static/templates/mandates.csv"}]

    @api.model_create_multi
    def create(self, vals_list):
        """What a file brings with the date of its signature is in force."""
        mandates = super().create(vals_list)
        if self.env.context.get("import_file"):
            mandates.filtered("signed_on")._take_over()
        return mandates

    def _take_over(self):
        # The debtor's bank knows what was debited before: changes have to be announced to it.
        self.filtered("last_presented_on").was_settled = True
        self._check_scheme_of_file()
        self._set_state("active")

    def _check_scheme_of_file(self):
        for mandate in self.filtered(lambda m: m.last_presented_on):
            if mandate.last_presented_on < mandate.signed_on:
                raise ValidationError(
                    self.env._(
                        "Last Collection: %(mandate)s cannot have been debited before it was "
                        "signed. Correct one of the dates.",
                        mandate=mandate.name,
                    )
                )
