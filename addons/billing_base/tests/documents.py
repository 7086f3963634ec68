"""Base class for tests that read printed documents (public API)."""

import io
import re

from pypdf import PdfReader

from odoo import Command

from .common import BillingCommon

IBAN = "DE02120300000000202051"


class DocumentsCommon(BillingCommon):
    """A company in Berlin with a bank account, an English and a German customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("de_DE")
        cls.company.sudo().write(
            {
                "name": "Nordlicht Systeme GmbH",
                "street": "Kastanienallee 12",
                "zip": "10435",
                "city": "Berlin",
                "country_id": cls.env.ref("base.de").id,
                "vat": "DE123456788",
                "company_registry": "HRB 12345",
            }
        )
        cls.bank = cls.env["res.partner.bank"].create(
            {"acc_number": IBAN, "partner_id": cls.company.partner_id.id}
        )
        cls.german = cls._create_customer("Hanse Handel GmbH", "de_DE", "base.de")
        cls.british = cls._create_customer("Acme Widgets Ltd", "en_US", "base.uk")
        cls.euro = cls.env.ref("base.EUR")
        cls.euro.active = True
        cls.tax = cls.company_data["default_tax_sale"]

    @classmethod
    def _create_customer(cls, name, lang, country, **values):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "lang": lang,
                "country_id": cls.env.ref(country).id,
                "street": "Hafenstr. 27",
                "zip": "20457",
                "city": "Hamburg",
                "is_company": True,
                **values,
            }
        )

    @classmethod
    def _prepare_line(cls, name="Base fee", price=100.0, quantity=1, taxes=(), **values):
        return Command.create(
            {
                "name": name,
                "quantity": quantity,
                "price_unit": price,
                "tax_ids": [Command.set([tax.id for tax in taxes])],
                "account_id": cls.company_data["default_account_revenue"].id,
                **values,
            }
        )

    @classmethod
    def _create_document(cls, *lines, post=True, **values):
        """Return an invoice in euros to the British customer, posted unless told otherwise."""
        defaults = {
            "move_type": "out_invoice",
            "partner_id": cls.british.id,
            "currency_id": cls.euro.id,
            "invoice_date": "2026-01-15",
            "invoice_date_due": "2026-02-14",
            "invoice_payment_term_id": False,
            "partner_bank_id": cls.bank.id,
            "invoice_line_ids": list(lines) or [cls._prepare_line()],
        }
        move = cls.env["account.move"].create({**defaults, **values})
        if post:
            move._post(soft=False)
        return move

    @classmethod
    def _print(cls, moves, **data):
        """Return the PDF that the print menu gives for ``moves``."""
        reports = cls.env["ir.actions.report"]
        return reports._render_qweb_pdf("account.account_invoices", moves.ids, data=data)[0]

    @classmethod
    def _read_pages(cls, pdf):
        """Return the text of each page, white space made even."""
        return [
            re.sub(r"[ \t\xa0\u202f]+", " ", page.extract_text())
            for page in PdfReader(io.BytesIO(pdf)).pages
        ]

    @classmethod
    def _read(cls, moves, **data):
        """Return the text of the printed ``moves``."""
        return "\n".join(cls._read_pages(cls._print(moves, **data)))
