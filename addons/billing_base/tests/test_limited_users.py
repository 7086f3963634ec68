from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestLimitedUsers(BillingCommon):
    """What a user sees of invoices, journal items, payments and figures."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit_a, cls.unit_b = cls._create_unit("A"), cls._create_unit("B")
        cls.invoice_a = cls._create_open_invoice(business_unit_id=cls.unit_a.id)
        cls.invoice_b = cls._create_open_invoice(business_unit_id=cls.unit_b.id)
        cls.invoice_none = cls._create_open_invoice()
        cls.invoices = cls.invoice_a + cls.invoice_b + cls.invoice_none
        cls.limited = cls._create_user("limited", business_unit_ids=[(6, 0, cls.unit_a.ids)])
        cls.free = cls._create_user("free")

    def _search(self, user, model="account.move", field="id"):
        domain = [(field, "in", self.invoices.ids)]
        return self.env[model].with_user(user).search(domain).sudo(False).with_env(self.env)

    def test_users_without_units_see_everything(self):
        self.assertEqual(self._search(self.free), self.invoices.sorted())

    def test_limited_users_see_their_units_and_documents_without_unit(self):
        self.assertEqual(self._search(self.limited), (self.invoice_a + self.invoice_none).sorted())
        Move = self.env["account.move"].with_user(self.limited)
        self.assertEqual(Move.search_count([("id", "in", self.invoices.ids)]), 2)

    def test_read_by_id(self):
        for invoice in (self.invoice_a, self.invoice_none):
            self.assertTrue(invoice.with_user(self.limited).read(["name"]))
        for records in (self.invoice_b, self.invoice_b.line_ids):
            with self.subTest(model=records._name), self.assertRaises(AccessError):
                records.with_user(self.limited).read(["name"])
        with self.assertRaises(AccessError):
            self.invoice_b.with_user(self.limited).write({"ref": "x"})

    def test_journal_items(self):
        lines = self._search(self.limited, "account.move.line", "move_id")
        self.assertEqual(lines.move_id, self.invoice_a + self.invoice_none)

    def test_journal_items_in_sums(self):
        Line = self.env["account.move.line"].with_user(self.limited)
        groups = Line._read_group(
            [("move_id", "in", self.invoices.ids), ("balance", ">", 0)], [], ["balance:sum"]
        )
        self.assertEqual(groups, [(200.0,)])

    def test_invoice_analysis(self):
        self.env.flush_all()
        Report = self.env["account.invoice.report"].with_user(self.limited)
        found = Report.search([("move_id", "in", self.invoices.ids)]).move_id
        self.assertEqual(sorted(found.ids), sorted((self.invoice_a + self.invoice_none).ids))

    def test_payments_and_their_entries(self):
        payments = self._register_payment(self.invoice_a) + self._register_payment(self.invoice_b)
        Payment = self.env["account.payment"].with_user(self.limited)
        self.assertEqual(Payment.search([("id", "in", payments.ids)]).ids, payments[0].ids)
        with self.assertRaises(AccessError):
            payments[1].with_user(self.limited).read(["amount"])
        entries = payments.move_id.with_user(self.limited)
        self.assertEqual(entries.search([("id", "in", entries.ids)]).ids, payments[0].move_id.ids)

    def test_create_in_foreign_unit(self):
        Move = self.env["account.move"].with_user(self.limited)
        Move.create(self._prepare_invoice(business_unit_id=self.unit_a.id))
        Move.create(self._prepare_invoice())
        with self.assertRaises(AccessError):
            Move.create(self._prepare_invoice(business_unit_id=self.unit_b.id))

    def test_change_of_the_limit_counts_at_once(self):
        """The domains of record rules are cached per user."""
        self._search(self.limited)
        self.limited.business_unit_ids = self.unit_b
        self.assertEqual(self._search(self.limited), (self.invoice_b + self.invoice_none).sorted())
        self.unit_b.user_ids = [Command.unlink(self.limited.id)]
        self.assertEqual(self._search(self.limited), self.invoices.sorted())
        self.unit_a.user_ids = [Command.link(self.limited.id)]
        self.assertEqual(self._search(self.limited), (self.invoice_a + self.invoice_none).sorted())

    def test_archived_unit_still_limits(self):
        self.unit_a.active = False
        self.assertEqual(self.limited.business_unit_ids, self.unit_a)
        self.assertEqual(self._search(self.limited), (self.invoice_a + self.invoice_none).sorted())

    def test_system_users_are_not_exempt(self):
        admin = self._create_user(
            "admin_2", "base.group_system", "account.group_account_manager",
            business_unit_ids=[(6, 0, self.unit_a.ids)],
        )  # fmt: skip
        self.assertNotIn(self.invoice_b, self._search(admin))

    def test_limited_user_works(self):
        """Invoice, post, register a payment and unreconcile with rules in force."""
        invoice = (
            self.env["account.move"]
            .with_user(self.limited)
            .create(self._prepare_invoice(business_unit_id=self.unit_a.id))
        )
        invoice.action_post()
        wizard = self.env["account.payment.register"].with_user(self.limited)
        wizard = wizard.with_context(active_model="account.move", active_ids=invoice.ids).create(
            {}
        )
        wizard._create_payments()
        self.assertTrue(invoice._is_settled())
        self._items(invoice).remove_move_reconcile()
        self.assertFalse(invoice._is_settled())

    def test_other_companies_stay_hidden(self):
        other = self.setup_other_company()
        journal = other["default_journal_sale"]
        foreign = self.env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": self.partner_b.id, "journal_id": journal.id}
        )
        for user in (self.limited, self.free):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                foreign.with_user(user).read(["name"])

    # === CUSTOMERS === #

    def _create_portal_user(self):
        return new_test_user(
            self.env,
            login="portal_customer",
            groups="base.group_portal",
            partner_id=self.partner_a.id,
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )

    def test_portal_users_see_all_their_invoices(self):
        portal = self._create_portal_user()
        self.assertEqual(self._search(portal), self.invoices.sorted())
        self.assertTrue(self.invoice_b.with_user(portal).read(["name"]))
        self.assertTrue(self.invoice_b.line_ids.with_user(portal).read(["name"]))

    def test_portal_users_cannot_be_limited(self):
        portal = self._create_portal_user()
        with self.assertRaisesRegex(ValidationError, "is a portal user"):
            portal.business_unit_ids = self.unit_a
        with self.assertRaisesRegex(ValidationError, "is a portal user"):
            self.unit_a.user_ids = [Command.link(portal.id)]

    def test_employee_who_becomes_customer_is_not_limited(self):
        self.limited.group_ids = self.env.ref("base.group_portal")
        self.limited.partner_id.parent_id = self.partner_a
        self.assertEqual(self._search(self.limited), self.invoices.sorted())

    def test_public_user_sees_nothing(self):
        with self.assertRaises(AccessError):
            self.invoice_none.with_user(self.env.ref("base.public_user")).read(["name"])
