import base64
from pathlib import Path

from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user, tagged

from .ingest_common import UsageEventCommon


@tagged("post_install", "-at_install")
class TestUsageImport(UsageEventCommon):
    def _import(self, text, **values):
        content = text if isinstance(text, bytes) else text.encode()
        wizard = self.env["usage.import"].create({"file": base64.b64encode(content), **values})
        action = wizard.action_import()
        self.assertEqual(action["res_id"], wizard.id)
        return wizard

    def _counts(self, wizard):
        return wizard.accepted_count, wizard.duplicate_count, wizard.rejected_count

    def test_import_and_again(self):
        name = self.contract.name
        text = (
            "key;contract;meter;at;quantity;region\n"
            f"a;{name};calls;2025-01-15T10:00:00+01:00;1.234,5;eu\n"
            f"b;{name};calls;2025-01-16T10:00:00Z;;\n"
            f"c;{name};calls;yesterday;1;\n"
            f"d;{name};calls;2025-01-15T10:00:00Z;1.5;\n"
            f"a;{name};calls;2025-01-15T10:00:00Z;1;\n"
        )
        wizard = self._import(text, decimals="comma")
        self.assertEqual(self._counts(wizard), (2, 1, 2))
        self.assertEqual(
            wizard.line_ids.mapped(lambda line: (line.line_number, line.key)), [(4, "c"), (5, "d")]
        )
        self.assertIn("at: not a date", wizard.line_ids[0].message)
        self.assertIn("like 1.234,5", wizard.line_ids[1].message)
        rejected = base64.b64decode(wizard.rejected_file).decode("utf-8-sig")
        self.assertEqual(len(rejected.splitlines()), 3)
        self.assertIn("4;c;", rejected)
        first, second = self._get_events()
        self.assertEqual((first.quantity, first.properties), (1234.5, {"region": "eu"}))
        self.assertEqual(str(first.at), "2025-01-15 09:00:00")
        self.assertEqual((second.quantity, second.properties), (1, False))
        self.assertEqual(self._counts(self._import(text, decimals="comma")), (0, 3, 2))
        self.assertEqual(len(self._get_events()), 2)

    def test_many_rejected_lines_are_in_the_file(self):
        lines = "".join(f"=k{number},x,calls,2025\n" for number in range(150))
        wizard = self._import("key,contract,meter,at\n" + lines)
        self.assertEqual(self._counts(wizard), (0, 0, 150))
        self.assertEqual(len(wizard.line_ids), 100)
        rejected = base64.b64decode(wizard.rejected_file).decode("utf-8-sig").splitlines()
        self.assertEqual(len(rejected), 151)
        self.assertIn(";'=k0;", rejected[1], "is no formula")
        wizard.action_again()
        self.assertEqual((wizard.state, len(wizard.line_ids)), ("file", 0))

    def test_files_that_cannot_be_read(self):
        for content, text in (
            (b"key,meter\n", "contract, at are missing"),
            (b"\xff\xfe\x00", "UTF-8"),
            (b"\n", "no header"),
            (b"key,contract,meter,at,key\n", "twice"),
        ):
            with self.assertRaisesRegex(UserError, text):
                self._import(content)
        with self.assertRaisesRegex(UserError, "choose a file"):
            self.env["usage.import"].create({}).action_import()

    def test_the_template_can_be_imported(self):
        template = Path(__file__).parents[1] / "static/csv/usage.csv"
        wizard = self._import(template.read_bytes())
        self.assertEqual(self._counts(wizard), (0, 0, 2))
        for message in wizard.line_ids.mapped("message"):
            self.assertIn("no contract “SUB0001” was found", message)

    def test_the_form(self):
        form = Form(self.env["usage.import"])
        form.file = base64.b64encode(b"key,contract,meter,at\n")
        wizard = form.save()
        wizard.action_import()
        self.assertEqual(self._counts(wizard), (0, 0, 0))

    def test_record_by_hand(self):
        other = self._create_meter("other")
        form = Form(self.env["usage.record"])
        form.subscription_id = self.contract
        self.assertEqual(form.meter_id, self.calls)
        self.assertNotIn(other, form.meter_ids[:])
        form.at = "2025-01-15 10:00:00"
        form.quantity = 0.1
        record = form.save()
        record.action_record()
        record.action_record()
        event = self._get_events()
        self.assertEqual((len(event), event.quantity, event.meter_id), (1, 0.1, self.calls))
        self.assertEqual(self._query("SELECT quantity::text FROM usage_event_store"), [("0.1",)])

    def test_recording_says_what_is_wrong(self):
        form = Form(self.env["usage.record"])
        form.subscription_id = self.contract
        form.at = "2020-01-15 10:00:00"
        with self.assertRaisesRegex(UserError, "begins only on"):
            form.save().action_record()

    def test_a_sandbox_suggests_its_own_day(self):
        self._create_sandbox_clock(self.partner_a, "2025-03-05")
        self.contract.usage_tz = "UTC"
        form = Form(self.env["usage.record"])
        form.subscription_id = self.contract
        self.assertEqual(str(form.at), "2025-03-05 00:00:00")
        form.save().action_record()
        self.assertEqual(str(self._get_events().at), "2025-03-05 00:00:00")

    def test_limited_users(self):
        unit, foreign = self._create_unit("A"), self._create_unit("B")
        self.contract.business_unit_id = foreign
        user = self._create_user("limited", business_unit_ids=[(6, 0, unit.ids)])
        text = f"key,contract,meter,at\na,{self.contract.name},calls,2025-01-15T10:00:00Z\n"
        wizard = self.env["usage.import"].with_user(user).create(
            {"file": base64.b64encode(text.encode())}
        )  # fmt: skip
        wizard.action_import()
        self.assertEqual(self._counts(wizard), (0, 0, 1))
        self.assertFalse(self._get_events())
        nobody = new_test_user(self.env, "nobody", "base.group_user")
        self.assertFalse(self.env["usage.import"].with_user(nobody).has_access("create"))
        self.assertFalse(self.env["usage.record"].with_user(nobody).has_access("create"))
