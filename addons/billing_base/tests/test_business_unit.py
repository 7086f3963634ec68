from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestBusinessUnit(BillingCommon):
    def test_code_is_unique_per_company(self):
        self._create_unit("A")
        other = self.setup_other_company()["company"]
        self._create_unit("A", company_id=other.id)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self._create_unit("A")

    def test_copy_gets_a_code_of_its_own_and_no_users(self):
        unit = self._create_unit("A")
        unit.user_ids = self._create_user("limited")
        copy = unit.copy()
        self.assertNotEqual(copy.code, unit.code)
        self.assertFalse(copy.user_ids)

    def test_checks(self):
        foreign = self.setup_other_company()
        bank = self.env["res.partner.bank"].create(
            {"acc_number": "DE02120300000000202051", "partner_id": self.partner_a.id}
        )
        template = self.env["mail.template"].create(
            {"name": "For partners", "model_id": self.env["ir.model"]._get_id("res.partner")}
        )
        purchases = self.company_data["default_journal_purchase"]
        cases = [
            ({"journal_id": purchases.id}, ValidationError, "not a sales journal"),
            ({"partner_bank_id": bank.id}, ValidationError, "does not belong to"),
            ({"invoice_mail_template_id": template.id}, ValidationError, "not made for invoices"),
            ({"email_from": "nobody"}, ValidationError, "not an email address"),
            ({"journal_id": foreign["default_journal_sale"].id}, UserError, "company"),
        ]
        for number, (values, error, message) in enumerate(cases):
            with self.subTest(values=values), self.assertRaisesRegex(error, message):
                self._create_unit(f"A{number}", **values)

    def test_valid_values(self):
        self._create_unit("A", **self._get_full_values())

    def test_prepare_invoice_defaults(self):
        self.assertEqual(self.env["billing.business.unit"]._prepare_invoice_defaults(), {})
        plain = self._create_unit("P")
        self.assertEqual(plain._prepare_invoice_defaults(), {"business_unit_id": plain.id})
        values = self._get_full_values()
        full = self._create_unit("F", **values)
        expected = {
            name: values[name]
            for name in ("journal_id", "partner_bank_id", "invoice_payment_term_id")
        }
        expected["business_unit_id"] = full.id
        self.assertEqual(full._prepare_invoice_defaults(), expected)

    def test_terms_agreed_with_the_customer_win(self):
        unit = self._create_unit("F", invoice_payment_term_id=self.pay_terms_a.id)
        self.partner_a.property_payment_term_id = self.pay_terms_b
        self.partner_b.property_payment_term_id = False
        self.assertNotIn("invoice_payment_term_id", unit._prepare_invoice_defaults(self.partner_a))
        values = unit._prepare_invoice_defaults(self.partner_b)
        self.assertEqual(values["invoice_payment_term_id"], self.pay_terms_a.id)

    def test_used_unit_is_archived_not_deleted(self):
        unit, unused = self._create_unit("A"), self._create_unit("B")
        self._create_open_invoice(business_unit_id=unit.id)
        with self.assertRaisesRegex(UserError, "Archive it instead"):
            unit.unlink()
        unused.unlink()
        self.assertFalse(unused.exists())

    def test_unit_of_limited_user_is_not_deleted(self):
        unit = self._create_unit("A")
        unit.user_ids = self._create_user("limited")
        with self.assertRaisesRegex(UserError, "Archive it instead"):
            unit.unlink()

    def test_company_of_used_unit_is_fixed(self):
        other = self.setup_other_company()["company"]
        unit = self._create_unit("A")
        unit.company_id = other
        unit.company_id = self.company
        self._create_open_invoice(business_unit_id=unit.id)
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            unit.company_id = other

    def test_count_and_open_invoices(self):
        unit = self._create_unit("A")
        self.assertEqual(unit.invoice_count, 0)
        invoice = self._create_open_invoice(business_unit_id=unit.id)
        self._create_open_invoice()
        unit.invalidate_recordset()
        self.assertEqual(unit.invoice_count, 1)
        action = unit.action_open_invoices()
        self.assertEqual(self.env["account.move"].search(action["domain"]), invoice)

    def test_companies(self):
        """A branch uses the units of its parent; other companies see nothing of them."""
        unit = self._create_unit("A")
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        other = self.setup_other_company()["company"]
        for company, visible in ((branch, True), (other, False)):
            user = self._create_user(f"of_{company.id}")
            user.write({"company_ids": [Command.set(company.ids)], "company_id": company.id})
            found = unit.with_user(user).with_company(company).search([("id", "=", unit.id)])
            self.assertEqual(bool(found), visible, company.name)

    def test_only_managers_configure(self):
        unit = self._create_unit("A").with_user(self._create_user("user"))
        self.assertEqual(unit.name, "Unit A")
        with self.assertRaises(AccessError):
            unit.write({"name": "Mine"})

    def test_limited_manager_cannot_lift_the_limit(self):
        unit = self._create_unit("A")
        manager = self._create_user("m", "billing_base.group_billing_manager")
        manager.business_unit_ids = unit
        with self.assertRaisesRegex(AccessError, "limited to business units"):
            unit.with_user(manager).user_ids = [Command.clear()]
        with self.assertRaisesRegex(AccessError, "limited to business units"):
            unit.with_user(manager).create(
                {"name": "B", "code": "B", "user_ids": [Command.link(manager.id)]}
            )
        unit.with_user(manager).name = "Renamed"

    def _get_full_values(self):
        bank = self.env["res.partner.bank"].create(
            {
                "acc_number": "DE02120300000000202051",
                "partner_id": self.company.partner_id.id,
            }
        )
        journal = self.company_data["default_journal_sale"].copy()
        return {
            "journal_id": journal.id,
            "partner_bank_id": bank.id,
            "invoice_payment_term_id": self.pay_terms_b.id,
            "invoice_mail_template_id": self.env.ref("account.email_template_edi_invoice").id,
            "email_from": "Example Cloud <billing@example.com>",
        }
