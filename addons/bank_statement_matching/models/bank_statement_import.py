import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.detect import MAX_BYTES

# Larger files are imported in the background: a request would time out.
IN_REQUEST = 2000


class BankStatementImport(models.Model):
    """A file of statements: what came, what became of it, and why not."""

    _name = "bank.statement.import"
    _description = "Import of Bank Statements"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(string="File", required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    journal_id = fields.Many2one(
        "account.journal",
        readonly=True,
        check_company=True,
        help="The journal the file was given for; otherwise the account in it decides.",
    )
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("done", "Imported"),
            ("known", "Imported Before"),
            ("refused", "Refused"),
            ("stopped", "Stopped"),
        ],
        default="waiting",
        required=True,
        readonly=True,
        index=True,
    )
    format = fields.Selection(
        [("camt", "camt"), ("mt940", "MT940"), ("csv", "CSV-CAMT")], readonly=True
    )
    checksum = fields.Char(readonly=True, index=True)
    content = fields.Binary(string="Original File", attachment=True, readonly=True)
    message = fields.Text(readonly=True)
    statement_ids = fields.One2many("account.bank.statement", "import_id", readonly=True)
    line_ids = fields.One2many("account.bank.statement.line", "import_id", readonly=True)
    total_count = fields.Integer(string="Entries in the File", readonly=True)
    progress = fields.Float(compute="_compute_progress", help="Share of the entries, in percent.")
    entry_count = fields.Integer(string="Entries", readonly=True)
    known_count = fields.Integer(
        string="Known Before",
        readonly=True,
        help="Entries that an earlier file had brought already; nothing was booked again.",
    )
    matched_count = fields.Integer(string="Matched", readonly=True)

    _checksum = models.UniqueIndex(
        "(company_id, checksum) WHERE state = 'done'",
        "This file was imported already. Look for it in the list of imports.",
    )

    @api.depends("name", "company_id")
    def _compute_display_name(self):
        for record in self:
            record.display_name = record.name

    @api.depends("entry_count", "total_count", "state")
    def _compute_progress(self):
        for record in self:
            share = record.entry_count / (record.total_count or 1)
            record.progress = 100.0 if record.state == "done" else 100.0 * min(share, 1.0)

    # === TAKING IN === #

    @api.model
    def _take_in(self, name, content, company, journal=None):
        """Keep a file and import it, at once or in the background when it is large.

        A file that cannot be imported raises nothing: ``state`` and ``message`` say it.

        :param bytes content: the file
        :return: the import
        """
        checksum = hashlib.sha256(content).hexdigest()
        record = (
            self._in_language_of(company)
            .sudo()
            .create(
                {
                    "name": name[:200] or self.env._("Unnamed file"),
                    "company_id": company.id,
                    "journal_id": journal.id if journal else False,
                    "checksum": checksum,
                }
            )
        )
        twin = record._get_twin()
        if twin:
            record._set_state("known", record._get_known_message(twin))
            return record
        record._process(content)
        return record

    def _in_language_of(self, company):
        """Jobs and programs have no language; people of the company read what is said here."""
        if self.env.context.get("lang"):
            return self
        return self.with_context(lang=company.partner_id.lang)

    def _get_twin(self):
        return self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("checksum", "=", self.checksum),
                ("state", "in", ("done", "waiting")),
                ("id", "!=", self.id),
            ],
            limit=1,
        )

    def _set_state(self, state, message="", **values):
        """The only writer of ``state``."""
        self.write({"state": state, "message": message, **values})
        self.flush_recordset()

    def _cron_import(self):
        """Import waiting files and what lies in the drop folders, with commits in between."""
        for record in self.search([("state", "=", "waiting")], order="id"):
            if record.try_lock_for_update():
                record._in_language_of(record.company_id)._process_waiting()
            if not self.env["ir.cron"]._commit_progress(1):
                return
        self._import_folders()

    def action_continue(self):
        """Go on with files that stopped: what is booked of them stays, the rest is tried again."""
        self.check_access("read")
        self.sudo().filtered(lambda record: record.state == "stopped")._set_state("waiting")
        self.env.ref("bank_statement_matching.ir_cron_import").sudo()._trigger()
        return True

    @api.ondelete(at_uninstall=False)
    def _unlink_except_booked(self):
        if any(record.line_ids for record in self):
            raise UserError(
                self.env._(
                    "A file whose entries are booked stays. Delete its bank statements first."
                )
            )

    def action_open_lines(self):
        """Show the entries of the file."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "bank_statement_matching.action_statement_line_match"
        )
        return {**action, "domain": [("import_id", "=", self.id)], "context": {}}

    # === DROP FOLDERS === #

    @api.model
    def _import_folders(self):
        journals = self.env["account.journal"].sudo().search([("statement_folder", "!=", False)])
        for journal in journals:
            folder = journal._get_statement_folder()
            if folder and folder.is_dir():
                for path in sorted(folder.iterdir()):
                    if path.is_file() and not path.name.startswith("."):
                        self._import_path(path, journal)
                        if not self.env["ir.cron"]._commit_progress(1):
                            return

    @api.model
    def _import_path(self, path, journal):
        """Import a file of a drop folder and put it away once that is in the database.

        A crash in between makes it come again: it is known then, and put away.
        """

        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
        record = self._take_in(path.name, content, journal.company_id, journal)
        target = path.parent / ("refused" if record.state == "refused" else "done")

        @self.env.cr.postcommit.add
        def put_away():
            target.mkdir(exist_ok=True)
            path.rename(target / f"{record_id}-{path.name}")

        record_id = record.id
        return record
