"""Base class for tests of the customer's pages (public API)."""

from lxml import html

from odoo import Command, fields
from odoo.tests import new_test_user

from odoo.addons.billing_base.tests.common import BillingCommon


class CustomerPortalCommon(BillingCommon):
    """A customer with a contact who may sign in, on a fixed day, and ways to read a page."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.to_date("2026-02-10")
        cls.partner_a.sudo().write({"is_company": True, "name": "Alpha Ltd"})
        cls.partner_b.sudo().write({"is_company": True, "name": "Beta Ltd"})
        cls._create_sandbox_clock(cls.partner_a, cls.today)
        cls.user_a = cls._create_portal_user("portal_alpha", cls.partner_a)
        cls.user_b = cls._create_portal_user("portal_beta", cls.partner_b)
        cls.account = cls.env["customer.portal.account"].with_company(cls.company)

    @classmethod
    def _create_portal_user(cls, login, partner, **values):
        """Return a portal user whose contact belongs to ``partner``."""
        contact = cls.env["res.partner"].sudo().create({"name": login, "parent_id": partner.id})
        values = {
            "company_id": cls.company.id,
            "company_ids": [Command.set(cls.company.ids)],
            "partner_id": contact.id,
        } | values
        return new_test_user(cls.env(su=True), login, "base.group_portal", **values)

    @classmethod
    def _create_due_invoice(cls, amount, due, **values):
        """Return a posted invoice that is payable by ``due``."""
        values = {"invoice_date_due": due, "invoice_payment_term_id": False} | values
        return cls._create_open_invoice(amount, **values)

    @classmethod
    def _allow_online_payment(cls):
        """Set up a way to pay online in the test company."""
        providers = cls.env["payment.provider"].sudo()
        provider = providers.search([("company_id", "=", cls.company.id)], limit=1)
        if not provider:
            provider = providers.create({"name": "Test", "company_id": cls.company.id})
        provider.write({"state": "test", "is_published": True})
        params = cls.env["ir.config_parameter"].sudo()
        params.set_param("account_payment.enable_portal_payment", "True")

    def _get_page(self, url, login):
        """Return the parsed page that a user gets."""
        self.authenticate(login, login)
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200, url)
        return html.fromstring(response.content)

    @staticmethod
    def _texts(page, xpath):
        """Return the texts of the found elements, with ordinary single spaces."""
        return [" ".join(node.text_content().split()) for node in page.xpath(xpath)]

    def _load_german(self, *addons):
        """Switch German on, with the words of this addon and the given ones."""
        self.env["res.lang"].sudo()._activate_lang("de_DE")
        domain = [("name", "in", ("customer_portal", *addons))]
        self.env["ir.module.module"].sudo().search(domain)._update_translations(["de_DE"])
