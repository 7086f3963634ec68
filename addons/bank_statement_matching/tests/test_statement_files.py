import base64
import io
import tempfile
import zipfile
from pathlib import Path
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..core import detect
from .common import StatementCommon

ROOT = "bank_statement_matching.folder"


@tagged("post_install", "-at_install")
class TestStatementFiles(StatementCommon):
    """Where files come from, and files that are not right."""

    def _assert_no_effect(self, record, state, *words):
        self.assertEqual(record.state, state)
        for word in words:
            self.assertIn(word, record.message)
        self.assertFalse(record.line_ids)
        self.assertFalse(record.statement_ids)

    # === NOT RIGHT === #

    def test_account_of_another_bank(self):
        iban = "DE89370400440532013000"
        record = self._import(self._camt(self._entry(5.0, self._detail("x")), iban=iban))
        self._assert_no_effect(record, "refused", iban, self.company.name)

    def test_sum_that_does_not_fit(self):
        record = self._import(self._camt(self._entry(5.0, self._detail("x")), closing="999.00"))
        self._assert_no_effect(record, "refused", "999.00", "894.00")

    def test_broken_and_malicious(self):
        good = self._camt(self._entry(5.0, self._detail("x")))
        entities = b'<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
        cases = [
            (good[:-30], "cut off"),
            (good.replace(b"?>", b"?>" + entities, 1), "document type"),
            (good.replace(b">x<", b">\xe4<"), "damaged"),
            (b"\x00\x01", "cannot be read"),
            (b"", "empty"),
            (b"no statement", "no bank statement"),
            (good.replace(b">5.00<", b">5.00001<"), "more precise"),
            (good.replace(b">5.00<", b">five<"), "no amount"),
            (good.replace(b"<Stmt>", b"<Stmt>" + b"<a>" * 50, 1), "deeper"),
            (good.replace(b">x<", b">x\x00<"), "damaged"),
            (good.decode().encode("utf-16")[:-40], "damaged"),
            (b"PK\x03\x04" + b"\xff" * 50, "damaged"),
            (self._zip(b"no statement"), "no bank statement"),
            (self._zip(self._zip(good)), "no bank statement"),
            (b"Auftragskonto;Buchungstag;Betrag\n1;2;3\n", "Columns are missing"),
            (b"<html><body>Login</body></html>", "no statement"),
            (b":20:X\n:25:30060601/1\n:60F:C260101EUR0,\n:61:garbage\n:62F:C260101EUR0,\n-", ""),
            (b"x" * (detect.MAX_BYTES + 1), "larger than 64 MB"),
        ]
        for content, word in cases:
            with self.subTest(word=word):
                self._assert_no_effect(self._import(content), "refused", word)

    def _zip(self, *parts):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for number, part in enumerate(parts):
                archive.writestr(f"{number}.xml", part)
        return out.getvalue()

    def test_zip_of_statements(self):
        files = [
            self._camt(self._entry(amount, self._detail("x")), number=str(amount))
            for amount in (5.0, 6.0)
        ]
        record = self._import(self._zip(*files), name="day.zip")
        self.assertEqual((record.state, record.entry_count), ("done", 2))

    def test_too_large(self):
        with patch.object(detect.read, "__defaults__", (100,)):
            self._assert_no_effect(self._import(b"x" * 101), "refused", "larger")

    def test_one_of_two_accounts_is_known(self):
        ours = self._camt(self._entry(5.0, self._detail("x")))
        other = self._camt(self._entry(6.0, self._detail("y")), iban="DE89370400440532013000")
        part = other[other.index(b"<Stmt>") : other.index(b"</BkTo")]
        record = self._import(ours.replace(b"</BkTo", part + b"</BkTo"))
        self.assertEqual((record.state, record.entry_count), ("done", 1))
        self.assertIn("DE89370400440532013000", record.message)

    # === AGAIN === #

    def test_file_twice(self):
        content = self._camt(self._entry(10.0, self._detail("x")))
        self._import(content)
        self._assert_no_effect(self._import(content), "known", "statement.xml")

    def test_refused_file_again_after_the_journal_is_right(self):
        self.bank.bank_account_id = False
        content = self._camt(self._entry(10.0, self._detail("x")))
        self._assert_no_effect(self._import(content), "refused")
        self.bank.bank_account_id = self.bank_account
        self.assertEqual(self._import(content).state, "done")

    def test_overlapping_statements(self):
        first = [self._entry(10.0, self._detail("x")), self._entry(10.0, self._detail("x"))]
        self.assertEqual(self._import(self._camt(*first)).entry_count, 2)
        more = self._import(self._camt(*first, self._entry(7.0, self._detail("z")), number="2"))
        self.assertEqual((more.entry_count, more.known_count), (1, 2))
        again = self._import(self._camt(*first, number="3"))
        self._assert_no_effect(again, "known", "booked from an earlier")

    # === WHERE FROM === #

    def test_upload(self):
        user = self._create_user("bookkeeper")
        files = [
            (0, 0, {"name": name, "datas": base64.b64encode(content), "mimetype": "text/plain"})
            for name, content in (
                ("good.xml", self._camt(self._entry(5.0, self._detail("x")))),
                ("bad.xml", b"<a>"),
            )
        ]
        wizard = self.env["bank.statement.upload"].with_user(user)
        with self.assertRaises(UserError):
            wizard.create({}).action_import()
        wizard = wizard.create({"attachment_ids": files})
        wizard.action_import()
        self.assertEqual(wizard.import_ids.sorted("id").mapped("state"), ["done", "refused"])
        outsider = self._create_user("outsider", "base.group_user")
        with self.assertRaises(AccessError):
            self.env["bank.statement.upload"].with_user(outsider).create({})

    def test_large_file_in_the_background(self):
        content = self._camt(self._entry(5.0, self._detail("x")))
        path = "odoo.addons.bank_statement_matching.models.bank_statement_import_booking"
        with patch(f"{path}.IN_REQUEST", 0):
            record = self._import(content)
            self._assert_no_effect(record, "waiting")
            self._assert_no_effect(self._import(content), "known")
            with patch.object(
                self.registry["ir.cron"], "_commit_progress", lambda *args, **kwargs: 1
            ):
                record._process_waiting()
        self.assertEqual((record.state, record.entry_count), ("done", 1))

    def test_drop_folder(self):
        with tempfile.TemporaryDirectory() as root:
            self.env["ir.config_parameter"].sudo().set_param(ROOT, root)
            folder = Path(root, "bank")
            folder.mkdir()
            self.bank.sudo().statement_folder = "bank"
            content = self._camt(self._entry(5.0, self._detail("x")))
            (folder / "a.xml").write_bytes(content)
            (folder / "b.xml").write_bytes(b"<a>")
            imports = self.env["bank.statement.import"].sudo()
            records = imports.browse()
            for path in sorted(folder.iterdir()):
                records |= imports._import_path(path, self.bank)
            self.env.cr.postcommit.run()
            self.assertEqual(records.sorted("id").mapped("state"), ["done", "refused"])
            self.assertFalse([path for path in folder.iterdir() if path.is_file()])
            self.assertEqual(len(list((folder / "done").iterdir())), 1)
            self.assertEqual(len(list((folder / "refused").iterdir())), 1)
            for outside in ("..", "../other", "/etc"):
                with self.subTest(outside), self.assertRaises(ValidationError):
                    self.bank.sudo().statement_folder = outside

    def test_file_of_another_journal_in_a_drop_folder(self):
        other = self.bank.copy({"name": "Other", "code": "OTH", "bank_account_id": False})
        record = self._import(self._camt(self._entry(5.0, self._detail("x"))), journal=other)
        self._assert_no_effect(record, "refused", self.bank.name, other.name)

    def test_mt940_by_bank_code_and_number(self):
        text = ":20:X\n:25:30060601/0002474689\n:28C:1\n:60F:C260101USD0,\n"
        text += ":61:260102C5,NTRF\n:86:166?00X?20SVWZ+hello\n:62F:C260102USD5,\n-"
        text = text.replace("USD", self.currency).replace("30060601", "30060601")
        self.bank_account.acc_number = "DE02300606010002474689"
        record = self._import(text.encode(), "x.sta")
        self.assertEqual((record.state, record.message), ("done", ""))

    def test_booked_file_stays(self):
        record = self._import(self._camt(self._entry(5.0, self._detail("x"))))
        with self.assertRaises(UserError):
            record.sudo().unlink()

    def test_other_company_sees_nothing(self):
        record = self._import(self._camt(self._entry(5.0, self._detail("x"))))
        other = self.setup_other_company(name="Other")["company"]
        user = self._create_user("other_user")
        user.sudo().write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.assertFalse(
            self.env["bank.statement.import"].with_user(user).search([("id", "=", record.id)])
        )
