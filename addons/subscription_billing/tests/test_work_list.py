from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import SubscriptionBillingCommon

ADDRESS = {"street": "Way 1", "zip": "10115", "city": "Berlin", "email": "a@example.com"}
KEYS = [
    "set_aside", "not_delivered", "late", "stopped", "held", "drafts", "to_print", "notices",
    "incomplete", "to_activate", "trials", "ending",
]  # fmt: skip


@tagged("post_install", "-at_install")
class TestWorkList(SubscriptionBillingCommon):
    """The first page: counts, what a click shows, and whose records are counted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._get_billing_today()
        cls.partner_a.write({**ADDRESS, "country_id": cls.env.ref("base.de").id})
        cls.clerk = cls._create_user("clerk")
        cls.before = cls._get_counts()

    @classmethod
    def _get_cards(cls, user=None):
        cls.env.invalidate_all()
        work = cls.env["billing.work.list"].with_user(user or cls.clerk).get_work()
        return {card["key"]: card for card in work["cards"]}

    @classmethod
    def _get_counts(cls, user=None):
        return {key: card["count"] for key, card in cls._get_cards(user).items()}

    def _assert_more(self, records=None, **more):
        """Counts are those of the start and ``more``; a click shows ``records``."""
        cards = self._get_cards()
        counts = {key: card["count"] for key, card in cards.items()}
        self.assertEqual(counts, {**self.before, **more})
        for key in more if records else ():
            action = cards[key]["action"]
            model = self.env[action["res_model"]].with_user(self.clerk)
            self.assertEqual(model.search(action["domain"]).ids, records.ids)

    def test_calm(self):
        self._create_contract(start=self.today + timedelta(days=3), active=self.today)
        # Addons on top have cards of their own.
        self.assertEqual([key for key in self.before if key in KEYS], KEYS)
        self._assert_more()
        work = self.env["billing.work.list"].with_user(self.clerk).get_work()
        self.assertEqual(work["total"], 0)
        [status] = [item for item in work["status"] if item["key"].startswith("next_")]
        self.assertIn("contracts: 1", status["value"])

    def test_set_aside(self):
        contract = self._create_contract(start=self.today)
        contract._set_billing_error("Why", self.today)
        self._assert_more(contract, set_aside=1)

    def test_late(self):
        contract = self._create_contract(start=self.today)
        self._assert_more()
        contract = self._create_contract(start=self.today - timedelta(days=1))
        self._assert_more(contract, late=1)
        self._create_sandbox_clock(self.partner_a, self.today - timedelta(days=1))
        self._assert_more()

    def test_held(self):
        contract = self._create_contract(start=self.today - timedelta(days=2))
        contract._hold_billing("Why")
        self._assert_more(contract, held=1)

    def test_drafts_are_released(self):
        plan = self._create_plan("Drafts", [{"unit_price": 5.0}], draft_days=9)
        contract = self._create_contract(plan, start=self.today)
        [move] = self._run_billing(self.today)
        self._assert_more(move, drafts=1)
        move.billing_post_date = False
        self._assert_more(move, drafts=1)
        move.with_user(self.clerk).action_release_billing_drafts()
        self.assertEqual((move.state, move.invoice_date), ("posted", self.today))
        self.assertTrue(contract.period_ids)
        self._assert_more()

    def test_notices(self):
        self.partner_a.email = False
        self.before = self._get_counts()
        contract = self._create_contract(start=self.today + timedelta(days=1), active=self.today)
        contract.activity_schedule("subscription_billing.mail_activity_price_notice")
        self._assert_more(contract, notices=1, incomplete=1)
        self.assertTrue(contract.has_open_price_notice)
        contract.activity_unlink(["subscription_billing.mail_activity_price_notice"])
        self._assert_more(incomplete=1)
        self.assertFalse(contract.has_open_price_notice)

    def test_notice_whose_mail_failed(self):
        contract = self._create_contract(start=self.today + timedelta(days=1), active=self.today)
        change = self.env["billing.price.change"].create(
            {
                "charge_id": self.monthly.charge_ids.id,
                "effective_date": self.today + timedelta(days=30),
                "unit_price": 105.0,
            }
        )
        contract.sudo()._tell_prices(change, self.today)
        message = contract.sudo().price_notice_ids.mail_message_id
        self.assertEqual(message.res_id, contract.id)
        self._assert_more()
        message.sudo().mail_ids.state = "exception"
        self._assert_more(contract, notices=1)
        contract.sudo().price_notice_ids.mail_message_id = False
        self._assert_more()

    def test_incomplete(self):
        contract = self._create_contract(start=self.today + timedelta(days=1), active=self.today)
        for name in ("street", "city", "country_id", "email"):
            value = self.partner_a[name]
            self.partner_a[name] = False
            with self.subTest(field=name):
                self._assert_more(contract, incomplete=1)
            self.partner_a[name] = value

    def test_to_activate_trials_and_ending(self):
        start = self.today + timedelta(days=1)
        self._create_contract(start=start, active=False)
        self._assert_more()
        draft = self._create_contract(start=self.today, active=False)
        self._assert_more(draft, to_activate=1)
        draft.unlink()
        plan = self._create_plan("Trial", [{}], trial_days=15)
        trial = self._create_contract(plan, start=self.today)
        self._assert_more()
        trial.trial_end_date = self.today + timedelta(days=14)
        self._assert_more(trial, trials=1)
        trial.end_date = self.today + timedelta(days=31)
        self._assert_more(trials=1)
        trial.end_date = self.today + timedelta(days=30)
        self._assert_more(trials=1, ending=1)

    def test_counts_are_those_the_user_sees(self):
        mine, theirs = self._create_unit("A"), self._create_unit("B")
        for unit in (mine, theirs):
            plan = self._create_plan("Drafts", [{"unit_price": 5.0}], draft_days=9)
            self._create_contract(plan, start=self.today, business_unit_id=unit.id)
            contract = self._create_contract(start=self.today, business_unit_id=unit.id)
            contract._hold_billing("Why")
        self._run_billing(self.today)
        limited = self._create_user("limited", business_unit_ids=[Command.set(mine.ids)])
        self.assertEqual(self._get_counts()["held"], 2)
        self.assertEqual(self._get_counts()["drafts"], 2)
        self.assertEqual(self._get_counts(limited)["held"], 1)
        self.assertEqual(self._get_counts(limited)["drafts"], 1)

    def test_other_companies_are_not_counted(self):
        other = self.setup_other_company()["company"]
        contract = self._create_contract(start=self.today)
        contract._hold_billing("Why")
        elsewhere = self._create_user("elsewhere")
        elsewhere.sudo().write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        work = self.env["billing.work.list"].with_user(elsewhere).with_company(other)
        work = work.with_context(allowed_company_ids=other.ids).get_work()
        self.assertEqual(work["total"], 0)

    def test_only_for_people_who_do_billing(self):
        accountant = self._create_user("accountant", "account.group_account_invoice")
        with self.assertRaises(AccessError):
            self.env["billing.work.list"].with_user(accountant).get_work()

    def test_last_run(self):
        self._create_contract(start=self.today)
        self._run_billing(self.today)
        work = self.env["billing.work.list"].with_user(self.clerk).get_work()
        [status] = [item for item in work["status"] if item["key"].startswith("last_")]
        self.assertIn("invoices 1, set aside 0", status["value"])
        self.assertEqual(status["action"]["res_id"], self._get_last_run().id)

    def test_one_query_per_model(self):
        work = self.env["billing.work.list"].with_user(self.clerk)
        cards = [work._open_card(card) for card in work._get_cards() if card["key"] in KEYS]
        work._count_cards(cards)
        self.env.flush_all()
        # One per model: contracts, runs, documents, deliveries; two small ones of Odoo's for the
        # activities.
        with self.assertQueryCount(6):
            work._count_cards(cards)
