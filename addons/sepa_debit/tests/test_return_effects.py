from datetime import date, timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common_statements import DUE, RETURNED, SepaStatementCommon


@tagged("post_install", "-at_install")
class TestReturnEffects(SepaStatementCommon):
    """What follows from each reason: mandate, account, next attempt, notice, fee."""

    def _return(self, reason, **told):
        """Have the debit of a new invoice come back; return invoice and return."""
        invoice = self._bill()
        self._collect(invoice)
        self._read(self._come_back(self._collections(invoice), reason, **told))
        self._set_today(RETURNED)
        return invoice, self._get_return(invoice)

    def test_consequences(self):
        table = {
            # reason: mandate, account, next step, status, disputed
            "AM04": ("active", False, "retry", "done", False),
            "MS03": ("active", False, "retry", "done", False),
            "MS02": ("suspended", False, "none", "open", False),
            "MD06": ("suspended", False, "none", "open", True),
            "MD01": ("revoked", False, "none", "open", True),
            "MD07": ("ended", "block", "none", "open", False),
            "AC01": ("suspended", "invalid", "fix", "open", False),
            "AC04": ("suspended", "closed", "fix", "open", False),
            "AC06": ("suspended", "block", "fix", "open", False),
            "RC01": ("active", False, "fix", "open", False),
            "XX99": ("active", False, "person", "open", False),
        }
        invoices = self._bill(len(table))
        cases = list(zip(table.items(), invoices, strict=True))
        for (reason, _row), invoice in cases:
            account = self.env["res.partner.bank"].create(
                {
                    "acc_number": self._iban(len(reason) + invoice.id),
                    "partner_id": self.customer.id,
                }
            )
            invoice.sepa_mandate_id = self._create_mandate(account=account)
        self._collections(invoices).action_cancel()
        self._run()
        self._collections(invoices)._take_notice()
        self._collect(invoices)
        live = {m: self._collections(m).filtered("batch_id") for m in invoices}
        self._read(*(self._come_back(live[invoice], reason) for (reason, _row), invoice in cases))
        for (reason, row), invoice in cases:
            with self.subTest(reason):
                returned = live[invoice].return_ids
                mandate = returned.mandate_id
                found = (
                    mandate.state,
                    mandate.partner_bank_id.sepa_problem,
                    returned.next_step,
                    returned.state,
                    returned.is_disputed,
                )
                self.assertEqual(found, row)
                self.assertEqual(invoice.amount_residual, 119.0)

    @staticmethod
    def _iban(number):
        """Return a German IBAN with right check digits."""
        body = f"{37040044:08d}{number:010d}"
        return f"DE{98 - int(body + '131400') % 97:02d}{body}"

    # === AGAIN === #

    def test_no_funds_is_collected_again_with_a_notice(self):
        invoice, returned = self._return("AM04")
        self.assertEqual(returned.retry_on, RETURNED + timedelta(days=7))
        self._run()
        second = self._collections(invoice) - returned.collection_id
        self.assertEqual((second.attempt, second.state, second.notice_by), (2, "planned", "mail"))
        self.assertGreaterEqual(second.collect_on, RETURNED + timedelta(days=14))
        self.assertNotEqual(second.end_to_end_id, returned.collection_id.end_to_end_id)

    def test_not_before_the_day(self):
        self.creditor.write({"retry_days": 30, "notice_days": 5})
        invoice, returned = self._return("AM04")
        self._run()
        second = self._collections(invoice) - returned.collection_id
        self.assertEqual(second.collect_on, date(2026, 4, 23))

    def test_twice_unspecified_suspends(self):
        self.creditor.notice_days = 5
        invoice, first = self._return("MS03")
        self._run()
        second = self._collections(invoice) - first.collection_id
        second._take_notice()
        day = second.collect_on
        self._set_today(day - timedelta(days=1), 6)
        self._run()
        batch = second.batch_id
        batch.action_write()
        batch.action_submit()
        self._set_today(day)
        self._run()
        self._read(self._come_back(second, "MS03", day=str(day)), day=day)
        self.assertEqual(self.mandate.state, "suspended")
        self.assertEqual((second.return_ids.next_step, second.return_ids.state), ("fix", "open"))
        self._run()
        self.assertEqual(len(self._collections(invoice)), 2, "nothing more by itself")
        with self.assertRaises(UserError):
            second.return_ids.action_collect_again()
        self.mandate.action_activate()
        second.return_ids.action_collect_again()
        self._run()
        self.assertEqual(len(self._collections(invoice)), 3)
        self.assertEqual(second.return_ids.state, "done")

    def test_a_new_account_repairs(self):
        invoice, returned = self._return("AC04")
        self._run()
        self.assertEqual(len(self._collections(invoice)), 1)
        with self.assertRaises(UserError):
            self.mandate.action_activate()
        account = self.env["res.partner.bank"].create(
            {"acc_number": self._iban(4711), "partner_id": self.customer.id}
        )
        self.mandate.partner_bank_id = account
        self.assertEqual(self.mandate.state, "active")
        self.assertEqual(returned.state, "done")
        self.assertTrue(self.mandate.has_amendment, "its bank has to be told")
        self._run()
        self.assertEqual(len(self._collections(invoice)), 2)

    def test_no_other_mandate_collects_from_an_account_that_was_refused(self):
        other = self._create_mandate(name="OTHER")
        self._return("AC04")
        left = (self.mandate | other).filtered(lambda m: m.state == "active")
        self.assertEqual(len(left), 1)
        invoice = self._bill(sepa_mandate_id=left.id)
        self.assertFalse(self._collections(invoice))
        exclusion = self.env["sepa.exclusion"].search([("move_id", "=", invoice.id)])
        self.assertEqual(exclusion.code, "account")

    def test_a_new_account_clears_no_dispute(self):
        invoice, returned = self._return("MD06")
        account = self.env["res.partner.bank"].create(
            {"acc_number": self._iban(4712), "partner_id": self.customer.id}
        )
        self.mandate.partner_bank_id = account
        self.assertEqual((self.mandate.state, returned.state), ("suspended", "open"))
        self._run()
        self.assertEqual(len(self._collections(invoice)), 1)

    def test_other_plans_of_the_mandate_end(self):
        other = self._bill(due=date(2026, 5, 20))
        self.assertEqual(self._collections(other).state, "planned")
        self._return("MD01")
        self.assertEqual(self._collections(other).state, "cancelled")

    # === FIRST AND CHANGED MANDATES === #

    def test_the_debtors_bank_knows_a_mandate_that_came_back(self):
        self._return("AM04")
        self.assertTrue(self.mandate.was_settled)

    def test_a_rejected_first_debit_stays_the_first(self):
        batch = self._submit(self._bill())
        batch.collection_ids._fail("AM04")
        self.assertFalse(self.mandate.was_settled)

    def test_an_account_changed_while_the_debit_is_under_way(self):
        """The bank knows the account of the file; the next debit announces the new one."""
        old, new = self._iban(1), self._iban(2)
        accounts = self.env["res.partner.bank"].create(
            [{"acc_number": iban, "partner_id": self.customer.id} for iban in (old, new)]
        )
        self.mandate.was_settled = True
        self.mandate.partner_bank_id = accounts[0]
        invoice = self._bill()
        batch = self._submit(invoice)
        self.mandate.partner_bank_id = accounts[1]
        self._set_today(DUE)
        self._run()
        self._read(self._credit(batch))
        self.assertEqual(self.mandate.original_iban, old)
        self._read(self._come_back(self._collections(invoice), eref="", iban=old))
        self.assertEqual(self._collections(invoice).state, "failed", "known by the old account")

    def test_no_file_with_mandates_that_ended_meanwhile(self):
        first = self._bill()
        batch = self._make_batch(first)
        batch.action_write()
        self.mandate.action_suspend()
        with self._assert_refused(batch.name, self.mandate.name):
            batch.action_submit()

    # === CUSTOMERS === #

    def test_notice(self):
        self.customer.lang = "en_US"
        _invoice, returned = self._return("AM04")
        delivery = returned._get_deliveries()
        self.assertEqual((len(delivery), delivery.channel), (1, "mail"))
        text = returned._get_notice_text()
        for part in ("119.00", returned.move_id.name, "03/31/2026"):
            self.assertIn(part, text)
        self.assertNotIn("AM04", text)
        self.assertTrue(returned._get_delivery_pdf().startswith(b"%PDF"))

    def test_no_notice_where_it_is_not_wanted(self):
        self.creditor.tells_of_returns = False
        _invoice, returned = self._return("AM04")
        self.assertFalse(returned._get_deliveries())

    def test_what_customers_are_asked_to_do(self):
        asked = {
            "AC04": "another account",
            "MD06": "If you object",
            "MS02": "pay the invoice by transfer",
        }
        for reason, words in asked.items():
            with self.subTest(reason):
                self._set_today(date(2026, 3, 2))
                if self.mandate.state != "active":
                    self.account.sepa_problem = False
                    self.mandate = self._create_mandate()
                _invoice, returned = self._return(reason)
                self.assertIn(words, returned._get_notice_text())

    # === FEES === #

    def _set_fee(self, policy, **values):
        account = self.company_data["default_account_revenue"]
        self.creditor.write(
            {"return_fee_policy": policy, "return_fee_account_id": account.id, **values}
        )

    def test_no_fee_without_a_policy(self):
        _invoice, returned = self._return("AM04")
        self.assertFalse(returned.fee_move_id)

    def test_fee(self):
        self._set_fee("charges", return_fee_cap=5.0)
        _invoice, returned = self._return("AM04")
        fee = returned.fee_move_id
        self.assertEqual(
            (fee.state, fee.move_type, fee.amount_total), ("posted", "out_invoice", 5.0)
        )
        self.assertFalse(fee.invoice_line_ids.tax_ids)
        self.assertEqual(fee.partner_id, self.customer)

    def test_no_fee_for_what_is_not_the_customers_fault(self):
        self._set_fee("fixed", return_fee_amount=3.0)
        _invoice, returned = self._return("FF01")
        self.assertFalse(returned.fee_move_id)

    def test_settings(self):
        with self.assertRaises(ValidationError):
            self.creditor.return_fee_policy = "charges"
        with self.assertRaises(ValidationError):
            self.creditor.max_attempts = 9
        with self.assertRaises(ValidationError):
            self._set_fee("fixed")

    # === OTHERS LISTEN === #

    def test_events_and_hook(self):
        invoice, returned = self._return("AM04")
        events = self.env["billing.event"].search([("type", "=", "collection.failed")])
        event = events.filtered(lambda e: e.res_id == returned.collection_id.id)
        self.assertEqual(len(event), 1)
        self.assertIn("AM04", str(event.payload))
        self.assertIn(
            returned.collection_id.end_to_end_id, str(invoice.message_ids.mapped("body"))
        )
        self.assertEqual(returned.returned_on, RETURNED)
        self.assertGreater(RETURNED, DUE)
