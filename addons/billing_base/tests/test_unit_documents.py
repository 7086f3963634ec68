from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestUnitDocuments(BillingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.journal = cls.company_data["default_journal_sale"].copy(
            {
                "code": "UNITA",
                "default_account_id": cls.company_data["default_account_revenue"].id,
            }
        )
        cls.bank = cls.env["res.partner.bank"].create(
            {"acc_number": "DE02120300000000202051", "partner_id": cls.company.partner_id.id}
        )
        cls.unit = cls._create_unit(
            "A",
            journal_id=cls.journal.id,
            partner_bank_id=cls.bank.id,
            invoice_payment_term_id=cls.pay_terms_b.id,
            email_from="Example Cloud <billing@example.com>",
        )
        cls.partner_a.property_payment_term_id = False

    # === PROPOSALS === #

    def test_created_with_unit(self):
        invoice = self.env["account.move"].create(
            self._prepare_invoice(business_unit_id=self.unit.id)
        )
        self.assertEqual(invoice.journal_id, self.journal)
        self.assertEqual(invoice.invoice_payment_term_id, self.pay_terms_b)
        self.assertEqual(invoice.partner_bank_id, self.bank)

    def test_what_the_caller_says_wins(self):
        default = self.company_data["default_journal_sale"]
        invoice = self.env["account.move"].create(
            self._prepare_invoice(
                business_unit_id=self.unit.id,
                journal_id=default.id,
                invoice_payment_term_id=self.pay_terms_a.id,
            )
        )
        self.assertEqual(invoice.journal_id, default)
        self.assertEqual(invoice.invoice_payment_term_id, self.pay_terms_a)

    def test_without_unit_as_core(self):
        invoice = self.env["account.move"].create(self._prepare_invoice())
        self.assertEqual(invoice.journal_id, self.company_data["default_journal_sale"])
        self.assertFalse(invoice.invoice_payment_term_id)

    def test_form(self):
        with Form(self.env["account.move"].with_context(default_move_type="out_invoice")) as form:
            form.partner_id = self.partner_a
            self.assertEqual(form.journal_id, self.company_data["default_journal_sale"])
            form.business_unit_id = self.unit
            self.assertEqual(form.journal_id, self.journal)
            self.assertEqual(form.invoice_payment_term_id, self.pay_terms_b)
            with form.invoice_line_ids.new() as line:
                line.name = "Service"
                line.price_unit = 10.0
        self.assertEqual(form.record.journal_id, self.journal)

    def test_form_terms_agreed_with_the_customer_win(self):
        self.partner_a.property_payment_term_id = self.pay_terms_a
        with Form(self.env["account.move"].with_context(default_move_type="out_invoice")) as form:
            form.partner_id = self.partner_a
            form.business_unit_id = self.unit
            self.assertEqual(form.invoice_payment_term_id, self.pay_terms_a)

    def test_form_other_customer_keeps_terms_of_the_unit(self):
        self.partner_b.property_payment_term_id = self.pay_terms_a
        with Form(self.env["account.move"].with_context(default_move_type="out_invoice")) as form:
            form.business_unit_id = self.unit
            form.partner_id = self.partner_b
            self.assertEqual(form.invoice_payment_term_id, self.pay_terms_a)
            form.partner_id = self.partner_a
            self.assertEqual(form.invoice_payment_term_id, self.pay_terms_b)

    def test_form_once_posted_keeps_its_journal(self):
        invoice = self._create_open_invoice()
        journal = invoice.journal_id
        invoice.button_draft()
        with Form(invoice) as form:
            form.business_unit_id = self.unit
        self.assertEqual(invoice.business_unit_id, self.unit)
        self.assertEqual(invoice.journal_id, journal)

    def test_form_credit_note_is_not_paid_to_ourselves(self):
        with Form(self.env["account.move"].with_context(default_move_type="out_refund")) as form:
            form.partner_id = self.partner_a
            form.business_unit_id = self.unit
        self.assertEqual(form.record.journal_id, self.journal)
        self.assertFalse(form.record.partner_bank_id)

    def test_unit_written_by_code_leaves_the_draft_alone(self):
        invoice = self.env["account.move"].create(
            self._prepare_invoice(invoice_payment_term_id=self.pay_terms_a.id)
        )
        journal = invoice.journal_id
        invoice.business_unit_id = self.unit
        self.assertEqual(invoice.journal_id, journal)
        self.assertEqual(invoice.invoice_payment_term_id, self.pay_terms_a)

    def test_vendor_bill_keeps_its_journal(self):
        bill = self.env["account.move"].create(
            self._prepare_invoice(move_type="in_invoice", business_unit_id=self.unit.id)
        )
        self.assertEqual(bill.journal_id.type, "purchase")
        self.assertNotEqual(bill.partner_bank_id, self.bank)

    # === CONSISTENCY === #

    def test_unit_of_another_company(self):
        other = self.setup_other_company()["company"]
        foreign = self._create_unit("B", company_id=other.id)
        with self.assertRaises(UserError):
            self.env["account.move"].create(
                self._prepare_invoice(
                    business_unit_id=foreign.id,
                    journal_id=self.company_data["default_journal_sale"].id,
                )
            )

    def test_branch_uses_the_unit_of_its_parent(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self.env.user.company_ids = [Command.link(branch.id)]
        self.partner_a.with_company(branch).property_account_receivable_id = self.receivable
        invoice = (
            self.env["account.move"]
            .with_company(branch)
            .create(self._prepare_invoice(business_unit_id=self.unit.id, company_id=branch.id))
        )
        self.assertEqual(invoice.company_id, branch)
        self.assertEqual(invoice.business_unit_id, self.unit)

    def test_posted_invoice_keeps_its_unit(self):
        other = self._create_unit("B")
        invoice = self._create_open_invoice(business_unit_id=self.unit.id)
        for unit in (other.id, False):
            with self.assertRaisesRegex(UserError, "cannot be changed"):
                invoice.business_unit_id = unit
        old = self._create_open_invoice()
        old.business_unit_id = other
        self.assertEqual(old.business_unit_id, other)

    def test_reversal_and_copy_keep_the_unit(self):
        invoice = self._create_open_invoice(business_unit_id=self.unit.id)
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )
        refund = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        self.assertEqual(refund.move_type, "out_refund")
        self.assertEqual(refund.business_unit_id, self.unit)
        self.assertEqual(refund.journal_id, self.journal)
        self.assertEqual(invoice.copy().business_unit_id, self.unit)

    # === PAYMENTS === #

    def test_payment_of_one_unit(self):
        invoices = self._create_open_invoices(2, business_unit_id=self.unit.id)
        payment = self._register_payment(invoices, group_payment=True)
        self.assertEqual(payment.business_unit_id, self.unit)
        self.assertEqual(payment.move_id.business_unit_id, self.unit)

    def test_payment_of_mixed_invoices(self):
        for other in (self._create_unit("B").id, False):
            invoices = self._create_open_invoice(business_unit_id=self.unit.id)
            invoices += self._create_open_invoice(business_unit_id=other)
            payment = self._register_payment(invoices, group_payment=True)
            self.assertEqual(len(payment), 1)
            self.assertFalse(payment.business_unit_id)

    def test_one_payment_per_invoice(self):
        invoices = self._create_open_invoice(business_unit_id=self.unit.id)
        invoices += self._create_open_invoice()
        payments = self._register_payment(invoices, group_payment=False)
        units = {payment.reconciled_invoice_ids: payment.business_unit_id for payment in payments}
        self.assertEqual(units, {move: move.business_unit_id for move in invoices})

    def test_entry_follows_the_payment(self):
        payment = self._register_payment(self._create_open_invoice())
        self.assertFalse(payment.move_id.business_unit_id)
        payment.business_unit_id = self.unit
        self.assertEqual(payment.move_id.business_unit_id, self.unit)

    # === MAIL === #

    def test_mail_template_of_the_unit(self):
        standard = self.env.ref("account.email_template_edi_invoice")
        self.unit.invoice_mail_template_id = standard.copy()
        invoice = self._create_open_invoice(business_unit_id=self.unit.id)
        plain = self._create_open_invoice()
        self.assertEqual(invoice._get_mail_template(), self.unit.invoice_mail_template_id)
        self.assertEqual(plain._get_mail_template(), standard)
        self.assertEqual((invoice + plain)._get_mail_template(), standard)

    def test_sender_of_the_unit(self):
        Send = self.env["account.move.send"]
        template = self.env.ref("account.email_template_edi_invoice")
        invoice = self._create_open_invoice(business_unit_id=self.unit.id)
        plain = self._create_open_invoice()
        get_value = Send._get_mail_default_field_value_from_template
        self.assertEqual(get_value(template, "en_US", invoice, "email_from"), self.unit.email_from)
        self.assertNotEqual(
            get_value(template, "en_US", plain, "email_from"), self.unit.email_from
        )
