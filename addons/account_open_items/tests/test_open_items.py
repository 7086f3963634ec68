from datetime import date, timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.account_open_items.wizards.open_items_xlsx import write_xlsx
from odoo.addons.billing_base.tests.common import BillingCommon

JANUARY, FEBRUARY, MARCH = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)


@tagged("post_install", "-at_install")
class TestOpenItems(BillingCommon):
    """What was open on a day, whatever happened since."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._create_open_invoice(100.0)
        cls.receipt = cls._create_receipts(1, 60.0)

    def _pay(self, day, amount=60.0):
        """Pay the invoice on a day."""
        self.receipt.move_id.button_draft()
        self.receipt.move_id.date = day
        self.receipt.move_id._post(soft=False)
        (self.receipt | self._items(self.invoice)).reconcile()

    def _get_open(self, day, **values):
        items = self.env["account.open.item"]._at(day)
        found = items.search([("company_id", "=", self.company.id), *values.get("domain", [])])
        return {item.move_id: item.residual for item in found}

    def test_past_day(self):
        self._pay(date(2026, 2, 10))
        self.assertEqual(self._get_open(date(2026, 1, 14)), {})
        self.assertEqual(self._get_open(JANUARY), {self.invoice: 100.0})
        self.assertEqual(self._get_open(date(2026, 2, 9)), {self.invoice: 100.0})
        self.assertEqual(self._get_open(date(2026, 2, 10)), {self.invoice: 40.0})

    def test_paid_in_full_later(self):
        self._pay(date(2026, 2, 10))
        rest = self._create_receipts(1, 40.0)
        (rest | self._items(self.invoice)).reconcile()
        self.assertEqual(self.invoice.amount_residual, 0.0)
        # The second receipt is of 20 January: each counts from its own day on.
        self.assertEqual(self._get_open(JANUARY), {self.invoice: 60.0})
        self.assertEqual(self._get_open(FEBRUARY), {})

    def test_today_is_the_current_residual(self):
        self._create_open_invoices(3, 30.0)
        self._pay(date(2026, 2, 10), 60.0)
        lines = self.env["account.move.line"].search(
            [
                ("company_id", "=", self.company.id),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ]
        )
        expected = {line.move_id: line.amount_residual for line in lines}
        self.assertEqual(self._get_open(date(2099, 1, 1)), expected)
        self.assertEqual(len(expected), 4)

    def test_foreign_currency_with_exchange_difference(self):
        foreign = self.setup_other_currency(
            "CHF", rates=[("2026-01-01", 2.0), ("2026-02-01", 1.0)]
        )
        invoice = self._create_open_invoice(100.0, currency_id=foreign.id)
        payment = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        payment.create({"payment_date": date(2026, 2, 10)})._create_payments()
        items = self.env["account.open.item"]
        domain = [("move_id", "=", invoice.id)]
        item = items._at(JANUARY).search(domain)
        self.assertEqual((item.residual, item.residual_currency), (50.0, 100.0))
        self.assertFalse(items._at(FEBRUARY).search(domain))
        for day in (JANUARY, FEBRUARY, MARCH):
            [check] = items._get_check(day, self.company)
            self.assertEqual(check["rest"], 0.0)

    # === CHECK === #

    def test_check_agrees_on_every_day(self):
        self._pay(date(2026, 2, 10))
        for number in range(100):
            day = date(2026, 1, 1) + timedelta(days=number)
            for check in self.env["account.open.item"]._get_check(day, self.company):
                self.assertEqual(check["balance"], check["customers"])
                self.assertEqual(check["rest"], 0.0)

    def test_check_names_the_reason(self):
        self.receipt.move_id.button_draft()
        self.receipt.partner_id = False
        self.receipt.move_id._post(soft=False)
        [check] = self.env["account.open.item"]._get_check(MARCH, self.company)
        self.assertEqual((check["balance"], check["customers"]), (40.0, 100.0))
        self.assertEqual((check["no_partner"], check["rest"]), (-60.0, 0.0))

    def test_check_of_a_limited_user(self):
        own, other = self._create_unit("A"), self._create_unit("B")
        self._create_open_invoice(10.0, business_unit_id=own.id)
        self._create_open_invoice(20.0, business_unit_id=other.id)
        user = self._create_user("limited", business_unit_ids=own.ids)
        items = self.env["account.open.item"].with_user(user)
        [check] = items._get_check(MARCH, self.company)
        self.assertEqual(check["balance"], 70.0)
        self.assertEqual((check["customers"], check["hidden"], check["rest"]), (50.0, 20.0, 0.0))

    def test_wizard(self):
        wizard = self.env["account.open.item.show"].create({"date": MARCH})
        self.assertTrue(wizard.check_ids.is_equal)
        action = wizard.action_show()
        self.assertEqual(action["context"]["open_item_date"], "2026-03-31")
        wizard.partner_ids = self.partner_b
        self.assertFalse(wizard._get_items())
        wizard.partner_ids = self.partner_a
        self.assertEqual(wizard._get_items().move_id, self.invoice | self.receipt.move_id)

    def test_dialog(self):
        """As in the browser: the check follows the day before anything is saved."""
        with Form(self.env["account.open.item.show"]) as form:
            form.date = date(2026, 1, 16)
            self.assertEqual(form.check_ids._records[0]["balance"], 100.0)
            form.date = MARCH
            self.assertEqual(form.check_ids._records[0]["balance"], 40.0)

    def test_exports(self):
        wizard = self.env["account.open.item.show"].create({"date": MARCH})
        self.assertEqual(write_xlsx(wizard)[:2], b"PK")
        report = self.env["ir.actions.report"]
        pdf, kind = report._render_qweb_pdf("account_open_items.report_open_items", wizard.ids)
        self.assertEqual((pdf[:4], kind), (b"%PDF", "pdf"))

    # === AGEING === #

    def test_ageing(self):
        self.company.open_item_marks = "10,20"
        items = self.env["account.open.item"]
        expected = {15: "0: not due", 16: "1: 1–10 days", 26: "2: 11–20 days", 31: "2: 11–20 days"}
        for day, name in expected.items():
            item = items._at(date(2026, 1, day)).search([("move_id", "=", self.invoice.id)])
            self.assertEqual(item.ageing, name)
        [(name, total)] = items._at(MARCH)._read_group(
            [("move_id", "=", self.invoice.id)], ["ageing"], ["residual:sum"]
        )
        self.assertEqual((name, total), ("3: over 20 days", 100.0))

    def test_wrong_marks(self):
        with self.assertRaisesRegex(ValidationError, "30,60,90"):
            self.company.open_item_marks = "60,30"

    def test_queries(self):
        self._create_open_invoices(20)
        items = self.env["account.open.item"]._at(MARCH)
        domain = [("company_id", "=", self.company.id)]
        fields = ["residual", "ageing", "limitation_date"]
        self.assertEqual(len(items.search_fetch(domain, fields)), 22)
        items = items._at(JANUARY)
        with self.assertQueryCount(1):
            self.assertEqual(len(items.search_fetch(domain, fields)), 22)
        with self.assertQueryCount(1):
            items._read_group(domain, ["partner_id"], ["residual:sum"])

    # === LIMITATION AND DOUBT === #

    def _change(self, moves, kind, day, **values):
        values = {"kind": kind, "start_date": day, "note": "letter", **values}
        self.env["account.open.item.change"].create(
            {"line_ids": self._items(moves).ids, **values}
        ).action_apply()

    def _get_item(self, day=MARCH):
        items = self.env["account.open.item"]._at(day)
        return items.search([("move_id", "=", self.invoice.id)])

    def test_limitation(self):
        self.assertEqual(self._get_item().limitation_date, date(2029, 12, 31))
        self._change(self.invoice, "acknowledged", date(2028, 5, 10))
        self.assertEqual(self._get_item().limitation_date, date(2031, 5, 10))
        self.assertIn("letter", self.invoice.message_ids[0].body)
        self._change(self.invoice, "title", date(2029, 1, 2))
        self.assertEqual(self._get_item().limitation_date, date(2059, 1, 2))

    def test_limitation_needs_days(self):
        with self.assertRaisesRegex(UserError, "Until"):
            self._change(self.invoice, "negotiated", MARCH)

    def test_doubtful(self):
        self._change(self.invoice, "doubtful", FEBRUARY)
        self.assertFalse(self._get_item(JANUARY).is_doubtful)
        self.assertTrue(self._get_item().is_doubtful)
        self._change(self.invoice, "sound", MARCH)
        self.assertFalse(self._get_item().is_doubtful)

    def test_work_list(self):
        today = self.company._get_billing_today()
        old = today.replace(year=today.year - 1)
        invoice = self._create_open_invoice(invoice_date=old)
        self._change(invoice, "date", today + timedelta(days=119))
        card = self._get_card()
        self.assertEqual(card["count"], 1)
        self._change(invoice, "date", today + timedelta(days=121))
        self.assertEqual(self._get_card()["count"], 0)

    def _get_card(self):
        self.env.flush_all()
        cards = self.env["billing.work.list"].get_work()["cards"]
        return next(card for card in cards if card["key"] == "lapsing_claims")
