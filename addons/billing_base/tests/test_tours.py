from odoo.tests import HttpCase, tagged

from .common import BillingCommon

# Not shipped by every distribution of Odoo; its absence is an error on the browser's console.
OPTIONAL_LIBRARY = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


@tagged("post_install", "-at_install")
class TestTours(BillingCommon, HttpCase):
    """Deliveries and the sandbox in the browser, English and German."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._create_user("clerk", "billing_base.group_billing_manager")
        cls.partner_a.write({"invoice_sending_method": False, "email": "a@customer.example"})
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
        names = ("web", "mail", "account", "billing_base")
        modules.search([("name", "in", names)])._update_translations(["de_DE"])
        self.clerk.sudo().lang = "de_DE"

    def _create_deliveries(self):
        """One of unknown outcome, one that failed."""
        deliveries = self._create_open_invoices(2)._request_delivery()
        deliveries[0]._set_state("sending")
        deliveries[0]._set_unknown("The connection broke.")
        deliveries[1]._set_failed("partner_a has no email address.")
        return deliveries

    def _tour(self, name, url):
        self.start_tour(f"/odoo/{url}", f"billing_base_{name}", login="clerk")
        self.env.invalidate_all()

    def test_delivery(self):
        for speak in (lambda: None, self._speak_german):
            speak()
            unknown, failed = self._create_deliveries()
            self._tour("delivery", "billing-deliveries")
            self.assertEqual(failed.state, "waiting")
            self.assertEqual(unknown.state, "sent")
            again = self.env["billing.delivery"].search([], limit=1)
            self.assertEqual(again.request_reason, "lost by the customer")
            self.env["billing.delivery"].sudo().search([])._set_state("cancelled")

    def test_clock(self):
        self.company.sudo().is_billing_sandbox = True

        def run_day(clock, today):
            if today.day == 15:
                move = (
                    clock.env["account.move"]
                    .sudo()
                    .create(self._prepare_invoice(partner_id=clock.partner_id.id))
                )
                move._post(soft=False)
            return {}

        self.patch(self.registry["billing.test.clock"], "_run_day", run_day)
        for customer, speak in (
            (self.partner_a, lambda: None),
            (self.partner_b, self._speak_german),
        ):
            speak()
            self._tour("clock", f"customers/{customer.id}")
            clock = self.env["billing.test.clock"].search([("partner_id", "=", customer.id)])
            self.assertEqual(len(clock.result_ids), 1)
