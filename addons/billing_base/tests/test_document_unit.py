from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, tagged

from .documents import DocumentsCommon

# A pixel.
LOGO = b"R0lGODlhAQABAIAAAERSGf///ywAAAAAAQABAAACAkQBADs="
SHOWN = 'alt="Example Cloud"'


@tagged("post_install", "-at_install")
class TestDocumentUnit(DocumentsCommon):
    """The letterhead of a business unit."""

    def test_letterhead(self):
        unit = self._create_unit(
            "CLOUD",
            name="Example Cloud",
            email_from="Example Cloud <billing@cloud.example>",
            website="https://cloud.example",
            phone="+49 30 999",
            return_address="Example Cloud · Postfach 1 · 10115 Berlin",
            document_intro="<p>Dear customer, your services:</p>",
            document_closing="<p>Thank you for your trust</p>",
            document_footer="<p>Managing director: Jane Doe</p>",
        )
        text = self._read(self._create_document(business_unit_id=unit.id))
        for expected in (
            "Example Cloud · Postfach 1 · 10115 Berlin",
            "billing@cloud.example",
            "https://cloud.example",
            "+49 30 999",
            "your services:",
            "Thank you for your trust",
            "Managing director: Jane Doe",
            # The company behind it is named all the same.
            "Nordlicht Systeme GmbH",
            "DE123456788",
        ):
            self.assertIn(expected, text)
        self.assertNotIn("We invoice the following", text)
        plain = self._read(self._create_document())
        for absent in ("Example Cloud", "Jane Doe", "cloud.example"):
            self.assertNotIn(absent, plain)

    def test_texts_in_the_language_of_the_customer(self):
        unit = self._create_unit("A", document_closing="<p>Thank you</p>")
        unit.update_field_translations("document_closing", {"de_DE": {"Thank you": "Vielen Dank"}})
        german = self._create_document(business_unit_id=unit.id, partner_id=self.german.id)
        english = self._create_document(business_unit_id=unit.id)
        self.assertIn("Vielen Dank", self._read(german))
        self.assertIn("Thank you", self._read(english))

    def test_footer_of_the_company(self):
        self.company.sudo().report_footer = "<p>Amtsgericht Charlottenburg</p>"
        self.assertIn("Amtsgericht Charlottenburg", self._read(self._create_document()))

    def test_colors(self):
        with self.assertRaisesRegex(ValidationError, "is not a color"):
            self._create_unit("A", primary_color="red; } body { display: none")
        unit = self._create_unit("B", primary_color="#1A73E8")
        letter = self.env["billing.letter"]._get_letter(self.company, self.british, unit)
        self.assertEqual(letter["colours"]["primary"], "#1a73e8")
        self.company.sudo().primary_color = "#abc"
        letter = self.env["billing.letter"]._get_letter(self.company, self.british)
        self.assertEqual(letter["colours"]["primary"], "#aabbcc")

    def test_sample(self):
        unit = self._create_unit(
            "A", partner_bank_id=self.bank.id, document_closing="<p>Thank you</p>"
        )
        moves = self.env["account.move"].search_count([])
        pdf = self.env["report.billing_base.report_invoice"]._render_sample(unit)
        text = "".join(self._read_pages(pdf))
        for expected in ("SAMPLE", "307.02", "Thank you", "DE02 1203 0000 0000 2020 51"):
            self.assertIn(expected, text)
        self.assertEqual(self.env["account.move"].search_count([]), moves)


@tagged("post_install", "-at_install")
class TestDocumentRoutes(DocumentsCommon, HttpCase):
    """Documents over the web: preview of a unit, portal."""

    def test_on_the_page_of_the_customer(self):
        """The document that the portal shows is that of the unit, too."""
        unit = self._create_unit("CLOUD", name="Example Cloud", logo=LOGO)
        move = self._create_document(business_unit_id=unit.id)
        self.authenticate(None, None)
        page = self.url_open(move.get_portal_url(report_type="html")).text
        self.assertTrue(page.startswith("<!DOCTYPE html>"), "else browsers take other sizes")
        for expected in ('id="wrapwrap"', SHOWN, "@media screen", move.name):
            self.assertIn(expected, page)
        plain = self.url_open(self._create_document().get_portal_url(report_type="html")).text
        self.assertNotIn(SHOWN, plain)

    def test_preview(self):
        unit = self._create_unit("A", name="Example Cloud")
        self._create_user("previewer", password="previewer123")
        self.authenticate("previewer", "previewer123")
        response = self.url_open(unit.action_preview_document()["url"])
        self.assertEqual(response.headers["Content-Type"], "application/pdf")
        self.assertIn("Example Cloud", "".join(self._read_pages(response.content)))

    def test_preview_of_another_company(self):
        other = self.setup_other_company()["company"]
        foreign = self._create_unit("B", company_id=other.id)
        self._create_user("previewer", password="previewer123")
        self.authenticate("previewer", "previewer123")
        response = self.url_open(f"/billing/unit/{foreign.id}/preview")
        self.assertNotEqual(response.status_code, 200)
        self.assertNotIn(b"%PDF", response.content)

    def test_preview_needs_a_login(self):
        unit = self._create_unit("A")
        self.authenticate(None, None)
        response = self.url_open(f"/billing/unit/{unit.id}/preview")
        self.assertNotIn(b"%PDF", response.content)

    def test_portal(self):
        move = self._create_document()
        self.authenticate(None, None)
        for parameters in ("&report_type=pdf", "&report_type=pdf&download=true"):
            url = f"/my/invoices/{move.id}?access_token={move._portal_ensure_token()}{parameters}"
            response = self.url_open(url)
            self.assertEqual(response.headers["Content-Type"], "application/pdf")
            page = self._read_pages(response.content)[0]
            self.assertIn(move.name, page)
            self.assertIn("Nordlicht Systeme GmbH · Kastanienallee 12", page)
        response = self.url_open(f"/my/invoices/{move.id}?access_token=wrong&report_type=pdf")
        self.assertNotIn(b"%PDF", response.content)
