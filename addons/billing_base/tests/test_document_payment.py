import base64
import io
import re

from PIL import Image
from segno import helpers

from odoo import Command
from odoo.tests import tagged

from odoo.addons.billing_base.core.credit_transfer import compact_iban, transfer_payload
from odoo.addons.billing_base.core.document import PaymentNotice
from odoo.addons.billing_base.models.account_move_document import CODE_SCALE

from .documents import IBAN, DocumentsCommon


@tagged("post_install", "-at_install")
class TestDocumentPayment(DocumentsCommon):
    """What a printed invoice says about its payment, and the code to transfer it."""

    def _read_code(self, address):
        """Return the modules of a code, read back from its picture: rows of 0 and 1."""
        content = base64.b64decode(address.removeprefix("data:image/png;base64,"))
        with Image.open(io.BytesIO(content)) as image:
            size = image.width // CODE_SCALE
            small = image.convert("L").resize((size, size), Image.Resampling.NEAREST)
            return [
                [int(small.getpixel((column, row)) < 128) for column in range(size)]
                for row in range(size)
            ]

    def _expect_code(self, move, **values):
        """The printed code is the one that another writer of the standard makes."""
        found = self._read_code(move._get_transfer_code())
        expected = helpers.make_epc_qr(**values, encoding="utf-8")
        self.assertEqual(expected.error, "M")
        self.assertLessEqual(expected.version, 13)
        self.assertEqual(found, [list(row) for row in expected.matrix])

    # === CODE === #

    def test_code_is_that_of_the_standard(self):
        move = self._create_document(self._prepare_line("Base fee", 119.25))
        self._expect_code(
            move,
            name="Nordlicht Systeme GmbH",
            iban=IBAN,
            amount=119.25,
            text=move.payment_reference,
        )
        self.assertIn("Scan the code", self._read(move))

    def test_code_with_creditor_reference(self):
        move = self._create_document(
            self._prepare_line("Base fee", 0.75), payment_reference="RF18 5390 0754 7034"
        )
        self._expect_code(
            move,
            name="Nordlicht Systeme GmbH",
            iban=IBAN,
            amount=0.75,
            reference="RF18539007547034",
        )

    def test_code_of_what_is_left(self):
        move = self._create_document()
        self._pay_euros(move, 40)
        self.assertIn("EUR60.00", transfer_payload(move._get_credit_transfer()))
        text = self._read(move)
        self.assertIn("Paid on", text)
        self.assertRegex(text, r"Amount due 60\.00")

    def test_code_of_the_account_of_this_invoice(self):
        other = self.env["res.partner.bank"].create(
            {
                "acc_number": "DE89370400440532013000",
                "partner_id": self.company.partner_id.id,
                "acc_holder_name": "Nordlicht Kollekte",
            }
        )
        move = self._create_document(partner_bank_id=other.id)
        transfer = move._get_credit_transfer()
        self.assertEqual(compact_iban(transfer.iban), "DE89370400440532013000")
        self.assertEqual(transfer.name, "Nordlicht Kollekte")

    def test_no_code(self):
        dollars = self.company.currency_id
        refund = self._create_document(move_type="out_refund")
        draft = self._create_document(post=False)
        paid = self._create_document()
        self._pay_euros(paid, 100)
        account = self.env["res.partner.bank"].create(
            {"acc_number": "0123456", "partner_id": self.company.partner_id.id}
        )
        for move in (
            refund,
            draft,
            paid,
            self._create_document(currency_id=dollars.id),
            self._create_document(partner_bank_id=account.id),
            self._create_document(partner_bank_id=False),
        ):
            self.assertNotIn("Scan the code", self._read(move), move.display_name)

    def test_no_transfer_when_money_is_collected(self):
        move = self._create_document()
        with self._in_collection({self._items(move): 100.0}):
            text = self._read(move)
            self.assertIn("being collected already", text)
            self.assertNotIn("Please transfer", text)
            self.assertNotIn("Scan the code", text)
        self.assertIn("Please transfer", self._read(move))

    def test_notice_of_a_collecting_addon(self):
        notice = PaymentNotice("Will be debited on 02/14/2026, mandate M-1.")
        self.patch(self.registry["account.move"], "_get_payment_notice", lambda move: notice)
        text = self._read(self._create_document())
        self.assertIn("Will be debited on 02/14/2026, mandate M-1.", text)
        self.assertNotIn("Please transfer", text)
        self.assertNotIn("Recipient", text)

    # === TERMS === #

    def _pay_euros(self, move, amount):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create(
            {"amount": amount, "currency_id": self.euro.id, "payment_date": "2026-01-20"}
        )._create_payments()

    def test_paid(self):
        move = self._create_document()
        self._pay_euros(move, 100)
        text = self._read(move)
        self.assertIn("settled in full", text)
        self.assertIn("01/20/2026", text)
        self.assertRegex(text, r"Amount due 0\.00")

    def test_without_payments(self):
        """Core's second report leaves out what was paid."""
        move = self._create_document()
        self._pay_euros(move, 40)
        reports = self.env["ir.actions.report"]
        pdf = reports._render_qweb_pdf("account.account_invoices_without_payment", move.ids)[0]
        self.assertNotIn("Paid on", "".join(self._read_pages(pdf)))

    def test_early_payment_discount(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "2 % in 7 days",
                "note": "<p>Two percent within a week</p>",
                "early_discount": True,
                "discount_days": 7,
                "discount_percentage": 2,
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 100, "nb_days": 30})
                ],
            }
        )
        move = self._create_document(
            self._prepare_line("Base fee", 200), invoice_payment_term_id=term.id
        )
        text = self._read(move)
        self.assertRegex(text, r"by 01/22/2026 2 % \(4\.00 €\) 196\.00 €")
        self.assertRegex(text, r"by 02/14/2026 – 200\.00 €")
        self.assertIn("Two percent within a week", text)
        self.assertEqual(self._items(move).discount_amount_currency, 196)
        self._pay_euros(move, 50)
        self.assertNotIn("196.00", self._read(move))

    def test_instalments(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Half now",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (0, 30)
                ],
            }
        )
        move = self._create_document(
            self._prepare_line("Base fee", 1000), invoice_payment_term_id=term.id
        )
        text = self._read(move)
        self.assertRegex(text, r"1 01/15/2026 500\.00 €")
        self.assertRegex(text, r"2 02/14/2026 500\.00 €")
        self.assertIn("Please transfer 500.00 € by 01/15/2026", text)
        self._pay_euros(move, 600)
        text = self._read(move)
        self.assertIn("Please transfer 400.00 € by 02/14/2026", text)
        self.assertIn("EUR400.00", transfer_payload(move._get_credit_transfer()))
        self.assertEqual(len(re.findall("Paid on", text)), 1, "one payment, one line")
