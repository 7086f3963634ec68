"""Base class for tests of the customer's pages about mandates."""

from lxml import html

from odoo import Command, http
from odoo.tests import HttpCase, new_test_user

from odoo.addons.sepa_debit.controllers import portal

from .common import SepaCommon

IBAN = "AT611904300234573201"


class PortalCommon(SepaCommon, HttpCase):
    """A company with two people who sign in, another customer, and ways to read and post."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.sudo().write({"is_company": True, "name": "Alpha Ltd"})
        cls.colleague = cls.env["res.partner"].create(
            {"name": "Cora Colleague", "parent_id": cls.customer.id}
        )
        cls._create_login("owner_login", cls.customer)
        cls._create_login("colleague_login", cls.colleague)
        cls._create_login("other_login", cls.partner_b)

    def setUp(self):
        super().setUp()
        portal.FAILURES.clear()

    @classmethod
    def _create_login(cls, login, partner):
        return new_test_user(
            cls.env(su=True),
            login,
            "base.group_portal",
            partner_id=partner.id,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def _page(self, url, **post):
        if post:
            post["csrf_token"] = http.Request.csrf_token(self)
        response = self.url_open(url, data=post or None)
        self.assertEqual(response.status_code, 200, url)
        page = html.fromstring(response.content)
        page.url = response.url
        return page

    def _login(self, login="owner_login"):
        self.authenticate(login, login)

    def _draft(self, **values):
        bank = {"partner_bank_id": self.account.id} if values.pop("account", True) else {}
        return self.env["sepa.mandate"].create(
            {"partner_id": self.customer.id, "creditor_id": self.creditor.id, **bank, **values}
        )

    def _post(self, url, **values):
        token = http.Request.csrf_token(self)
        return self.url_open(url, data={"csrf_token": token, **values}, allow_redirects=False)

    @property
    def httprequest(self):
        return self

    def _sign(self, mandate, query="", **values):
        data = {"name": "Anna Alpha", "place": "Kiel", "accept": "on", "for_invoices": "on"}
        return self._post(f"/my/mandates/{mandate.id}/sign{query}", **{**data, **values})
