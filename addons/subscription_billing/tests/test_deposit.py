from odoo import Command
from odoo.tests import tagged

from .change_common import ChangeCommon


@tagged("post_install", "-at_install")
class TestDeposit(ChangeCommon):
    """Deposits come with the first invoice and go back in full at the end, nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.liability = cls.env["account.account"].create(
            {"name": "Deposits", "code": "170099", "account_type": "liability_current"}
        )
        cls.deposit = cls._create_service(
            "Deposit",
            taxes_id=[Command.clear()],
            property_account_income_id=cls.liability.id,
        )
        charge = {"product_id": cls.deposit.id, "unit_price": 500.0, "recurrence": "deposit"}
        cls.secured = cls._create_plan("Secured", [{"unit_price": 31.0}, charge])

    def _get_held(self):
        lines = self.env["account.move.line"].search(
            [("account_id", "=", self.liability.id), ("parent_state", "=", "posted")]
        )
        return -sum(lines.mapped("balance"))

    def test_charged_once_and_given_back(self):
        contract = self._create_contract(self.secured)
        [first] = self._bill("2025-01-01", contract)
        self.assertEqual(first.amount_untaxed, 531.0)
        self.assertEqual(contract.amount_period, 31.0)
        self._bill("2025-02-01", contract)
        self.assertEqual(self._get_held(), 500.0)
        contract._cancel(self._day("2025-02-15"))
        self.assertFalse(self._bill("2025-02-14", contract))
        [last] = self._bill("2025-02-15", contract)
        self.assertEqual(last.move_type, "out_refund")
        self.assertEqual(self._get_held(), 0.0)
        self.assertFalse(self._bill("2025-06-01", contract))
        self.assertEqual(contract.state, "ended")
        self._check_documents(contract)

    def test_text_names_no_period(self):
        contract = self._create_contract(self.secured)
        move = self._bill("2025-01-01", contract)
        line = move.invoice_line_ids.filtered(lambda line: line.product_id == self.deposit)
        self.assertEqual(line.name, "Secured")
        self.assertEqual(move.delivery_date, self._day("2025-01-31"))
        contract._cancel(self._day("2025-02-01"))
        back = self._bill("2025-02-01", contract)
        self.assertEqual(back.invoice_line_ids.name, "Return: Secured")
        self.assertEqual(back.delivery_date, self._day("2025-02-01"))

    def test_given_back_although_paid_time_is_kept(self):
        contract = self._create_contract(self.secured)
        self._bill("2025-01-01", contract)
        contract._cancel(self._day("2025-01-16"), credited=False)
        [back] = self._bill("2025-01-16", contract)
        self.assertEqual(back.amount_total, 500.0)

    def test_pause_keeps_it(self):
        contract = self._create_contract(self.secured)
        self._bill("2025-01-01", contract)
        contract._pause(self._day("2025-01-11"))
        self._bill("2025-03-01", contract)
        self.assertEqual(self._get_held(), 500.0)

    def test_undone_cancellation_keeps_it(self):
        contract = self._create_contract(self.secured)
        self._bill("2025-01-01", contract)
        contract._cancel(self._day("2025-02-01"))
        contract._undo_cancel()
        self._bill("2025-02-01", contract)
        self.assertEqual(self._get_held(), 500.0)

    def test_end_moved_after_the_return_charges_it_again(self):
        contract = self._create_contract(self.secured)
        self._bill("2025-01-01", contract)
        contract._cancel(self._day("2025-01-20"))
        # The rest of the contract is not settled yet: it can still be taken back.
        contract.sudo()._bill(self._day("2025-01-20"))
        self.assertEqual(self._get_held(), 0.0)
        contract._undo_cancel()
        self._bill("2025-01-21", contract)
        self.assertEqual(self._get_held(), 500.0)
        self._check_documents(contract)

    def test_other_plan_settles_both_deposits(self):
        charge = {"product_id": self.deposit.id, "unit_price": 800.0, "recurrence": "deposit"}
        larger = self._create_plan("Larger", [{"unit_price": 62.0}, charge])
        contract = self._create_contract(self.secured)
        self._bill("2025-01-01", contract)
        contract._change_plan(larger.current_version_id, self._day("2025-01-16"))
        self._bill("2025-01-16", contract)
        self.assertEqual(self._get_held(), 800.0)

    def test_never_charged_when_it_ends_before(self):
        contract = self._create_contract(self.secured, active="2025-02-01")
        contract.line_ids[1].end_date = contract.start_date
        self._bill("2025-02-01", contract)
        self.assertEqual(self._get_held(), 0.0)

    def test_deleted_draft_makes_it_due_again(self):
        self.secured.draft_days = 5
        contract = self._create_contract(self.secured)
        self._bill("2025-01-01", contract).unlink()
        self._bill("2025-01-02", contract)
        self._bill("2025-01-07", contract)
        self.assertEqual(self._get_held(), 500.0)

    def test_transfer_moves_it(self):
        contract = self._create_contract(self.secured)
        self._bill("2025-01-01", contract)
        following = contract._transfer(self.partner_b, self._day("2025-02-01"))
        self._bill("2025-02-01", contract | following)
        self.assertEqual(self._get_held(), 500.0)
        self.assertEqual(sum(following.period_ids.mapped("amount")), 531.0)

    def test_income_account_is_warned_of(self):
        charge = self.secured.charge_ids[1]
        self.assertFalse(charge.deposit_warning)
        charge.product_id = self.service
        self.assertIn("liability", charge.deposit_warning)
