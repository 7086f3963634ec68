import base64

from odoo import Command, fields, models
from odoo.exceptions import UserError


class BankStatementUpload(models.TransientModel):
    """Statement files from a person, several at once."""

    _name = "bank.statement.upload"
    _description = "Import Bank Statements"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Files")
    import_ids = fields.Many2many("bank.statement.import", readonly=True)

    def action_import(self):
        """Import the files; one that is not right does not keep the others out."""
        self.ensure_one()
        self.env["bank.statement.import"].check_access("read")
        if not self.attachment_ids:
            raise UserError(self.env._("Files: choose at least one file."))
        imports = self.env["bank.statement.import"]
        for attachment in self.attachment_ids:
            content = base64.b64decode(attachment.datas or b"")
            imports |= imports._take_in(attachment.name, content, self.company_id)
        # The imports keep what they need.
        self.attachment_ids.sudo().unlink()
        self.import_ids = [Command.set(imports.ids)]
        return self._open()

    def action_again(self):
        """Choose more files."""
        self.ensure_one()
        self.import_ids = [Command.clear()]
        return self._open()

    def action_open_lines(self):
        """Show what is to be confirmed."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "bank_statement_matching.action_statement_line_match"
        )
        domain = [("import_id", "in", self.import_ids.ids)]
        return {**action, "domain": domain, "context": {}}

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Bank Statements"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
