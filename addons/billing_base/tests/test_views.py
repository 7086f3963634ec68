from lxml import etree

from odoo.tests import Form, tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestViews(BillingCommon):
    """Forms and menus as the people see them who use them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls._create_user("billing_user")
        cls.manager = cls._create_user("billing_manager", "billing_base.group_billing_manager")

    def test_manager_creates_a_unit(self):
        with Form(self.env["billing.business.unit"].with_user(self.manager)) as form:
            form.name = "Example Cloud"
            form.code = "CLOUD"
        self.assertEqual(form.record.company_id, self.company)

    def test_manager_creates_and_reads_a_clock(self):
        self.company.sudo().is_billing_sandbox = True
        with Form(self.env["billing.test.clock"].with_user(self.manager)) as form:
            form.partner_id = self.partner_a
        self.assertEqual(form.record.date, self.company._get_billing_today())

    def test_manager_reads_an_event(self):
        event = self.env["billing.event"]._record("customer.greeted", self.partner_a)
        form = Form(event.with_user(self.manager))
        self.assertEqual(form.type, "customer.greeted")
        self.assertEqual(form.payload_text, "{}")

    def test_menus(self):
        cases = [
            ("menu_billing_root", True),
            ("menu_billing_configuration", False),
            ("menu_billing_event", False),
        ]
        for name, for_users in cases:
            menu = self.env.ref(f"billing_base.{name}")
            with self.subTest(menu=name):
                self.assertEqual(self._sees(self.user, menu), for_users and self._has_own_menus())
                self.assertTrue(self._sees(self.manager, menu))

    def test_unit_on_the_invoice_form(self):
        arch = self.env["account.move"].with_user(self.user).get_view(view_type="form")["arch"]
        field = etree.fromstring(arch).find(".//field[@name='business_unit_id']")
        self.assertEqual(field.get("readonly"), "state != 'draft'")

    def test_unit_in_the_invoice_search(self):
        view = self.env.ref("account.view_account_invoice_filter")
        arch = self.env["account.move"].get_view(view.id, "search")["arch"]
        names = [node.get("name") for node in etree.fromstring(arch).iter("filter")]
        self.assertIn("without_business_unit", names)
        self.assertIn("group_by_business_unit", names)

    def _sees(self, user, menu):
        return menu.id in self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()

    def _has_own_menus(self):
        """The root shows up for users as soon as an addon on top adds an entry for them."""
        children = self.env.ref("billing_base.menu_billing_root").child_id
        return any(self._sees(self.user, menu) for menu in children)
