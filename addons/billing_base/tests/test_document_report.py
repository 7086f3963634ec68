import io
from types import SimpleNamespace
from unittest.mock import patch

from pypdf import PdfReader

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .documents import DocumentsCommon

OWN = "billing_base.action_report_invoice"
WKHTMLTOPDF = "odoo.addons.base.models.ir_actions_report._run_wkhtmltopdf"


@tagged("post_install", "-at_install")
class TestDocumentReport(DocumentsCommon):
    """Whoever asks Odoo for an invoice gets this document: print menu, sending, mail."""

    def setUp(self):
        super().setUp()
        # Nothing here may need the program.
        self.startPatcher(patch(WKHTMLTOPDF, side_effect=AssertionError("wkhtmltopdf was called")))

    @property
    def reports(self):
        return self.env["ir.actions.report"]

    def _send(self, moves, **settings):
        self.env["account.move.send"]._generate_and_send_invoices(moves, **settings)
        moves.invalidate_recordset(["invoice_pdf_report_id", "invoice_pdf_report_file"])

    # === PRINTING === #

    def test_batch(self):
        """Many at once, in the order asked for, each with pages of its own."""
        moves = self._create_open_invoices(5)
        order = moves[3] + moves[0] + moves[4]
        pages = self._read_pages(self._print(order))
        self.assertEqual(len(pages), 3)
        for move, page in zip(order, pages, strict=True):
            self.assertIn(move.name, page)
            self.assertIn("Page 1 of 1", page)

    def test_one_asked_for_twice(self):
        move = self._create_open_invoice()
        pages = self._read_pages(self._print(move + move + move))
        self.assertEqual(len(pages), 1)

    def test_queries_of_a_batch(self):
        """Reading ahead works: a document more costs little."""
        few, many = self._create_open_invoices(3), self._create_open_invoices(13)
        self._print(few[0])

        def count(moves):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._print(moves)
            return self.env.cr.sql_log_count - before

        each = (count(many) - count(few)) / 10
        self.assertLess(each, 12)

    def test_vendor_documents_stay_with_core(self):
        bill = self.env["account.move"].create(self._prepare_invoice(move_type="in_invoice"))
        found = self.reports._get_in_process_reports(
            self.reports._get_report("account.account_invoices"),
            (bill + self._create_open_invoice()).ids,
        )
        self.assertNotIn(bill.id, found)
        self.assertEqual(len(found), 1)

    def test_localisation_with_a_layout_of_its_own(self):
        move = self._create_open_invoice()
        self.patch(
            self.registry["account.move"], "_get_name_invoice_report", lambda record: "l10n.layout"
        )
        own = self.env.ref(OWN)
        self.assertNotEqual(self.env["account.move.send"]._get_default_pdf_report_id(move), own)
        report = self.reports._get_report("account.account_invoices")
        self.assertFalse(self.reports._get_in_process_reports(report, move.ids))

    def test_choice_of_customer_and_journal(self):
        send, move = self.env["account.move.send"], self._create_open_invoice()
        own, core = self.env.ref(OWN), self.env.ref("account.account_invoices")
        self.assertEqual(send._get_default_pdf_report_id(move), own)
        self.assertIn(own, move.partner_id.available_invoice_template_pdf_report_ids)
        for chooser in (move.partner_id, move.journal_id):
            chooser.invoice_template_pdf_report_id = core
            self.assertEqual(send._get_default_pdf_report_id(move), core)
            self.assertFalse(self.reports._get_in_process_reports(core, move.ids))
            chooser.invoice_template_pdf_report_id = False

    def test_print_button(self):
        self.company.sudo().external_report_layout_id = self.env.ref(
            "web.external_layout_standard"
        )
        action = self._create_open_invoice().action_print_pdf()
        self.assertEqual(action["report_name"], "billing_base.report_invoice")
        self.assertTrue(action["is_in_process"])

    # === SENDING === #

    def test_sending_attaches_it(self):
        moves = self._create_open_invoices(3)
        self._send(moves, sending_methods=["manual"])
        for move in moves:
            attachment = move.invoice_pdf_report_id
            self.assertEqual(attachment.res_field, "invoice_pdf_report_file")
            self.assertTrue(move.is_move_sent)
            self.assertIn(f"Invoice {move.name}", self._read_pages(attachment.raw)[0])
            self.assertEqual(move._get_invoice_legal_documents("pdf")["content"], attachment.raw)

    def test_chosen_report_is_kept(self):
        """What the user picks while sending is not replaced."""
        move = self._create_open_invoice()
        core = self.env.ref("account.account_invoices")
        asked = []

        def get_reports(reports, report, res_ids):
            found = origin(reports, report, res_ids)
            asked.append((report.report_name, found))
            return found

        origin = self.registry["ir.actions.report"]._get_in_process_reports
        self.patch(self.registry["ir.actions.report"], "_get_in_process_reports", get_reports)
        self._send(move, sending_methods=["manual"], pdf_report=core)
        self.assertIn((core.report_name, {}), asked)

    def test_mail_attachment(self):
        self.partner_a.email = "billing@customer.example"
        move = self._create_open_invoice()
        template = self.env.ref("account.email_template_edi_invoice")
        self._send(move, sending_methods=["email"], mail_template=template)
        attachments = move.message_ids.attachment_ids
        pdf = attachments.filtered(lambda one: one.mimetype == "application/pdf")
        self.assertEqual(len(pdf), 1, attachments.mapped("name"))
        self.assertIn(f"Invoice {move.name}", self._read_pages(pdf.raw)[0])

    def test_proforma(self):
        move = self._create_open_invoice()
        document = move._get_invoice_legal_documents("pdf", allow_fallback=True)
        self.assertIn(f"Pro forma invoice {move.name}", self._read_pages(document["content"])[0])

    def test_electronic_invoice_is_embedded(self):
        """Odoo's own embedding works: attached, and described in the metadata."""
        if "ubl_cii_xml_id" not in self.env["account.move"]._fields:
            self.skipTest("account_edi_ubl_cii is not installed")
        self.company.sudo().write({"phone": "+49 30 1", "email": "billing@nordlicht.example"})
        self.german.invoice_edi_format = "facturx"
        move = self._create_document(self._prepare_line(taxes=self.tax), partner_id=self.german.id)
        # In tests Odoo leaves the file alone.
        tools = "odoo.addons.account_edi_ubl_cii.models.account_move_send.tools"
        with patch(tools, SimpleNamespace(config={"test_enable": False})):
            self._send(move, sending_methods=["manual"])
        pdf = PdfReader(io.BytesIO(move.invoice_pdf_report_id.raw))
        self.assertIn("factur-x.xml", pdf.attachments)
        metadata = pdf.trailer["/Root"]["/Metadata"].get_data()
        self.assertIn(b"factur-x", metadata)
        self.assertIn(move.name, pdf.pages[0].extract_text())

    # === ACCESS === #

    def test_documents_of_another_unit(self):
        unit, other = self._create_unit("A"), self._create_unit("B")
        user = self._create_user("limited", business_unit_ids=unit.ids)
        move = self._create_open_invoice(business_unit_id=other.id)
        own = self._create_open_invoice(business_unit_id=unit.id)
        reports = self.reports.with_user(user)
        self.assertTrue(reports._render_qweb_pdf("account.account_invoices", own.ids)[0])
        for name in ("account.account_invoices", OWN):
            with self.assertRaises(AccessError):
                reports._render_qweb_pdf(name, (own + move).ids)
