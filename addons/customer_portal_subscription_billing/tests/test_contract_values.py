from datetime import timedelta

from odoo.tests import tagged

from .common import ContractPortalCommon


@tagged("post_install", "-at_install")
class TestContractValues(ContractPortalCommon):
    def _contracts(self, **kwargs):
        return self.account._prepare_contracts(self.partner_a, **kwargs)

    def test_next_invoice_equals_the_later_one(self):
        self._bill(self.contract)
        announced = self.contract._get_next_invoice()
        move = self._bill(self.contract, announced["date"])
        self.assertEqual(announced["date"], move.invoice_date)
        self.assertAlmostEqual(announced["amount"], move.amount_total)
        self.assertGreater(move.amount_tax, 0)

    def test_next_invoice_catches_up_what_was_missed(self):
        announced = self.contract._get_next_invoice()
        self.assertEqual(announced["date"], self.today)
        self.assertAlmostEqual(announced["amount"], self._bill(self.contract).amount_total)

    def test_next_invoice_writes_nothing(self):
        before = self.env["account.move"].search_count([])
        self.contract._get_next_invoice()
        self.env.flush_all()
        self.assertEqual(self.env["account.move"].search_count([]), before)
        self.assertFalse(self.contract.period_ids)

    def test_ended_contract_has_no_next_invoice(self):
        self.assertIsNone(self._create_ended_contract(self.partner_a)._get_next_invoice())

    def test_problems_first_ended_last(self):
        ended = self._create_ended_contract(self.partner_a)
        self._pay(ended.period_ids.move_id)
        other = self._create_contract(self.partner_a, self.plan, self.today + timedelta(days=9))
        values = self._contracts(order="id desc")
        self.assertEqual(values["contracts"], other + self.contract + ended)
        self.assertFalse(values["late"])
        move = self._bill(self.contract, self.today - timedelta(days=9))
        self._items(move).sudo().date_maturity = self.today - timedelta(days=1)
        values = self._contracts(order="id desc")
        self.assertEqual(values["contracts"], self.contract + other + ended)
        self.assertEqual(values["late"], self.contract)

    def test_upcoming_by_date(self):
        self._bill(self.contract)
        later = self._create_contract(self.partner_a, self.plan, self.today + timedelta(days=3))
        events = self.account._prepare_account_values(self.partner_a)["upcoming"]
        self.assertEqual(
            [event["url"] for event in events], [later.access_url, self.contract.access_url]
        )
        self.assertIn("Next invoice for Cloud M on 02/13/2026", events[0]["text"])

    def test_drafts_are_not_shown(self):
        draft = self._create_contract(self.partner_a, self.plan, self.today, activate=False)
        self.assertNotIn(draft, self._contracts()["contracts"])

    def test_no_contracts_no_section(self):
        stranger = self.env["res.partner"].create({"name": "New"})
        self.assertEqual(self.account._prepare_account_sections(stranger), [])

    def test_queries_do_not_grow_with_the_contracts(self):
        start = self.today + timedelta(days=3)
        for _i in range(4):
            self._create_contract(self.partner_a, self.plan, start)
        few = self._count_queries()
        for _i in range(10):
            self._create_contract(self.partner_a, self.plan, start)
        self.assertLessEqual(self._count_queries(), few)

    def _count_queries(self):
        for _warm_up in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.account._prepare_account_values(self.partner_a)
            for section in self.account._prepare_account_sections(self.partner_a):
                self.env["ir.qweb"]._render(section["template"], {"section": section})
        return self.env.cr.sql_log_count - before
