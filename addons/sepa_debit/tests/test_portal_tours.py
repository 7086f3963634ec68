from odoo.tests import tagged

from .common_portal import PortalCommon

ENGLISH = (
    "Sign", "Mandate reference", "Account holder", "Your name", "Place", "Debit", "Revoke",
    "Change", "any more", "Download", "Creditor", "With your bank", "made any more", "Keep",
)  # fmt: skip


class PortalTours(PortalCommon):
    """Sign, see the announced debit, revoke: by hand, in the browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mandate.action_end()
        cls.owner = cls.env["res.users"].search([("login", "=", "owner_login")])

    def _sign_and_revoke(self):
        self.start_tour("/my/mandates", "sepa_mandate_sign", login="owner_login")
        mandate = self.customer.sepa_mandate_ids.filtered(lambda m: m.state == "active")
        self.assertEqual((mandate.signed_by, mandate.signed_place), ("Anna Alpha", "Kiel"))
        invoice = self._bill()
        self.assertEqual(self._collections(invoice).mandate_id, mandate)
        self.start_tour(invoice.access_url, "sepa_mandate_revoke", login="owner_login")
        self.env.invalidate_all()
        self.assertEqual(mandate.state, "revoked")
        self.assertEqual(self._collections(invoice).state, "cancelled")
        return mandate

    def _speak_german(self):
        self.env["res.lang"].sudo()._activate_lang("de_DE")
        modules = self.env["ir.module.module"].sudo()
        names = ("web", "portal", "account", "account_payment", "billing_base", "sepa_debit")
        modules.search([("name", "in", names)])._update_translations(["de_DE"])
        self.owner.sudo().lang = "de_DE"


@tagged("post_install", "-at_install")
class TestPortalTours(PortalTours):
    """On a desk."""

    def test_english(self):
        self._sign_and_revoke()

    def test_german(self):
        self._speak_german()
        mandate = self._sign_and_revoke()
        draft = mandate.copy()
        self._login()
        urls = (
            "/my/mandates", "/my/mandates/new", draft.access_url, f"{draft.access_url}/revoke",
            mandate.access_url,
        )  # fmt: skip
        for url in urls:
            text = self._page(url).xpath("//main")[0].text_content()
            for word in ENGLISH:
                with self.subTest(url=url, word=word):
                    self.assertNotIn(word, text)


@tagged("post_install", "-at_install")
class TestPortalToursPhone(PortalTours):
    """On a phone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_phone(self):
        self._sign_and_revoke()
