import base64

from odoo.tests import tagged

from .common import IBAN, StatementCommon

LAUGHS = "<!DOCTYPE l [{}]>".format(
    '<!ENTITY a "lol">'
    + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">'
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
)
OUTSIDE = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@tagged("post_install", "-at_install")
class TestStatementHostile(StatementCommon):
    """Files as nobody wants them, given to the wizard beside a good one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._create_user("clerk")

    def _upload(self, *contents):
        files = [
            (0, 0, {"name": f"{number}.xml", "datas": base64.b64encode(content)})
            for number, content in enumerate(contents)
        ]
        wizard = self.env["bank.statement.upload"].with_user(self.clerk)
        wizard = wizard.create({"attachment_ids": files})
        wizard.action_import()
        return wizard.import_ids.sudo().sorted("id")

    def _file(self, text="x", amount=5.0, number="1", **options):
        return self._camt(self._entry(amount, self._detail(text)), number=number, **options)

    def _with_head(self, head, text="x"):
        content = self._file(text)
        return content.replace(b"?>", b"?>" + head.encode(), 1)

    # === REFUSED === #

    def test_refused_with_a_message_and_no_effect(self):
        [invoice] = self._create_open_invoices(1, 5.0)
        good = self._file(invoice.name)
        latin = self._file("M\u00fcller").decode()
        cases = {
            "entities that multiply": (self._with_head(LAUGHS, "&i;"), "document type"),
            "entities from outside": (self._with_head(OUTSIDE, "&x;"), "document type"),
            "another encoding than it says": (latin.encode("latin-1"), "damaged"),
            "an encoding that nobody knows": (
                good.replace(b'"1.0"', b'"1.0" encoding="klingon"'),
                "damaged",
            ),
            "cut off": (good[:-60], "cut off"),
            "cut off amid a letter": (latin[: latin.index("\u00fc")].encode() + b"\xc3", "cut"),
            "another bank's account": (self._file(invoice.name, iban="DE8937040044"), "DE8937"),
            "five decimals": (good.replace(b">5.00<", b">5.00001<"), "more precise"),
            "a statement in another currency": (
                good.replace(f"<Ccy>{self.currency}".encode(), b"<Ccy>JPY"),
                "JPY",
            ),
            "an entry in another currency": (
                good.replace(f'<Ntry><Amt Ccy="{self.currency}'.encode(), b'<Ntry><Amt Ccy="JPY'),
                "JPY",
            ),
            "sums that do not fit": (self._file(invoice.name, closing="999.00"), "999.00"),
            "no account": (good.replace(IBAN.encode(), b""), "which account"),
            "a day that is none": (good.replace(b"<Dt>2026-01-20", b"<Dt>2026-02-30"), "no date"),
            "an order instead of a statement": (
                b'<?xml version="1.0"?><Document xmlns="urn:pain.008.001.08"><CstmrDrctDbtInitn/>'
                b"</Document>",
                "no statement",
            ),
            "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00", "cannot be read"),
        }
        for number, (case, (content, word)) in enumerate(cases.items()):
            with self.subTest(case):
                right = self._file(f"beside {number}", number=f"9{number}", amount=7.0)
                bad, beside = self._upload(content, right)
                self.assertEqual(bad.state, "refused")
                self.assertIn(word, bad.message)
                self.assertFalse(bad.line_ids or bad.statement_ids)
                self.assertEqual(beside.state, "done", "it does not keep others out")
        self.assertEqual(invoice.amount_residual, 5.0)

    def test_two_hundred_megabytes(self):
        """Refused by its size, before anybody tries to read it."""
        size = 200 * 1024 * 1024
        head = self._file()[:-30]
        before = self.env["bank.statement.import"].search([], limit=1)
        record = self.env["bank.statement.import"]._take_in(
            "huge.xml", head + b" " * (size - len(head)), self.company
        )
        self.assertGreater(record.id, before.id)
        self.assertEqual(record.state, "refused")
        self.assertIn("larger than 64 MB", record.message)
        self.assertFalse(record.content, "nothing of it is kept")
        self.assertFalse(record.line_ids)

    # === READ, AND SHOWN === #

    def test_versions_that_nobody_knows(self):
        """What is named as always is read as always; sums are proved as always."""
        [invoice] = self._create_open_invoices(1, 5.0)
        content = self._file(invoice.name).replace(b"camt.053.001.08", b"camt.053.001.99")
        record = self._upload(content)
        self.assertEqual((record.state, record.matched_count), ("done", 1))
        self.assertEqual(invoice.amount_residual, 0.0)

    def test_elements_that_nobody_knows(self):
        """Money in a shape that is foreign is booked as money, and waits for somebody."""
        [invoice] = self._create_open_invoices(1, 5.0)
        content = self._file(invoice.name).replace(b"RmtInf", b"NewRmt").replace(b"Refs", b"NewRf")
        line = self._upload(content).line_ids
        self.assertEqual((line.amount, line.is_reconciled), (5.0, False))
        self.assertIn(line.match_state, ("open", "proposed"))
        self.assertEqual(invoice.amount_residual, 5.0)

    def test_return_of_an_unknown_shape(self):
        """The bank's own code says that a debit came back, and nothing says which."""
        codes = "<Prtry><Cd>NRTI+109+00931</Cd></Prtry>"
        entry = self._entry(-15.5, "<Odd><Shape/></Odd>", codes=codes)
        line = self._upload(self._camt(entry)).line_ids
        self.assertEqual((line.is_return, line.match_state), (True, "look"))
        self.assertFalse(line.is_reconciled)

    def test_without_balances(self):
        """Nothing can be proved: money is read, a reversal is looked at by somebody."""
        [invoice] = self._create_open_invoices(1, 5.0)
        plain = self._entry(5.0, self._detail(invoice.name))
        reversal = self._entry(6.0, self._detail("y"), extra="<RvslInd>true</RvslInd>")
        content = self._camt(plain, reversal)
        start, end = content.index(b"<Bal>"), content.rindex(b"</Bal>") + 6
        lines = self._upload(content[:start] + content[end:]).line_ids.sorted("amount")
        self.assertEqual(lines.mapped("match_state"), ["matched", "look"])
        self.assertIn("balances", lines[1].match_note)
        self.assertEqual(invoice.amount_residual, 0.0)

    def test_nothing_and_less_than_nothing(self):
        """Zeros of any sign move nothing, and keep nothing else out."""
        zero = self._entry(0.0, self._detail("zero"))
        minus = (0.0, zero[1].replace(">0.00<", ">-0.00<").replace("CRDT", "DBIT"))
        entry = self._entry(5.0, self._detail("five"))
        record = self._upload(self._camt(zero, minus, entry, opening="-0.00"))
        self.assertEqual(record.state, "done")
        self.assertEqual(sum(record.line_ids.mapped("amount")), 5.0)
        self.assertFalse(any(record.line_ids.mapped("is_return")))

    # === THE SAME TWICE === #

    def test_same_statement_twice_in_a_file(self):
        content = self._file()
        part = content[content.index(b"<Stmt>") : content.index(b"</BkTo")]
        record = self._upload(content.replace(b"</BkTo", part + b"</BkTo"))
        self.assertEqual((record.state, record.entry_count), ("done", 1))

    def test_other_entries_under_the_same_id(self):
        """Banks number anew each year: the entries decide what is known."""
        first, second = self._upload(self._file("x"), self._file("y", amount=6.0))
        self.assertEqual((first.state, second.state), ("done", "done"))
        self.assertEqual((first + second).line_ids.mapped("amount"), [5.0, 6.0])
        again = self._upload(self._file("x").replace(b"<MsgId>M1", b"<MsgId>M2"))
        self.assertEqual((again.state, again.entry_count), ("known", 0))
