import io
import re
from collections import OrderedDict

from markupsafe import Markup

from odoo import fields, models

from ..pdf.renderer import read_stylesheet, render_pdf

# Core's invoice, with and without the payments made so far.
INVOICE_REPORTS = ("account.report_invoice_with_payments", "account.report_invoice")
EDITOR_IMAGE = re.compile(r"/web/image/(\d+)(?:[-/?].*)?$")


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    is_in_process = fields.Boolean(
        "Rendered in Process",
        help="Odoo makes the PDF itself, without wkhtmltopdf. Only for templates that are "
        "written for it: one document per call, page header and footer in the stylesheet.",
    )

    def _get_readable_fields(self):
        return super()._get_readable_fields() | {"is_in_process"}

    def report_action(self, docids, data=None, config=True):
        action = super().report_action(docids, data=data, config=config)
        if self.is_in_process and action.get("type") == "ir.actions.report":
            action["is_in_process"] = True
        return action

    # === WHICH DOCUMENTS === #

    def _get_in_process_reports(self, report, res_ids):
        """Return ``{res_id: report}`` of the documents that are rendered here.

        Contract: ``report`` is what was asked for; the returned report may be another one of the
        same model, if what was asked for only stands for "the usual document". Documents that are
        missing from the result are left to wkhtmltopdf.
        """
        if report.is_in_process:
            return dict.fromkeys(res_ids or [], report)
        if report.report_name in INVOICE_REPORTS and not self.env.context.get(
            "billing_exact_report"
        ):
            return self._get_invoice_reports(res_ids or [])
        return {}

    def _get_invoice_reports(self, res_ids):
        """Core's invoice report stands for "the invoice", e.g. on the portal and in mails.

        Each document gets the layout that sending would use.
        """
        send = self.env["account.move.send"]
        moves = self.env["account.move"].browse(res_ids)
        reports = {
            move.id: send._get_default_pdf_report_id(move).sudo()
            for move in moves
            if move._is_rendered_in_process()
        }
        return {res_id: report for res_id, report in reports.items() if report.is_in_process}

    def _pre_render_qweb_pdf(self, report_ref, res_ids=None, data=None):
        ids = [res_ids] if isinstance(res_ids, int) else res_ids or []
        report = self._get_report(report_ref)
        # In tests Odoo shows HTML instead of calling wkhtmltopdf. Nothing is called here.
        if ids and len(self._get_in_process_reports(report, ids)) == len(set(ids)):
            self = self.with_context(force_report_rendering=True)
        return super()._pre_render_qweb_pdf(report_ref, res_ids=res_ids, data=data)

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        report = self._get_report(report_ref)
        reports = self._get_in_process_reports(report, res_ids)
        if not reports:
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=res_ids)
        others = [res_id for res_id in res_ids if res_id not in reports]
        streams = {}
        if others:
            streams = super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=others)
        for used in set(reports.values()):
            ids = [
                res_id for res_id in OrderedDict.fromkeys(res_ids) if reports.get(res_id) == used
            ]
            values = {**(data or {}), "asked_report": report.report_name}
            streams.update(self._render_in_process_streams(used, ids, values))
        # In the order asked for; what could not be told apart comes last.
        order = [res_id for res_id in OrderedDict.fromkeys([*res_ids, False]) if res_id in streams]
        return OrderedDict((res_id, streams[res_id]) for res_id in order)

    def _render_qweb_html(self, report_ref, docids, data=None):
        """On screen, e.g. on the page of the customer, an invoice looks as it is printed.

        Only what stands for "the invoice": our own reports are rendered as they are.
        """
        report = self._get_report(report_ref)
        ids = [docids] if isinstance(docids, int) else docids or []
        reports = {} if report.is_in_process else self._get_in_process_reports(report, ids)
        used = set(reports.values())
        if len(used) != 1 or len(reports) != len(set(ids)):
            return super()._render_qweb_html(report_ref, docids, data=data)
        shown = {"stylesheet": Markup(read_stylesheet()), "asked_report": report.report_name}
        [own] = used
        html, kind = super()._render_qweb_html(
            own.report_name, ids, data={**(data or {}), **shown}
        )
        return b"<!DOCTYPE html>\n" + html, kind

    # === RENDERING === #

    def _render_in_process_streams(self, report, res_ids, data=None):
        """Return ``{res_id: {"stream", "attachment"}}`` as Odoo's own rendering does."""
        records = self.env[report.model].browse(res_ids)
        streams = {}
        for record in records:
            attachment = None
            if report.attachment and not self.env.context.get("report_pdf_no_attachment"):
                attachment = report.retrieve_attachment(record)
            if attachment and report.attachment_use:
                content = attachment.raw
            else:
                content = self._render_in_process(report, record, data)
            streams[record.id] = {"stream": io.BytesIO(content), "attachment": attachment}
        return streams

    def _render_in_process(self, report, record, data=None):
        """Return the PDF of one record."""
        context = {"debug": False, "billing_prefetch_ids": tuple(record._prefetch_ids)}
        renderer = self.with_context(**context)
        values = {**(data or {}), "report_type": "pdf", "debug": False}
        html = renderer._render_qweb_html(report.report_name, record.ids, data=values)[0]
        return render_pdf(
            html.decode(), font=self._get_document_font(record), resolve=self._get_document_image
        )

    def _get_document_font(self, record):
        company = record.company_id if "company_id" in record._fields else self.env.company
        return company.sudo().font

    def _get_document_image(self, path):
        """Return the content of an image that somebody put into a text with Odoo's editor.

        Only attachments that are images and that whoever prints the document may read.
        """
        match = EDITOR_IMAGE.match(path)
        attachment = match and self.env["ir.attachment"].browse(int(match[1])).exists()
        if not attachment or not attachment.has_access("read"):
            return None
        if not (attachment.mimetype or "").startswith("image/") or attachment.url:
            return None
        return attachment.raw or None
