import tempfile
from pathlib import Path
from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..core import detect
from .common import StatementCommon

ROOT = "bank_statement_matching.folder"


@tagged("post_install", "-at_install")
class TestStatementFolders(StatementCommon):
    """Files that a program brings: a folder that the job looks into, and attachments."""

    def setUp(self):
        super().setUp()
        self.root = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.env["ir.config_parameter"].sudo().set_param(ROOT, str(self.root))
        self.folder = self.root / "bank"
        self.folder.mkdir()
        self.bank.sudo().statement_folder = "bank"
        self.imports = self.env["bank.statement.import"].sudo()

    def _file(self, text="x", number="1"):
        return self._camt(self._entry(5.0, self._detail(text)), number=number)

    def _run_job(self, seconds_left=60):
        """Run the job as the scheduler does; its commits put files away."""

        def commit(cron, *args, **kwargs):
            cron.env.flush_all()
            cron.env.cr.postcommit.run()
            return seconds_left

        latest = self.imports.search([], limit=1).id or 0
        cron = self.env.ref("bank_statement_matching.ir_cron_import").sudo()
        with (
            patch.object(self.registry["ir.cron"], "_commit_progress", commit),
            self.enter_registry_test_mode(),
        ):
            cron.method_direct_trigger()
        self.env.invalidate_all()
        return self.imports.search([("id", ">", latest)], order="id")

    def _names(self, folder):
        return sorted(path.name.split("-", 1)[1] for path in (self.folder / folder).iterdir())

    def test_files_are_imported_once_and_put_away(self):
        (self.folder / "a.xml").write_bytes(self._file())
        (self.folder / "b.xml").write_bytes(self._file()[:-40])
        (self.folder / "c.xml").write_bytes(self._file())
        (self.folder / ".part").write_bytes(self._file("not complete yet"))
        records = self._run_job()
        self.assertEqual(records.mapped("state"), ["done", "refused", "known"])
        self.assertEqual(records.journal_id, self.bank)
        self.assertIn("cut off", records[1].message)
        self.assertIn("a.xml", records[2].message)
        self.assertEqual(self._names("done"), ["a.xml", "c.xml"])
        self.assertEqual(self._names("refused"), ["b.xml"])
        self.assertEqual([p.name for p in self.folder.iterdir() if p.is_file()], [".part"])
        self.assertEqual(len(records.line_ids), 1)
        self.assertFalse(self._run_job(), "nothing is left")

    def test_messages_are_in_the_language_of_the_company(self):
        """A job has no language of its own."""
        self.env["res.lang"].sudo()._activate_lang("de_DE")
        module = self.env["ir.module.module"].sudo()
        module.search([("name", "=", "bank_statement_matching")])._update_translations(["de_DE"])
        self.company.partner_id.sudo().lang = "de_DE"
        (self.folder / "a.xml").write_bytes(self._file()[:-40])
        self.assertIn("beschädigt", self._run_job().message)

    def test_the_job_stops_when_its_time_is_over(self):
        for name in ("a", "b"):
            (self.folder / name).write_bytes(self._file(name, number=name))
        self.assertEqual(self._run_job(seconds_left=0).mapped("name"), ["a"])
        self.assertEqual(self._run_job(seconds_left=0).mapped("name"), ["b"])

    def test_a_crash_before_the_file_is_put_away(self):
        """It is in the database and still in the folder: known when it comes again."""
        path = self.folder / "a.xml"
        path.write_bytes(self._file())
        first = self.imports._import_path(path, self.bank)
        self.env.cr.postcommit.clear()
        self.assertTrue(path.exists())
        again = self._run_job()
        self.assertEqual((first.state, again.state), ("done", "known"))
        self.assertFalse(again.line_ids)
        self.assertEqual(self._names("done"), ["a.xml"])

    def test_huge_files_are_not_read_to_their_end(self):
        with (self.folder / "huge.xml").open("wb") as stream:
            stream.truncate(200 * 1024 * 1024)
        read = []
        take_in = type(self.imports)._take_in

        def spy(imports, name, content, *args):
            read.append(len(content))
            return take_in(imports, name, content, *args)

        with patch.object(type(self.imports), "_take_in", spy):
            record = self._run_job()
        self.assertEqual(read, [detect.MAX_BYTES + 1])
        self.assertIn("larger than 64 MB", record.message)
        self.assertEqual(self._names("refused"), ["huge.xml"])

    def test_outside_is_refused(self):
        elsewhere = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (self.root / "link").symlink_to(elsewhere)
        for outside in ("..", "../other", str(elsewhere), "link", "bank/../..", "."):
            with self.subTest(outside), self.assertRaisesRegex(ValidationError, "Drop Folder"):
                self.bank.sudo().statement_folder = outside

    def test_a_folder_that_became_a_link_to_outside_is_left_alone(self):
        elsewhere = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (elsewhere / "a.xml").write_bytes(self._file())
        self.folder.rmdir()
        self.folder.symlink_to(elsewhere)
        self.assertFalse(self._run_job())
        self.assertTrue((elsewhere / "a.xml").exists())

    # === ATTACHMENTS === #

    def _attach(self, *contents, user=None):
        attachments = self.env["ir.attachment"].with_user(user or self.env.user)
        return attachments.create(
            [{"name": f"{n}.xml", "raw": content} for n, content in enumerate(contents)]
        )

    def test_attachments_of_a_bank_are_statements(self):
        user = self._create_user("clerk")
        attachments = self._attach(self._file(), b"<a>", user=user)
        action = self.bank.with_user(user).create_document_from_attachment(attachments.ids)
        self.assertEqual(action["res_model"], "bank.statement.import")
        records = self.imports.search(action["domain"], order="id")
        self.assertEqual(records.mapped("state"), ["done", "refused"])
        self.assertEqual(records.journal_id, self.bank)
        self.assertEqual(len(records.line_ids), 1)
        self.assertFalse(self.env["account.move"].search([("name", "ilike", "0.xml")]))

    def test_attachments_of_others_are_not_read(self):
        user = self._create_user("clerk")
        attachments = self._attach(self._file())
        journal = self.bank.with_user(user)
        with self.assertRaises(AccessError):
            journal.create_document_from_attachment(attachments.ids)
        outsider = self._create_user("outsider", "account.group_account_invoice")
        mine = self._attach(self._file(), user=outsider)
        with self.assertRaises(AccessError):
            self.bank.with_user(outsider).create_document_from_attachment(mine.ids)
        self.assertFalse(self.imports.search([("journal_id", "=", self.bank.id)]))

    def test_other_journals_make_documents_as_before(self):
        journal = self.company_data["default_journal_purchase"]
        action = journal.create_document_from_attachment(self._attach(b"%PDF-1.4").ids)
        self.assertEqual(action["res_model"], "account.move")
