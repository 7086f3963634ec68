from datetime import date

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from odoo.addons.sepa_debit.tests.common import SepaCommon
from odoo.addons.subscription_billing.tests.common import SubscriptionBillingCommon

START = date(2026, 3, 2)


@tagged("post_install", "-at_install")
class TestContractDebit(SepaCommon, SubscriptionBillingCommon):
    """Contracts take mandates, their invoices are collected."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.property_inbound_payment_method_line_id = False
        cls.company.currency_id = cls.euro
        cls.euro_plan = cls._create_plan("Euro", [{"unit_price": 100.0}])

    def _create_debited(self, mandate=None, **values):
        contract = self._create_contract(self.euro_plan, start=str(START), **values)
        contract.sepa_mandate_id = mandate or self.mandate
        return contract

    def _bill_contracts(self, contracts, day=START):
        self._run_billing(day)
        return contracts.period_ids.move_id

    def test_invoice_is_collected_with_the_mandate_of_the_contract(self):
        other = self._create_mandate()
        contract = self._create_debited(other)
        invoice = self._bill_contracts(contract)
        self.assertEqual(invoice.preferred_payment_method_line_id, self.method)
        self.assertEqual(invoice.sepa_mandate_id, other)
        collection = self._collections(invoice)
        self.assertEqual((collection.mandate_id, collection.amount), (other, invoice.amount_total))

    def test_other_contracts_are_not_collected(self):
        contract = self._create_contract(self.euro_plan, start=str(START))
        invoice = self._bill_contracts(contract)
        self.assertFalse(invoice.preferred_payment_method_line_id)
        self.assertFalse(self._collections(invoice))

    def test_different_mandates_share_no_invoice(self):
        self.customer.billing_grouping = "customer"
        contracts = self._create_debited() | self._create_debited() | self._create_debited(
            self._create_mandate()
        )  # fmt: skip
        self.assertEqual(len(self._bill_contracts(contracts)), 2)

    def test_credits_are_no_debits(self):
        contract = self._create_debited()
        self._bill_contracts(contract)
        contract.end_date = date(2026, 3, 12)
        self._run_billing(date(2026, 3, 12))
        refund = contract.period_ids.move_id.filtered(lambda m: m.move_type == "out_refund")
        self.assertTrue(refund)
        self.assertFalse(refund.sepa_mandate_id)
        self.assertFalse(self._collections(refund))

    def test_mandate_of_somebody_else(self):
        contract = self._create_contract(self.euro_plan, start=str(START))
        account = self.env["res.partner.bank"].create(
            {"acc_number": "DE02120300000000202051", "partner_id": self.partner_b.id}
        )
        foreign = self._create_mandate(partner=self.partner_b, account=account)
        with self.assertRaisesRegex(ValidationError, foreign.name):
            contract.sepa_mandate_id = foreign

    def test_bank_without_the_payment_method(self):
        self.method.unlink()
        with self.assertRaisesRegex(ValidationError, "SEPA Direct Debit"):
            self._create_debited()

    def test_until_it_is_signed_the_invoice_waits(self):
        draft = self.env["sepa.mandate"].create(
            {
                "partner_id": self.customer.id,
                "partner_bank_id": self.account.id,
                "creditor_id": self.creditor.id,
            }
        )
        invoice = self._bill_contracts(self._create_debited(draft))
        self.assertFalse(self._collections(invoice))
        exclusion = self.env["sepa.exclusion"].search([("move_id", "=", invoice.id)])
        self.assertEqual(exclusion.code, "draft")
        draft.signed_on = START
        draft.action_activate()
        self._run()
        self.assertEqual(self._collections(invoice).mandate_id, draft)

    def test_new_mandate_takes_over(self):
        contract, other = self._create_debited(), self._create_debited(self._create_mandate())
        self.mandate.action_revoke()
        self.assertEqual(contract.sepa_mandate_id, self.mandate, "nothing to collect with yet")
        new = self._create_mandate()
        self.assertEqual(contract.sepa_mandate_id, new)
        self.assertNotEqual(other.sepa_mandate_id, new, "this one can still be used")
        self.assertEqual(new.subscription_count, 1)
        self.assertEqual(
            self.env["billing.subscription"].search(new.action_view_contracts()["domain"]),
            contract,
        )

    def test_uses_are_shown_before_a_mandate_is_revoked(self):
        contract = self._create_debited()
        [use] = self.mandate._prepare_uses()
        self.assertIn(contract.name, use)
        self.assertIn("03/02/2026", use)
        contract.state = "ended"
        self.assertEqual(self.mandate._prepare_uses(), [])
