import io
from datetime import date

from pypdf import PdfReader

from odoo import Command
from odoo.tests import tagged

from .documents import DocumentsCommon


@tagged("post_install", "-at_install")
class TestDocumentInvoice(DocumentsCommon):
    """What a printed invoice says."""

    def _money(self, amount, move):
        currency = move.currency_id.with_context(lang=move.partner_id.lang)
        return currency.format(amount).replace("\xa0", " ")

    # === CONTENT === #

    def test_english(self):
        self.british.ref = "K-10042"
        move = self._create_document(
            self._prepare_line("Base fee\n01/01/2026 – 01/31/2026", 1234.5, taxes=self.tax),
            ref="PO 4711",
            invoice_origin="S00042",
        )
        text = self._read(move)
        for expected in (
            f"Invoice {move.name}",
            "Nordlicht Systeme GmbH · Kastanienallee 12 · 10435 Berlin",
            "Acme Widgets Ltd",
            "UNITED KINGDOM",
            "K-10042",
            "PO 4711",
            "S00042",
            "01/15/2026",
            "02/14/2026",
            "Base fee",
            "01/01/2026 – 01/31/2026",
            "1,234.50",
            self._money(move.amount_tax, move),
            self._money(move.amount_total, move),
            "DE123456788",
            "HRB 12345",
            "DE02 1203 0000 0000 2020 51",
            "Page 1 of 1",
        ):
            self.assertIn(expected, text)
        for absent in ("DRAFT", "TEST", "Discount", "Carried", "Brought", "Corrects", "None"):
            self.assertNotIn(absent, text)

    def test_german(self):
        move = self._create_document(
            self._prepare_line("Grundgebühr", 1234.5, taxes=self.tax), partner_id=self.german.id
        )
        text = self._read(move)
        for expected in ("15.01.2026", "14.02.2026", "1.234,50", "Grundgebühr", "20457 Hamburg"):
            self.assertIn(expected, text)
        self.assertIn(self._money(move.amount_total, move), text)
        self.assertIn(move.with_context(lang="de_DE")._get_document_title(), text)
        # A letter within the country does not name it in the address.
        self.assertNotIn("DEUTSCHLAND", text)

    def test_every_printed_amount_is_the_ledgers(self):
        lines = [
            self._prepare_line(f"Item {number}", 33.33 + number, 3, self.tax, discount=number)
            for number in range(5)
        ]
        move = self._create_document(*lines)
        text = self._read(move)
        for line in move.invoice_line_ids:
            self.assertIn(f"{line.price_subtotal:,.2f}", text)
        receivable = self._items(move)
        self.assertIn(self._money(receivable.amount_currency, move), text)
        tax_lines = move.line_ids.filtered("tax_line_id")
        self.assertIn(self._money(-sum(tax_lines.mapped("amount_currency")), move), text)
        self.assertIn("4 %", text)

    def test_small_prices_show_their_decimals(self):
        move = self._create_document(self._prepare_line("API calls", 0.0015, 12340))
        text = self._read(move)
        self.assertIn("0.0015", text)
        self.assertIn("12,340", text)

    def test_taxes_by_rate(self):
        other = self.tax.copy({"name": "7%", "amount": 7, "invoice_label": "7%"})
        other.tax_group_id = self.tax.tax_group_id.copy({"name": "Reduced"})
        move = self._create_document(
            self._prepare_line("A", 200, taxes=self.tax), self._prepare_line("B", 50, taxes=other)
        )
        text = self._read(move)
        self.assertIn(f"{self.tax.tax_group_id.name} on {self._money(200, move)}", text)
        self.assertIn(f"Reduced on {self._money(50, move)}", text)
        self.assertIn(self._money(3.5, move), text)

    def test_company_currency(self):
        """In a foreign currency the taxes are stated in that of the company as well."""
        self.assertNotEqual(self.euro, self.company.currency_id)
        move = self._create_document(self._prepare_line(taxes=self.tax))
        text = self._read(move)
        self.assertIn(f"Taxes in {self.company.currency_id.name}", text)
        tax = -sum(move.line_ids.filtered("tax_line_id").mapped("balance"))
        self.assertIn(self.company.currency_id.format(tax).replace("\xa0", " "), text)
        own = self._create_document(
            self._prepare_line(taxes=self.tax), currency_id=self.company.currency_id.id
        )
        self.assertNotIn("Taxes in", self._read(own))

    def test_credit_note(self):
        invoice = self._create_document(self._prepare_line(taxes=self.tax))
        refund = invoice._reverse_moves([{"invoice_date": date(2026, 1, 20)}])
        refund.partner_bank_id = self.bank
        refund._post(soft=False)
        text = self._read(refund)
        self.assertIn(f"Credit note {refund.name}", text)
        self.assertIn(f"We correct our invoice {invoice.name} of 01/15/2026", text)
        self.assertIn(self._money(refund.amount_total, refund), text)
        self.assertNotIn("Please transfer", text)
        self.assertNotIn("Due date", text)

    def test_receipt_and_proforma(self):
        receipt = self._create_document(move_type="out_receipt")
        self.assertIn(f"Receipt {receipt.name}", self._read(receipt))
        invoice = self._create_document()
        self.assertIn(f"Pro forma invoice {invoice.name}", self._read(invoice, proforma=True))

    def test_sections_and_notes(self):
        move = self._create_document(
            Command.create({"display_type": "line_section", "name": "Cloud"}),
            self._prepare_line("Storage", 10),
            self._prepare_line("Transfer", 5),
            Command.create({"display_type": "line_subsection", "name": "Extras"}),
            self._prepare_line("Backup", 7),
            Command.create({"display_type": "line_note", "name": "Billed by the gigabyte"}),
        )
        rows = move._get_document_rows()
        self.assertEqual(
            [(row.kind, row.text, float(row.amount or 0), row.level) for row in rows],
            [
                ("section", "Cloud", 22.0, 0),
                ("item", "Storage", 10.0, 1),
                ("item", "Transfer", 5.0, 1),
                ("subsection", "Extras", 7.0, 1),
                ("item", "Backup", 7.0, 2),
                ("note", "Billed by the gigabyte", 0.0, 2),
            ],
        )
        text = self._read(move)
        for expected in ("Cloud", "22.00", "Extras", "Billed by the gigabyte"):
            self.assertIn(expected, text)

    def test_closed_sections(self):
        """A section that hides prices or its content sums up to the same total."""
        lines = (self._prepare_line("Storage", 10), self._prepare_line("Secret", 5))
        for field, shown in (("collapse_prices", True), ("collapse_composition", False)):
            move = self._create_document(
                Command.create({"display_type": "line_section", "name": "Cloud", field: True}),
                *lines,
            )
            rows = move._get_document_rows()
            summed = [row.amount for row in rows if row.is_summed or row.kind == "item"]
            self.assertEqual(float(sum(filter(None, summed))), move.amount_untaxed)
            text = self._read(move)
            self.assertEqual("Secret" in text, shown)
            self.assertNotIn("10.00", text)
            self.assertIn("15.00", text)

    def test_notes(self):
        self.tax.invoice_legal_notes = "<p>Legal note of the tax</p>"
        position = self.env["account.fiscal.position"].create(
            {"name": "Reverse charge", "note": "<p>Tax owed by the recipient</p>"}
        )
        move = self._create_document(
            self._prepare_line(taxes=self.tax),
            fiscal_position_id=position.id,
            narration="<p>Call us <b>any time</b></p>",
        )
        text = self._read(move)
        for expected in ("Legal note of the tax", "Tax owed by the recipient", "any time"):
            self.assertIn(expected, text)
        self.assertNotIn("<p>", text)

    def test_service_period(self):
        move = self._create_document(delivery_date="2026-01-31")
        self.assertIn("Delivery date", self._read(move))

        def get_period(record):
            return date(2026, 1, 1), date(2026, 1, 31)

        self.patch(self.registry["account.move"], "_get_service_period", get_period)
        text = self._read(move)
        self.assertIn("01/01/2026 – 01/31/2026", text)
        self.assertNotIn("Delivery date", text)

    def test_delivery_address(self):
        place = self._create_customer(
            "Warehouse",
            "en_US",
            "base.uk",
            street="Dock Road 5",
            type="delivery",
            parent_id=self.british.id,
            is_company=False,
        )
        move = self._create_document(partner_shipping_id=place.id)
        self.assertIn("Dock Road 5", self._read(move))

    # === STATES === #

    def test_draft_and_cancelled_are_marked(self):
        move = self._create_document(post=False)
        self.assertIn("DRAFT", self._read(move))
        move.button_cancel()
        self.assertIn("CANCELLED", self._read(move))

    def test_sandbox_is_marked_on_every_page(self):
        self.company.sudo().is_billing_sandbox = True
        lines = [self._prepare_line(f"Item {number}") for number in range(60)]
        pages = self._read_pages(self._print(self._create_document(*lines)))
        self.assertGreater(len(pages), 2)
        for page in pages:
            self.assertIn("not an invoice", page.replace("\n", " "))

    # === FILE === #

    def test_metadata(self):
        move = self._create_document(partner_id=self.german.id)
        pdf = PdfReader(io.BytesIO(self._print(move)))
        title = move.with_context(lang="de_DE")._get_document_title()
        self.assertEqual(pdf.metadata.title, f"{title} {move.name}")
        self.assertEqual(pdf.metadata.author, "Nordlicht Systeme GmbH")
        self.assertEqual(pdf.trailer["/Root"]["/Lang"], "de-DE")
        metadata = pdf.trailer["/Root"]["/Metadata"].get_data()
        self.assertRegex(metadata, rb"pdfaid:part(>|=\")3")
        self.assertEqual([round(float(side)) for side in pdf.pages[0].mediabox[2:]], [595, 842])
