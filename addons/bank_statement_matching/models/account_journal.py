import os
import re
from pathlib import Path

from odoo import api, fields, models
from odoo.exceptions import ValidationError

ROOT = "bank_statement_matching.folder"


class AccountJournal(models.Model):
    _inherit = "account.journal"

    statement_folder = fields.Char(
        string="Drop Folder",
        groups="base.group_system",
        copy=False,
        help="A folder on the server, below the one in the system parameter "
        f"“{ROOT}”. Statements that a banking program puts there are imported every few "
        "minutes and moved to its subfolder “done” or “refused”.",
    )

    @api.constrains("statement_folder")
    def _check_statement_folder(self):
        for journal in self.filtered("statement_folder"):
            if not journal._get_statement_folder():
                raise ValidationError(
                    self.env._(
                        "Drop Folder of %(journal)s: enter a folder below the one in the system "
                        "parameter “%(parameter)s”, without “..”.",
                        journal=journal.display_name,
                        parameter=ROOT,
                    )
                )

    def _get_statement_folder(self):
        """Return the path of the drop folder, or nothing when it is not below the root."""
        self.ensure_one()
        root = self.env["ir.config_parameter"].sudo().get_param(ROOT)
        folder = self.sudo().statement_folder
        if not (root and folder and os.path.isabs(root)):
            return None
        # Links are followed before: what lies elsewhere is not below the root.
        path, base = Path(root, folder).resolve(), Path(root).resolve()
        return path if base in path.parents else None

    def create_document_from_attachment(self, attachment_ids):
        """Import statements that are dropped on a bank, or handed over by a program.

        Like the wizard: a file that is not right says so and keeps no other out.
        """
        if len(self) != 1 or self.type not in ("bank", "credit"):
            return super().create_document_from_attachment(attachment_ids)
        imports = self.env["bank.statement.import"]
        imports.check_access("read")
        self.check_access("read")
        attachments = self.env["ir.attachment"].browse(attachment_ids)
        attachments.check_access("read")
        for attachment in attachments:
            imports |= imports._take_in(
                attachment.name, attachment.raw or b"", self.company_id, self
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "bank_statement_matching.action_bank_statement_import"
        )
        return {**action, "domain": [("id", "in", imports.ids)], "context": {}}

    @api.model
    def _find_by_account(self, account, currency, company):
        """Return the bank journals whose account a statement is for.

        :param str account: IBAN, or ``<bank code>/<number>`` and the like, without blanks
        """
        journals = self.search(
            [("type", "in", ("bank", "credit")), ("company_id", "=", company.id)]
        )
        return journals.filtered(
            lambda journal: (
                journal._is_account(account)
                and (journal.currency_id or company.currency_id).name == currency
            )
        )

    def _is_account(self, account):
        """Whether this journal keeps an account, however the bank writes it.

        MT940 knows German accounts by bank code and number: both are in the IBAN.
        """
        own = self.sudo().bank_account_id.sanitized_acc_number
        if not own:
            return False
        if own == account:
            return True
        code, _slash, number = account.partition("/")
        number = re.sub(r"[A-Z]{3}$", "", number or code).lstrip("0")
        if not (number.isdigit() and code):
            return False
        if _slash and own[:2] == "DE" and len(own) == 22:
            return own[4:12] == code and own[12:].lstrip("0") == number
        return own.lstrip("0") == number
