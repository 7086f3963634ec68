from collections import defaultdict
from datetime import date
from unittest.mock import patch

from odoo import SUPERUSER_ID
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import UsageCommon

WATCH = "odoo.addons.usage_metering.models.usage_alert_watch"


@tagged("post_install", "-at_install")
class TestAlerts(UsageCommon):
    """Whoever wants to know of a level of usage is told once, by the ways that were chosen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner_a.email = "a@example.com"
        cls.charge = cls.metered.charge_ids
        cls.contract = cls._create_metered_contract()
        cls.contract.user_id = cls.env.user

    def _alert(self, level, owner=None, **values):
        owner = owner or self.charge
        name = "charge_id" if owner._name == "billing.charge" else "subscription_id"
        values = {name: owner.id, "level": level, "is_mailed": True, **values}
        if owner._name == "billing.subscription":
            values.setdefault("meter_id", self.meter.id)
        return self.env["usage.alert"].create(values)

    def _watch(self, day, domain=Domain.TRUE):
        """The notices of a turn."""
        notices = self.env["usage.alert.notice"]
        before = notices.search([])
        with self._flush_instead_of_commit():
            self.env["usage.alert"]._run_usage_alerts(self.company, self._day(day), domain)
        return notices.search([]) - before

    def _get_mails(self, contract=None):
        return self.env["mail.mail"].search(
            [
                ("model", "=", "billing.subscription"),
                ("res_id", "=", (contract or self.contract).id),
                ("recipient_ids", "in", self.partner_a.ids),
            ]
        )

    def _get_facts(self):
        return self.env["billing.event"].search(
            [("type", "=", "usage.alert_reached"), ("res_id", "=", self.contract.id)]
        )

    # === TOLD === #

    def test_told_then_billed(self):
        self._alert(5)
        self._use(self.contract, "2025-01-05T00:00:00", 4)
        self.assertFalse(self._watch("2025-01-05"))
        self.assertFalse(self._get_mails())
        self._use(self.contract, "2025-01-06T00:00:00", 2)
        notice = self._watch("2025-01-06")
        self.assertEqual((notice.value, notice.line_id), (6, self.contract.line_ids))
        mail = self._get_mails()
        self.assertEqual(mail.state, "outgoing", "it leaves with the queue, not here")
        self.assertEqual(notice.sudo().mail_message_id, mail.mail_message_id)
        for text in ("Usage", "<td>5</td>", "6", "01/01/2025"):
            self.assertIn(text, mail.body_html)
        activity = self.contract.activity_ids
        self.assertEqual(activity.summary, "Usage: 6 (alert at 5)")
        self.assertEqual(str(activity.date_deadline), "2025-01-06")
        fact = self._get_facts().payload
        self.assertEqual((fact["meter"], fact["level"]), ("units", "5.000000"))
        self._run_billing("2025-02-01")
        self.assertEqual(self._get_documents(self.contract), [("out_invoice", 60.0)])

    def test_once_per_period(self):
        self._alert(5)
        self._use(self.contract, "2025-01-05T00:00:00", 6)
        self.assertEqual(len(self._watch("2025-01-05")), 1)
        self._use(self.contract, "2025-01-06T00:00:00", 6)
        self.assertFalse(self._watch("2025-01-05"))
        self.assertFalse(self._watch("2025-01-07"))
        self._run_billing("2025-02-01")
        self._use(self.contract, "2025-02-02T00:00:00", 6)
        again = self._watch("2025-02-03")
        self.assertEqual(str(again.start_date), "2025-02-01")
        self.assertEqual(len(self._get_mails()), 2)

    def test_another_level_is_told_again(self):
        alert = self._alert(5)
        self._use(self.contract, "2025-01-05T00:00:00", 6)
        self._watch("2025-01-05")
        alert.level = 6
        self.assertEqual(self._watch("2025-01-05").level, 6)

    def test_two_levels_at_once(self):
        self._alert(5)
        self._alert(80, basis="amount", has_activity=False)
        self._use(self.contract, "2025-01-05T00:00:00", 9)
        self.assertEqual(len(self._watch("2025-01-05")), 2)
        mail = self._get_mails()
        self.assertEqual(len(mail), 1)
        self.assertIn("80.00", mail.body_html)
        self.assertIn("90.00", mail.body_html)
        self.assertEqual(len(self.contract.activity_ids), 1)
        self.assertEqual(len(self._get_facts()), 2)

    def test_billing_tells_before_it_bills(self):
        self.metered.current_version_id.usage_interim_amount = 50.0
        self._alert(5)
        self._use(self.contract, "2025-01-05T00:00:00", 6)
        move = self._run_billing("2025-01-05")
        self.assertEqual(move.amount_untaxed, 60.0)
        self.assertEqual(len(self._get_mails()), 1)

    def test_nobody_is_told_of_nothing(self):
        self._alert(5)
        self.assertFalse(self._watch("2025-01-05"))
        self._alert(1, is_mailed=False, has_activity=False)
        self._use(self.contract, "2025-01-05T00:00:00", 1)
        self.assertEqual(len(self._watch("2025-01-05")), 1)
        self.assertFalse(self._get_mails() or self.contract.activity_ids)
        self.assertTrue(self._get_facts(), "the fact is always noted")

    def test_without_address_a_person_tells(self):
        self.partner_a.email = False
        self._alert(5, has_activity=False)
        self._use(self.contract, "2025-01-05T00:00:00", 6)
        self.assertFalse(self._watch("2025-01-05").is_mailed)
        self.assertTrue(self.contract.activity_ids)

    def test_sender_of_the_unit(self):
        unit = self._create_unit("CLOUD")
        unit.email_from = "Cloud <cloud@example.com>"
        self.contract.business_unit_id = unit
        self._alert(5)
        self._use(self.contract, "2025-01-05T00:00:00", 6)
        self._watch("2025-01-05")
        self.assertEqual(self._get_mails().email_from, "Cloud <cloud@example.com>")

    # === PREPAID === #

    def test_percent_of_prepaid_units(self):
        self._alert(80, basis="prepaid")
        self._use(self.contract, "2025-01-05T00:00:00", 8)
        self.assertFalse(self._watch("2025-01-05"), "nothing is prepaid")
        quota = {
            "subscription_id": self.contract.id,
            "meter_id": self.meter.id,
            "quantity": 10,
            "start_date": "2025-01-01",
            "reason": "Test",
        }
        self.env["usage.quota"].create(quota)
        self.assertEqual(self._watch("2025-01-06").value, 80)
        self.assertFalse(self._watch("2025-01-07"))
        self.env["usage.quota"].create({**quota, "start_date": "2025-01-08"})
        self.assertFalse(self._watch("2025-01-08"))
        self._use(self.contract, "2025-01-09T00:00:00", 9)
        self.assertEqual(self._watch("2025-01-09").value, 85)

    # === WHICH ALERTS COUNT === #

    def test_alerts_of_the_contract_instead_of_the_charge(self):
        self._alert(5)
        other = self._create_metered_contract()
        own = self._alert(8, self.contract)
        for contract in (self.contract, other):
            self._use(contract, "2025-01-05T00:00:00", 6)
        self.assertEqual(self._watch("2025-01-05").subscription_id, other)
        self._use(self.contract, "2025-01-05T00:00:00", 6)
        self.assertEqual(self._watch("2025-01-05").alert_id, own)

    def test_customers_add_their_own(self):
        usual = self._alert(5)
        own = self._alert(6, self.contract, is_of_customer=True)
        self._use(self.contract, "2025-01-05T00:00:00", 6)
        self.assertEqual(self._watch("2025-01-05").alert_id, usual | own)

    def test_amounts_count_in_their_currency(self):
        self._alert(50, basis="amount")
        other = self.env.ref("base.CHF")
        other.active = True
        self.env["billing.charge.price"].create(
            {"charge_id": self.charge.id, "currency_id": other.id, "unit_price": 10.0}
        )
        contract = self._create_metered_contract(currency_id=other.id)
        own = self._alert(70, contract, basis="amount")
        self._use(contract, "2025-01-05T00:00:00", 6)
        self.assertFalse(self._watch("2025-01-05"))
        self._use(contract, "2025-01-05T00:00:00", 6)
        self.assertEqual(self._watch("2025-01-05").alert_id, own)

    def test_wrong_alerts(self):
        stranger = self._create_meter("other")
        for values in (
            {"level": 5, "meter_id": self.meter.id},
            {"level": 5, "charge_id": self.monthly.charge_ids.id, "meter_id": self.meter.id},
            {"level": 5, "subscription_id": self.contract.id, "meter_id": stranger.id},
        ):
            with self.assertRaises(ValidationError):
                self.env["usage.alert"].create(values)

    def test_a_copied_charge_has_the_alerts(self):
        self._alert(5)
        self.metered.action_new_version()
        copy = self.metered.current_version_id.charge_ids
        self.assertNotEqual(copy, self.charge)
        self.assertEqual(copy.usage_alert_ids.level, 5)

    # === SEVERAL AT A TIME, ERRORS === #

    def test_the_database_refuses_a_second_notice(self):
        """Two crons at the same moment: the second does not see what the first has told."""
        self._alert(5)
        self._use(self.contract, "2025-01-05T00:00:00", 6)
        self._watch("2025-01-05")
        blind = patch.object(
            self.registry["billing.subscription"],
            "_get_told",
            lambda *args: defaultdict(set),
        )
        with blind, mute_logger(WATCH, "odoo.sql_db"):
            self.assertFalse(self._watch("2025-01-05"))
        self.assertEqual(len(self._get_mails()), 1)
        self.assertEqual(len(self._get_facts()), 1)

    def test_one_that_cannot_be_rated_does_not_stop_the_others(self):
        self._alert(5)
        contracts = self._create_contracts(3, plan=self.metered, usage_tz="UTC")
        for contract in contracts:
            self._use(contract, "2025-01-05T00:00:00", 6)
        original = self.registry["billing.subscription"]._look_at_usage

        reason = "broken"

        def look(records, today=None):
            if contracts[1] in records:
                raise ValidationError(reason)
            return original(records, today)

        with (
            patch.object(self.registry["billing.subscription"], "_look_at_usage", look),
            mute_logger(WATCH),
        ):
            found = self._watch("2025-01-05").subscription_id
        self.assertEqual(found, contracts[0] | contracts[2])

    def test_what_it_costs_does_not_grow_with_the_contracts(self):
        """Queries of a batch in which nobody has to be told."""
        self._alert(50)
        contracts = self._create_contracts(3, plan=self.metered, usage_tz="UTC")
        for contract in contracts:
            self._use(contract, "2025-01-05T00:00:00", 6)
        counts = []
        for some in (contracts[:1], contracts):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some._check_usage_alerts(self._day("2025-01-06"))
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1)


@tagged("post_install", "-at_install")
class TestWatch(UsageCommon):
    """The cron that looks at new usage, and the sandbox."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner_a.email = "a@example.com"
        # A day that is over: usage of "today at noon" lies in the future on some mornings.
        cls.today = date(2025, 1, 10)
        company = cls.registry["res.company"]
        cls.startClassPatcher(
            patch.object(company, "_get_billing_today", lambda _company: cls.today)
        )
        cls.metered.current_version_id.usage_interim_amount = 50.0
        cls.contract = cls._create_metered_contract(start=cls.today)
        cls.env["usage.alert"].create(
            {"charge_id": cls.metered.charge_ids.id, "level": 5, "is_mailed": True}
        )

    def _use_now(self, quantity):
        return self._use(self.contract, f"{self.today}T12:00:00", quantity)

    def _run_cron(self):
        cron = self.env.ref("usage_metering.ir_cron_usage_watch").sudo()
        self.assertEqual((cron.model_name, cron.code), ("usage.alert", "model._cron_watch()"))
        with self._flush_instead_of_commit():
            self.env["usage.alert"].with_user(SUPERUSER_ID)._cron_watch()

    def _count_triggers(self):
        billing = self.env.ref("subscription_billing.ir_cron_billing_run")
        return self.env["ir.cron.trigger"].sudo().search_count([("cron_id", "=", billing.id)])

    def test_cron(self):
        before = self._count_triggers()
        self._use_now(4)
        self._run_cron()
        self.assertFalse(self.env["usage.alert.notice"].search([]))
        self.assertEqual(self._count_triggers(), before)
        self._use_now(2)
        self._run_cron()
        self.assertEqual(len(self.env["usage.alert.notice"].search([])), 1)
        self.assertEqual(self._count_triggers(), before + 1)
        self.assertEqual(self.contract.next_billing_date, self.today)
        self._run_cron()
        self.assertEqual(self._count_triggers(), before + 1, "once is enough")
        self._run_billing(self.today)
        self.assertEqual(self._get_documents(self.contract), [("out_invoice", 60.0)])

    def test_sandbox(self):
        """The clock tells of levels, the cron leaves its customer alone; no mail gets out."""
        clock = self._create_sandbox_clock(self.partner_a, "2025-01-04")
        contract = self._create_metered_contract()
        self._use(contract, "2025-01-05T00:00:00", 6)
        self._run_cron()
        self.assertFalse(self.env["usage.alert.notice"].search([]))
        clock._advance_to(self._day("2025-01-05"))
        notice = self.env["usage.alert.notice"].search([])
        self.assertEqual(str(notice.notice_date), "2025-01-05")
        results = self.env["billing.test.clock.result"].search([("clock_id", "=", clock.id)])
        self.assertIn("Usage alert reached", results.mapped("name"))
        mail = notice.sudo().mail_message_id.mail_ids
        mail.send()
        self.assertEqual(mail.state, "cancel")
        self.assertEqual(self._get_documents(contract), [("out_invoice", 60.0)])
