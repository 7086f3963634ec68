from odoo import api, models
from odoo.tools import is_html_empty

from ..core.credit_transfer import group_iban
from ..core.letter import address_lines, first_colour, ink, return_line, text_colour
from ..pdf.images import image_address

DEFAULT_PRIMARY, DEFAULT_SECONDARY = "#2b3a55", "#5b6b84"


class BillingLetter(models.AbstractModel):
    _name = "billing.letter"
    _description = "Letterhead of Documents"

    @api.model
    def _get_letter_lang(self, partner, company):
        """Return the language of a letter to ``partner``: theirs, else the company's."""
        return partner.lang or company.sudo().partner_id.lang or self.env.lang or "en_US"

    @api.model
    def _get_letter(self, company, partner, unit=None, **values):
        """Return what the template ``billing_base.letter`` needs besides its own text.

        Contract: to be called in the language of the letter. Colours, logo and sender are those of
        the unit, else of the company. ``values`` are put on top: ``subject`` (also the title of
        the file), ``info`` (list of (label, value) of the information block), ``watermark``,
        ``vat`` (our VAT ID, if another one than the company's counts), ``bank``
        (res.partner.bank).

        :param company: res.company that sends the letter
        :param partner: res.partner it is addressed to
        :param unit: billing.business.unit, optional
        :rtype: dict
        """
        company = company.sudo().with_context(lang=self.env.lang)
        unit = (unit or self.env["billing.business.unit"]).sudo().with_context(lang=self.env.lang)
        values = {"subject": "", "info": [], "watermark": "", "vat": "", "bank": None} | values
        primary = first_colour(
            [unit.primary_color or "", company.primary_color or ""], DEFAULT_PRIMARY
        )
        secondary = first_colour(
            [unit.secondary_color or "", company.secondary_color or ""], DEFAULT_SECONDARY
        )
        return {
            "lang": (self.env.lang or "en_US").replace("_", "-"),
            "is_rtl": self.env["res.lang"]._get_data(code=self.env.lang).direction == "rtl",
            "font": company.font,
            "colours": {
                "primary": primary,
                "primary-ink": ink(primary),
                "primary-text": text_colour(primary),
                "secondary": secondary,
            },
            "sender": unit.name or company.name,
            "logo": self._get_letter_logo(company, unit),
            "return_line": self._get_letter_return_line(company, unit),
            "address": self._get_letter_address(company, partner),
            "foot": self._get_letter_foot(company, unit, values["vat"], values["bank"]),
            "foot_text": self._get_letter_foot_text(company, unit),
            **values,
            "watermark": self._get_letter_watermark(company) or values["watermark"],
        }

    @api.model
    def _get_letter_watermark(self, company):
        if company.is_billing_sandbox:
            return self.env._("TEST – not an invoice")
        return ""

    @api.model
    def _get_letter_logo(self, company, unit):
        """Address of the image, or ``None``: the name is printed instead."""
        logo = unit.logo or (not company.uses_default_logo and company.logo)
        return image_address(logo)

    @api.model
    def _get_letter_return_line(self, company, unit):
        if unit.return_address:
            return return_line(unit.return_address.splitlines())
        own = company.partner_id
        town = " ".join(filter(None, (own.zip, own.city)))
        return return_line([company.name, own.street or "", own.street2 or "", town])

    @api.model
    def _get_letter_address(self, company, partner):
        """Lines of the address field; the country only abroad, in capitals."""
        lines = [partner.commercial_company_name or "", partner.name or ""]
        country = partner.country_id
        for line in partner._display_address(without_company=True).splitlines():
            if country and line.strip() == country.name:
                line = "" if country == company.country_id else country.name.upper()
            lines.append(line)
        return address_lines(lines)

    # === FOOT === #

    @api.model
    def _get_letter_foot(self, company, unit, vat="", bank=None):
        """Columns of lines with what the law wants to see on business letters.

        To be extended by localisations, e.g. with a court of registration.
        """
        own = company.partner_id
        columns = [
            [company.name, *own._display_address(without_company=True).splitlines()],
            [
                unit.phone or company.phone,
                self._get_letter_email(company, unit),
                unit.website or company.website,
            ],
            self._get_letter_registration(company, vat),
            self._get_letter_bank(bank or unit.partner_bank_id or own.bank_ids[:1]),
        ]
        columns = [
            [line.strip() for line in column if line and line.strip()] for column in columns
        ]
        return [column for column in columns if column]

    @api.model
    def _get_letter_email(self, company, unit):
        return unit.email_from_normalized or company.email

    @api.model
    def _get_letter_registration(self, company, vat):
        lines = []
        if vat := vat or company.vat:
            lines.append(f"{self._get_vat_label(company.account_fiscal_country_id)}: {vat}")
        if company.company_registry:
            lines.append(self.env._("Registration no.: %s", company.company_registry))
        return lines

    @api.model
    def _get_vat_label(self, country):
        """What the tax number is called: "VAT ID", or the country's own word."""
        label = country.vat_label
        return label if label and label.upper() != "VAT" else self.env._("VAT ID")

    @api.model
    def _get_letter_bank(self, bank):
        if not bank:
            return []
        return [
            bank.bank_id.name,
            group_iban(bank.acc_number) if bank.acc_type == "iban" else bank.acc_number,
            bank.bank_id.bic and f"BIC: {bank.bank_id.bic}",
        ]

    @api.model
    def _get_letter_foot_text(self, company, unit):
        for text in (unit.document_footer, company.report_footer):
            if not is_html_empty(text):
                return text
        return ""
