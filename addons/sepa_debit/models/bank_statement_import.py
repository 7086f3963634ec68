import base64

from odoo import fields, models

from ..core import pain002


class BankStatementImport(models.Model):
    """Status reports of banks come the same way as statements."""

    _inherit = "bank.statement.import"

    format = fields.Selection(selection_add=[("pain002", "pain.002")])

    def _process(self, content):
        if not _is_status_report(content):
            return super()._process(content)
        self.ensure_one()
        self.format = "pain002"
        try:
            report = pain002.read(content)
        except pain002.ReportError as error:
            return self._set_state("refused", self._get_report_error(error))
        result = self.env["sepa.collection.batch"]._apply_status_report(report, self.company_id)
        return self._keep_status_report(content, report, result)

    def _keep_status_report(self, content, report, result):
        if not result["batches"]:
            return self._set_state(
                "refused",
                self.env._(
                    "The status report is about the file %s, which is none of this company. "
                    "Choose the company whose file it was and import it again.",
                    report.file.identifier or report.message_id or "–",
                ),
            )
        notes = self._get_report_notes(result)
        self._set_state(
            "done",
            "\n".join(notes),
            content=base64.b64encode(content),
            entry_count=len(result["returns"]) + result["known"],
            known_count=result["known"],
            matched_count=len(result["returns"]),
        )
        for batch in result["batches"]:
            batch.message_post(
                body="\n".join(notes),
                attachments=[(self.name, content)],
                message_type="notification",
            )
        return None

    def _get_report_notes(self, result):
        names = ", ".join(result["batches"].mapped("name"))
        if result["returns"]:
            notes = [
                self.env._(
                    "%(count)s debits of %(files)s were rejected. Their invoices are open again.",
                    count=len(result["returns"]),
                    files=names,
                )
            ]
        elif result["known"]:
            notes = [self.env._("What was rejected of %s was known before.", names)]
        else:
            notes = [self.env._("The bank has rejected nothing of %s.", names)]
        if result["lost"]:
            notes.append(
                self.env._(
                    "Rejected as well, but no debit with this reference is known: %s. Look at the "
                    "report.",
                    ", ".join(result["lost"][:20]),
                )
            )
        return notes

    def _get_report_error(self, error):
        texts = {
            "size": self.env._("The status report is larger than 50 MB. Ask the bank for parts."),
            "entities": self.env._(
                "The status report contains definitions of entities, which no bank sends. "
                "Nothing was read. Download it from the bank again."
            ),
            "xml": self.env._(
                "The status report is broken or incomplete. Download it from the bank again."
            ),
            "kind": self.env._("The file is no status report (pain.002) that can be read."),
        }
        return texts[error.code]


def _is_status_report(content):
    head = content[:4000]
    return b"CstmrPmtStsRpt" in head or b"pain.002" in head
