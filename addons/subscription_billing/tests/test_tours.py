import io
from datetime import timedelta

from pypdf import PdfReader

from odoo import Command, fields
from odoo.tests import HttpCase, tagged

from .common import SubscriptionBillingCommon

# Not shipped by every distribution of Odoo; its absence is an error on the browser's console.
OPTIONAL_LIBRARY = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


@tagged("post_install", "-at_install")
class TestTours(SubscriptionBillingCommon, HttpCase):
    """What a newcomer does, in the browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._get_billing_today()
        seats = {"name": "Seats", "charge_model": "per_unit", "default_quantity": 5.0}
        cls.seats = cls._create_plan("Seats", [{**seats, "unit_price": 10.0}])
        cls.upgrade = cls._create_plan("Upgrade", [{**seats, "unit_price": 20.0}])
        groups = ("billing_base.group_billing_manager", "account.group_account_invoice")
        cls.newcomer = cls._create_user("newcomer", *groups)
        cls.env["ir.asset"].sudo().create(
            {
                "name": "Leave out an optional library",
                "bundle": "web.assets_backend",
                "directive": "remove",
                "path": OPTIONAL_LIBRARY,
            }
        )

    def _tour(self, name, url="contracts"):
        self.start_tour(f"/odoo/{url}", f"subscription_billing_{name}", login="newcomer")
        self.env.invalidate_all()

    def _create_billed_contract(self):
        """A contract whose running month is paid."""
        contract = self._create_contract(self.seats, self.today - timedelta(days=3))
        contract.sudo()._bill(self.today)
        return contract

    def _speak_german(self):
        self.env["res.lang"].sudo()._activate_lang("de_DE")
        module = self.env["ir.module.module"].sudo()
        names = ("web", "mail", "billing_base", "subscription_billing")
        module.search([("name", "in", names)])._update_translations(["de_DE"])
        self.newcomer.sudo().lang = "de_DE"

    def test_plan(self):
        self._tour("plan", "billing-plans")
        plan = self.env["billing.plan"].search([("name", "=", "Tour Plan")])
        self.assertEqual(plan.charge_ids.charge_model, "graduated")
        tiers = plan.charge_ids.tier_ids.mapped(lambda tier: (tier.up_to, tier.unit_price))
        self.assertEqual(tiers, [(10.0, 8.0), (0.0, 6.0)])

    def test_contract(self):
        self._tour("contract")
        contract = self.env["billing.subscription"].search([], limit=1)
        self.assertEqual(contract.state, "active")
        self.assertEqual(contract.line_ids.quantity, 5.0)

    def test_change(self):
        contract = self._create_billed_contract()
        self._tour("change", f"contracts/{contract.id}")
        self.assertEqual(contract.plan_id, self.upgrade)
        line = contract.line_ids.filtered(lambda line: not line.end_date)
        self.assertEqual((line.quantity, line.start_date), (8.0, self.today))

    def test_pause(self):
        contract = self._create_billed_contract()
        self._tour("pause", f"contracts/{contract.id}")
        hold = contract.hold_ids
        self.assertEqual((hold.start_date, hold.end_date), (self.today, self.today))
        self.assertEqual(contract.state, "active")

    def test_cancel(self):
        contract = self._create_billed_contract()
        self._tour("cancel", f"contracts/{contract.id}")
        self.assertFalse(contract.end_date)
        facts = self.env["billing.event"].sudo().search([("res_id", "=", contract.id)])
        self.assertIn("subscription.cancelled", facts.mapped("type"))

    def test_price(self):
        self._create_billed_contract()
        self.env["res.lang"].sudo().search([("code", "=", "en_US")]).date_format = "%d.%m.%Y"
        self._tour("price", f"billing-plans/{self.seats.id}")
        change = self.seats.charge_ids.price_change_ids
        self.assertEqual(change.effective_date, fields.Date.to_date("2099-12-31"))
        self.assertEqual(change.unit_price, 12.0)

    # === OFFERS, LOOKING AHEAD AND BACK === #

    def _create_contract_with_option(self):
        plan = self._create_plan(
            "Office", [{"unit_price": 31.0}, {"name": "Hotline", "is_option": True}]
        )
        contract = self._create_contract(plan, self.today - timedelta(days=3))
        contract.sudo()._bill(self.today)
        return contract

    def _check_add_on(self, contract):
        self.assertEqual(contract.discount_ids.coupon_id.code, "SPRING")
        self.assertEqual(len(contract.line_ids), 2)

    def test_add_on_and_coupon(self):
        self._tour("coupon", "coupons")
        contract = self._create_contract_with_option()
        self._tour("add_on", f"contracts/{contract.id}")
        self._check_add_on(contract)

    def _create_explained_invoice(self):
        tiers = [
            Command.create({"up_to": 3.0, "unit_price": 9.99, "flat_amount": 5.0}),
            Command.create({"is_open": True, "unit_price": 7.77}),
        ]
        charge = {"charge_model": "graduated", "tier_ids": tiers, "default_quantity": 5.0}
        contract = self._create_contract(self._create_plan("Tiers", [charge]), self.today)
        return contract.sudo()._bill(self.today)

    def test_explanation(self):
        move = self._create_explained_invoice()
        self._tour("explanation", f"customer-invoices/{move.id}")

    # === COLLECTIVE INVOICES === #

    def _create_two_contracts(self):
        """A customer with an address and two contracts that one unit with a logo invoices."""
        self.partner_a.write(
            {
                "street": "Way 1",
                "city": "Berlin",
                "email": "a@example.com",
                "country_id": self.env.ref("base.de").id,
            }
        )
        unit = self._create_unit("CLOUD", logo=self._draw_logo())
        plans = [
            self._create_plan("Tour Hosting", [{"unit_price": 100.0}]),
            self._create_plan("Tour Phone", [{"unit_price": 40.0}]),
        ]
        return self.env["billing.subscription"].concat(
            *[self._create_contract(plan, self.today, business_unit_id=unit.id) for plan in plans]
        )

    def _check_collective(self):
        contracts = self._create_two_contracts()
        unit = contracts.business_unit_id
        self._tour("grouping", f"billing.business.unit/{unit.id}")
        self.assertEqual(unit.billing_grouping, "customer")
        self._tour("collective_run", "billing")
        self._run_cron()
        move = contracts.period_ids.move_id
        self.assertEqual(len(move), 1, "one invoice for both")
        self._tour("collective", f"contracts/{contracts[0].id}")
        # What the button on that page loads.
        self.authenticate(None, None)
        response = self.url_open(move.get_portal_url(report_type="pdf", download=True))
        self.assertEqual(response.headers["Content-Type"], "application/pdf")
        [page] = PdfReader(io.BytesIO(response.content)).pages
        text = page.extract_text()
        for contract in contracts:
            self.assertIn(contract.name, text)
            self.assertIn(contract.plan_id.name, text)
        self.assertTrue(self._shows_logo(page), "the logo of the unit")

    def test_collective_invoice(self):
        self._check_collective()

    def test_collective_invoice_in_german(self):
        self._speak_german()
        self._check_collective()

    # === WORK LIST AND RUN === #

    def _create_due(self):
        """Two contracts due today: one of a customer without an address, one in order."""
        address = {"street": "Way 1", "city": "Berlin", "email": "a@example.com"}
        country = self.env.ref("base.de").id
        self.partner_a.write({**address, "country_id": country})
        self.partner_b.write({"email": "b@example.com", "city": False})
        return self._create_contract(start=self.today) | self._create_contract(
            start=self.today, partner_id=self.partner_b.id
        )

    def _run_cron(self, seconds_left=float("inf")):
        with self._flush_instead_of_commit(seconds_left):
            self.env["billing.run"].sudo()._cron_run()

    def test_work_list(self):
        self._create_contract(start=self.today)._hold_billing("Why")
        self._tour("work_list", "billing")

    def test_run(self):
        good, bad = self._create_due()
        self._tour("run", "billing")
        run = self._get_last_run()
        self.assertEqual((run.state, run.user_id), ("waiting", self.newcomer))
        self._run_cron()
        self.assertTrue(good.period_ids)
        self.assertFalse(bad.period_ids)
        self.assertIn("Address", bad.billing_hold_reason)
        self._tour("run_done", "billing-run")

    def test_run_is_stopped_and_resumed(self):
        self._create_due()
        self.env["ir.config_parameter"].sudo().set_param("subscription_billing.chunk_size", "1")
        runs = self.env["billing.run"].with_user(self.newcomer)
        run = self.env["billing.run"].browse(runs.release({})).sudo()
        self._run_cron(seconds_left=0)
        self._tour("run_stop", f"billing-runs/{run.id}")
        self._run_cron()
        self.assertEqual((run.state, run.done_count), ("stopped", 1))
        self._tour("run_resume", "billing-run")
        self._run_cron()
        self.assertEqual((run.state, run.done_count), ("done", 2))

    def test_german(self):
        """All that a newcomer does, in German."""
        self._speak_german()
        contract = self._create_billed_contract()
        for name in ("pause", "cancel", "change"):
            self._tour(name, f"contracts/{contract.id}")
        self.assertEqual(contract.plan_id, self.upgrade)
        self.assertFalse(contract.end_date)
        self.assertEqual(contract.state, "active")
        self._tour("price", f"billing-plans/{self.upgrade.id}")
        self.assertEqual(self.upgrade.charge_ids.price_change_ids.unit_price, 12.0)
        self._create_contract(start=self.today)._hold_billing("Why")
        self._tour("work_list", "billing")
        self._tour("coupon", "coupons")
        contract = self._create_contract_with_option()
        self._tour("add_on", f"contracts/{contract.id}")
        self._check_add_on(contract)
        self._tour("contract")
        self._tour("plan", "billing-plans")
        self.assertTrue(self.env["billing.plan"].search([("name", "=", "Tour Plan")]))
