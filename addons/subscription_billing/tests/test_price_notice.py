from datetime import timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .change_common import ChangeCommon


@tagged("post_install", "-at_install")
class TestPriceNotice(ChangeCommon):
    """Customers are told of a new price ahead, once, and indexing has a screen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner_a.email = "a@example.com"
        cls.today = cls.company._get_billing_today()
        cls.start = cls.today + timedelta(days=60)
        cls.contract = cls._create_contract(cls.seats, start=cls.today)

    def _plan_price(self, plan=None, **values):
        return self.env["billing.price.change"].create(
            {
                "charge_id": (plan or self.seats).charge_ids.id,
                "effective_date": self.start,
                "unit_price": 40.0,
                "notice_days": 30,
                **values,
            }
        )

    def _get_mails(self, contract=None):
        return self.env["mail.mail"].search(
            [
                ("model", "=", "billing.subscription"),
                ("res_id", "=", (contract or self.contract).id),
                ("recipient_ids", "in", self.partner_a.ids),
            ]
        )

    def test_told_once_and_in_time(self):
        change = self._plan_price()
        self._bill(self.start - timedelta(days=31))
        self.assertFalse(self._get_mails())
        self._bill(self.start - timedelta(days=30))
        mail = self._get_mails()
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.state, "outgoing")
        self.assertIn("31.00", mail.body_html)
        self.assertIn("40.00", mail.body_html)
        self.assertEqual(change.notice_count, 1)
        self._bill(self.start - timedelta(days=29))
        self.assertEqual(self._get_mails(), mail)
        facts = self.env["billing.event"].search(
            [("type", "=", "subscription.price_announced"), ("res_id", "=", self.contract.id)]
        )
        self.assertEqual(facts.payload["price_change_ids"], change.ids)

    def test_late_run_still_tells(self):
        self._plan_price()
        self._bill(self.start - timedelta(days=2))
        self.assertEqual(len(self._get_mails()), 1)

    def test_two_prices_of_a_day_in_one_mail(self):
        plan = self._create_plan("Two", [{"unit_price": 10.0}, {"unit_price": 20.0}])
        contract = self._create_contract(plan, start=self.today)
        for charge in plan.charge_ids:
            self.env["billing.price.change"].create(
                {
                    "charge_id": charge.id,
                    "effective_date": self.start,
                    "unit_price": 33.0,
                    "notice_days": 30,
                }
            )
        self._bill(self.start - timedelta(days=10))
        mail = self._get_mails(contract)
        self.assertEqual(len(mail), 1)
        self.assertIn("10.00", mail.body_html)
        self.assertIn("20.00", mail.body_html)
        self.assertEqual(len(contract.price_notice_ids), 2)

    def test_only_those_it_counts_for(self):
        ending = self._create_contract(self.seats, start=self.today)
        ending._cancel(self.start)
        agreed = self._create_contract(self.seats, start=self.today, active=False)
        agreed.line_ids.unit_price = 12.0
        agreed._activate(self.today)
        other = self._create_contract(self.large, start=self.today)
        change = self._plan_price()
        self._bill(self.start - timedelta(days=10))
        self.assertEqual(change.notice_ids.subscription_id, self.contract)
        for contract in (ending, agreed, other):
            self.assertFalse(self._get_mails(contract))

    def test_without_notice_nobody_is_told(self):
        self._plan_price(notice_days=0)
        self._plan_price(self.large, is_for_existing=False)
        self._create_contract(self.large, start=self.today)
        self._bill(self.start)
        self.assertFalse(self.env["billing.price.notice"].search([]))

    def test_no_address_is_work_for_a_person(self):
        self.partner_a.email = False
        self._plan_price()
        self._bill(self.start - timedelta(days=10))
        self.assertFalse(self._get_mails())
        self.assertEqual(self.contract.price_notice_ids.channel, "person")
        self.assertEqual(len(self.contract.activity_ids), 1)

    def test_too_late_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "Valid From: .* at the earliest"):
            self._plan_price(effective_date=self.today + timedelta(days=29))
        self.assertTrue(self._plan_price(effective_date=self.today + timedelta(days=30)))

    def test_german_customer_reads_german(self):
        self.env["res.lang"].sudo()._activate_lang("de_DE")
        self.env["ir.module.module"].sudo().search(
            [("name", "=", "subscription_billing")]
        )._update_translations(["de_DE"])
        self.partner_a.lang = "de_DE"
        self._plan_price()
        self._bill(self.start - timedelta(days=10))
        mail = self._get_mails()
        self.assertIn("Neuer Preis", mail.subject)
        self.assertIn("je Einheit", mail.body_html)

    # === NEW CONTRACTS ONLY === #

    def test_price_for_new_contracts_counts_for_them(self):
        self._plan_price(
            effective_date="2025-03-01", is_for_existing=False, notice_days=0, unit_price=62.0
        )
        old = self._create_contract(self.seats, start="2025-02-01")
        new = self._create_contract(self.seats, start="2025-03-01")
        old._change_quantity(self.seats.charge_ids, 3, self._day("2025-03-01"))
        self._bill("2025-03-01", old | new)
        self.assertEqual([row[3] for row in self._get_rows(old)], [62.0, 93.0])
        self.assertEqual([row[3] for row in self._get_rows(new)], [124.0])

    # === INDEXING === #

    def _open_wizard(self, **values):
        wizard = Form(
            self.env["billing.plan.index"].with_context(
                active_model="billing.plan", active_ids=self.seats.ids
            )
        )
        for name, value in values.items():
            wizard[name] = value
        return wizard

    def test_wizard_shows_and_schedules(self):
        wizard = self._open_wizard(percent=10, effective_date=self.start, notice_days=20).save()
        self.assertRecordValues(
            wizard.line_ids, [{"old_price": "$\xa062.00", "new_price": "$\xa068.20"}]
        )
        wizard.action_confirm()
        change = self.seats.charge_ids.price_change_ids
        self.assertEqual((change.unit_price, change.notice_days), (34.1, 20))
        self.assertIn("10.0 percent", self.seats.message_ids[0].body)

    def test_wizard_wants_a_percentage(self):
        with self.assertRaisesRegex(UserError, "Percent"):
            self._open_wizard(effective_date=self.start).save().action_confirm()
        self.assertFalse(self.seats.charge_ids.price_change_ids)
