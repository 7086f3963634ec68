import base64

from odoo.tests import HttpCase, tagged

from .common import StatementCommon

# Not shipped by every distribution of Odoo; its absence is an error on the browser's console.
OPTIONAL_LIBRARY = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"
START = "/odoo/action-bank_statement_matching.action_statement_line_match"


@tagged("post_install", "-at_install")
class TestTours(StatementCommon, HttpCase):
    """A file, its proposals, a second thought: in the browser, English and German."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._create_user("clerk")
        cls.env["ir.asset"].sudo().create(
            {
                "name": "Leave out an optional library",
                "bundle": "web.assets_backend",
                "directive": "remove",
                "path": OPTIONAL_LIBRARY,
            }
        )

    def _speak_german(self):
        self.env["res.lang"].sudo()._activate_lang("de_DE")
        modules = self.env["ir.module.module"].sudo()
        names = ("web", "mail", "account", "billing_base", "bank_statement_matching")
        modules.search([("name", "in", names)])._update_translations(["de_DE"])
        self.clerk.sudo().lang = "de_DE"

    def _play(self):
        certain, proposed = self._create_open_invoices(1, 50.0) | self._create_open_invoices(1)
        content = self._camt(
            self._entry(50.0, self._detail(certain.name)),
            self._entry(100.0, self._detail("somebody unknown", name="partner_a")),
        )
        values = {"name": "tour.xml", "datas": base64.b64encode(content), "public": True}
        attachment = self.env["ir.attachment"].sudo().create(values)
        self.start_tour(START, "bank_statement_matching", login="clerk")
        self.env.invalidate_all()
        self.assertEqual((certain | proposed).mapped("amount_residual"), [0.0, 0.0])
        attachment.unlink()

    def test_english(self):
        self._play()

    def test_german(self):
        self._speak_german()
        self._play()
