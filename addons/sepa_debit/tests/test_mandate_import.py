import csv
import io
from datetime import date, timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import file_open, mute_logger

from .common import SepaCommon

OPTIONS = {"quoting": '"', "separator": ",", "has_headers": True, "date_format": "%Y-%m-%d"}
HEADER = ["name", "partner_id", "iban", "scheme", "signed_on", "last_presented_on"]


@tagged("post_install", "-at_install")
class TestMandateImport(SepaCommon):
    """Mandates of another system come from a file, as they are."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if "base_import.import" not in cls.env:
            cls.skipTest(cls, "Odoo's import is not installed")
        cls.partner_a.name, cls.partner_b.name = "Example Ltd", "Sample Inc"

    def _import(self, rows, dry_run=False):
        out = io.StringIO()
        csv.writer(out).writerows(rows)
        values = {
            "res_model": "sepa.mandate",
            "file": out.getvalue().encode(),
            "file_type": "text/csv",
        }
        wizard = self.env["base_import.import"].create(values)
        return wizard.execute_import(rows[0], rows[0], OPTIONS, dryrun=dry_run)

    def _refusal(self, *row):
        with mute_logger("odoo.sql_db"):
            messages = self._import([HEADER, list(row)], dry_run=True)["messages"]
        self.assertEqual({message["type"] for message in messages}, {"error"})
        return " ".join(message["message"] for message in messages)

    def test_template(self):
        [template] = self.env["sepa.mandate"].get_import_templates()
        with file_open(template["template"].lstrip("/")) as source:
            rows = list(csv.reader(source))
        result = self._import(rows)
        self.assertEqual(result["messages"], [])
        first, second = self.env["sepa.mandate"].browse(result["ids"])
        self.assertEqual((first.name, first.state), ("M-2019-0001", "active"))
        self.assertEqual(first.partner_bank_id, self.account, "the account is there already")
        self.assertEqual(first.lapses_on, date(2029, 1, 5))
        self.assertTrue(first.was_settled)
        self.assertEqual((second.scheme, second.is_registered), ("B2B", True))
        self.assertEqual(second.partner_bank_id.sanitized_acc_number, "AT611904300234573201")
        self.assertFalse(second.was_settled)
        self.assertEqual(second.lapses_on, date(2028, 6, 1))

    def test_two_hundred(self):
        partners = self.env["res.partner"].create([{"name": f"Payer {n:03}"} for n in range(200)])
        rows = [
            [f"OLD/{n}", partner.name, _iban(n), "CORE", "2025-01-31", ""]
            for n, partner in enumerate(partners)
        ]
        result = self._import([HEADER, *rows])
        self.assertEqual(result["messages"], [])
        mandates = self.env["sepa.mandate"].browse(result["ids"])
        self.assertEqual(len(mandates), 200)
        self.assertEqual(set(mandates.mapped("state")), {"active"})
        self.assertEqual(mandates.partner_id, partners)
        self.assertEqual(len(mandates.partner_bank_id), 200)

    def test_without_signature_it_is_a_draft(self):
        result = self._import([HEADER, ["N-1", "Example Ltd", _iban(1), "CORE", "", ""]])
        self.assertEqual(self.env["sepa.mandate"].browse(result["ids"]).state, "draft")

    def test_bad_rows_say_what_is_wrong(self):
        day = (self.today + timedelta(days=1)).isoformat()
        cases = [
            (("X-1", "Example Ltd", "DE75512108001245126198", "CORE", "2025-01-31", ""),
             ("IBAN of X-1", "check digits")),
            (("X-1", "Example Ltd", "TR330006100519786457841326", "CORE", "2025-01-31", ""),
             ("IBAN of X-1", "outside the SEPA")),
            (("X_1", "Example Ltd", _iban(1), "CORE", "2025-01-31", ""),
             ("Mandate reference", "X_1")),
            (("X-1", "Example Ltd", _iban(1), "CORE", day, ""), ("in the future",)),
            (("X-1", "Nobody", _iban(1), "CORE", "2025-01-31", ""), ("Nobody", "Customer")),
            (("X-1", "Example Ltd", "", "CORE", "2025-01-31", ""), ("IBAN", "is missing")),
            (("X-1", "Example Ltd", _iban(1), "COR9", "2025-01-31", ""), ("COR9",)),
            (("X-1", "Example Ltd", _iban(1), "CORE", "2025-01-31", "2024-12-31"),
             ("Last Collection", "X-1")),
            ((self.mandate.name, "Example Ltd", _iban(1), "CORE", "2025-01-31", ""),
             ("has a mandate with this reference",)),
        ]  # fmt: skip
        for row, texts in cases:
            with self.subTest(row=row):
                message = self._refusal(*row)
                for text in texts:
                    self.assertIn(text, message)
        self.assertFalse(self.env["sepa.mandate"].search([("name", "=like", "X%")]))

    def test_good_rows_of_a_bad_file_are_not_taken(self):
        rows = [
            ["G-1", "Example Ltd", _iban(1), "CORE", "2025-01-31", ""],
            ["G-2", "Example Ltd", "nonsense", "CORE", "2025-01-31", ""],
        ]
        result = self._import([HEADER, *rows])
        self.assertFalse(result["ids"])
        self.assertFalse(self.env["sepa.mandate"].search([("name", "=like", "G-%")]))

    # === ON THE PARTNER === #

    def test_mandates_of_the_customer(self):
        contact = self.env["res.partner"].create({"name": "C", "parent_id": self.customer.id})
        other = self._create_mandate(partner=contact)
        self.assertEqual(self.customer.sepa_mandate_count, 2)
        self.assertEqual(contact.sepa_mandate_count, 2)
        action = contact.action_view_sepa_mandates()
        self.assertEqual(self.env["sepa.mandate"].search(action["domain"]), self.mandate | other)

    def test_uploaded_signature_needs_the_document(self):
        draft = self.mandate.copy({"signature_channel": "upload"})
        with self.assertRaisesRegex(UserError, "Signed Document"):
            draft.action_activate()
        draft.document = b"UERG"
        draft.action_activate()
        self.assertEqual(draft.state, "active")


def _iban(number):
    """Return a valid German account number."""
    account = f"51210800{number:010}"
    check = 98 - int(account + "131400") % 97
    return f"DE{check:02}{account}"
