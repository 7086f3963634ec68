from datetime import date

from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.billing_base.tests.common import BillingCommon


@tagged("post_install", "-at_install")
class TestStatement(BillingCommon, HttpCase):
    """The account of a customer: figures, document, mail, page."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner_a.email = "a@example.com"
        cls.first = cls._create_open_invoice(100.0)
        cls.receipt = cls._create_receipts(1, 60.0)
        cls.second = cls._create_open_invoice(30.0, invoice_date=date(2026, 2, 10))
        (cls.receipt | cls._items(cls.first)).reconcile()
        cls.stranger = cls._create_open_invoice(777.0, partner_id=cls.partner_b.id)
        cls.statement = cls.env["account.customer.statement"].create(
            {
                "partner_id": cls.partner_a.id,
                "date_from": date(2026, 1, 18),
                "date_to": date(2026, 2, 28),
            }
        )

    def _get_account(self, first, last, **values):
        statements = self.env["account.customer.statement"]
        return statements._get_account(self.company, self.partner_a, first, last, **values)

    def test_figures(self):
        account = self._get_account(date(2026, 1, 18), date(2026, 2, 28))
        self.assertEqual((account["opening"], account["closing"]), (100.0, 70.0))
        rows = [(row["amount"], row["balance"]) for row in account["movements"]]
        self.assertEqual(rows, [(-60.0, 40.0), (30.0, 70.0)])
        items = {item.move_id: item.residual for item in account["items"]}
        self.assertEqual(items, {self.first: 40.0, self.second: 30.0})

    def test_open_items_are_the_closing_balance_on_every_day(self):
        for day in (14, 15, 19, 20, 31):
            account = self._get_account(date(2026, 1, 1), date(2026, 1, day))
            self.assertEqual(sum(account["items"].mapped("residual")), account["closing"])

    def test_first_day_belongs_to_the_movements(self):
        account = self._get_account(date(2026, 1, 20), date(2026, 1, 20))
        self.assertEqual((account["opening"], account["closing"]), (100.0, 40.0))

    def test_unit(self):
        unit = self._create_unit("A")
        self._create_open_invoice(5.0, business_unit_id=unit.id)
        account = self._get_account(date(2026, 1, 1), date(2026, 2, 28), unit=unit)
        self.assertEqual(account["closing"], 5.0)

    def test_mail(self):
        self.statement.action_send()
        delivery = self.statement._get_deliveries()
        self.assertEqual((delivery.channel, delivery.cause), ("mail", "sent"))
        self.statement.action_send()
        self.assertEqual(len(self.statement._get_deliveries()), 1)
        self.statement._post_delivery_message(delivery, "<statement@example.com>")
        message = self.statement.message_ids[0]
        self.assertEqual(message.message_id, "<statement@example.com>")
        self.assertEqual(message.partner_ids, self.partner_a)
        self.assertEqual(message.attachment_ids.raw[:4], b"%PDF")

    def test_german_document(self):
        self.env["res.lang"].sudo()._activate_lang("de_DE")
        modules = self.env["ir.module.module"].sudo()
        modules.search([("name", "=", "account_open_items")])._update_translations(["de_DE"])
        self.partner_a.lang = "de_DE"
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html(
                "account_open_items.report_customer_statement",
                self.partner_a.ids,
                data={
                    "company_id": self.company.id,
                    "unit_id": False,
                    "date_from": date(2026, 1, 1),
                    "date_to": date(2026, 2, 28),
                },
            )[0]
            .decode()
        )
        self.assertIn("Kontoauszug", html)
        self.assertIn(self.first.name, html)
        self.assertNotIn(self.stranger.name, html)

    # === PORTAL === #

    def _create_login(self, partner, login):
        return new_test_user(
            self.env(su=True),
            login=login,
            password=login,
            groups="base.group_portal",
            partner_id=partner.id,
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )

    def test_own_page(self):
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": self.partner_a.id}
        )
        self._create_login(contact, "portal_contact")
        self.authenticate("portal_contact", "portal_contact")
        self.assertIn("/my/account-statement", self.url_open("/my").text)
        page = self.url_open("/my/account-statement?date_from=2026-01-01&date_to=2026-02-28")
        self.assertEqual(page.status_code, 200)
        self.assertIn(self.first.name, page.text)
        self.assertIn("70.00", page.text)
        self.assertNotIn("777", page.text)
        pdf = self.url_open("/my/account-statement/pdf?date_from=nonsense")
        self.assertEqual(pdf.content[:4], b"%PDF")
        pdf = self.url_open(f"/my/account-statement/{self.statement.id}")
        self.assertEqual(pdf.content[:4], b"%PDF")

    def test_strangers(self):
        self._create_login(self.partner_b, "portal_b")
        own = f"/my/account-statement/{self.statement.id}"
        staff = f"/account_open_items/statement/{self.statement.id}"
        response = self.url_open("/my/account-statement", allow_redirects=False)
        self.assertEqual(response.status_code, 303)
        self.authenticate("portal_b", "portal_b")
        for url in (own, staff, "/my/account-statement/999999"):
            self.assertEqual(self.url_open(url).status_code, 404, url)
        page = self.url_open("/my/account-statement?date_from=2026-01-01&partner_id=1")
        self.assertNotIn(self.first.name, page.text)

    def test_staff(self):
        clerk = self._create_user("clerk")
        clerk.sudo().password = "clerk"
        self.authenticate("clerk", "clerk")
        pdf = self.url_open(f"/account_open_items/statement/{self.statement.id}")
        self.assertEqual(pdf.content[:4], b"%PDF")
