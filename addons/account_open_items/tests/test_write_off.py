from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from odoo.addons.billing_base.tests.common import BillingCommon

DAY = date(2026, 3, 31)


class OpenItemCommon(BillingCommon):
    """An accountant, reasons and invoices with VAT."""

    @classmethod
    def get_default_groups(cls):
        return super().get_default_groups() | cls.quick_ref("account.group_account_manager")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.loss = cls.company_data["default_account_expense"]
        cls.general = cls.company_data["default_journal_misc"]
        cls.tax, cls.reduced = cls.env["account.tax"].create(
            [
                {"name": f"VAT {amount}", "amount": amount, "type_tax_use": "sale"}
                for amount in (19.0, 7.0)
            ]
        )
        cls.bad_debt = cls._create_reason("Insolvency")
        cls.goodwill = cls._create_reason("Goodwill", is_tax_corrected=False, max_amount=5.0)

    @classmethod
    def _create_reason(cls, name, **values):
        values = {"name": name, "account_id": cls.loss.id, **values}
        return cls.env["account.open.item.reason"].create(values)

    @classmethod
    def _create_taxed(cls, *lines, **values):
        """Return a posted invoice of pairs of net amount and tax."""
        account = cls.company_data["default_account_revenue"].id
        commands = [
            Command.create(
                {
                    "name": "Service",
                    "price_unit": net,
                    "tax_ids": [Command.set(tax.ids)],
                    "account_id": account,
                }
            )
            for net, tax in lines
        ]
        return cls._create_open_invoice(invoice_line_ids=commands, **values)


@tagged("post_install", "-at_install")
class TestWriteOff(OpenItemCommon):
    def _write_off(self, moves, reason=None, **values):
        wizard = self.env["account.open.item.write.off"].create(
            {
                "line_ids": self._items(moves).ids,
                "reason_id": (reason or self.bad_debt).id,
                "date": DAY,
                **values,
            }
        )
        return self.env["account.move"].search(wizard.action_write_off()["domain"])

    def _sum(self, entry, account):
        """What is on an account, without tax: these taxes have no account of their own."""
        lines = entry.line_ids.filtered(lambda ln: ln.account_id == account)
        lines = lines.filtered(lambda ln: not ln.tax_line_id)
        return round(sum(lines.mapped("balance")), 2)

    def test_tax_comes_back(self):
        invoice = self._create_taxed((100.0, self.tax), (100.0, self.reduced))
        entry = self._write_off(invoice, note="filed on 3 May")
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertEqual(self._sum(entry, self.loss), 200.0)
        taxes = entry.line_ids.filtered("tax_line_id")
        self.assertEqual(sorted(taxes.mapped("balance")), [7.0, 19.0])
        types = taxes.tax_repartition_line_id.mapped("document_type")
        self.assertEqual(set(types), {"refund"})
        self.assertIn("filed on 3 May", invoice.message_ids[0].body)
        self.assertIn("Insolvency", invoice.message_ids[0].body)

    def test_dialog(self):
        """From the list of open items: what is chosen there is what is written off."""
        invoice = self._create_open_invoice(100.0)
        context = {"active_model": "account.open.item", "active_ids": self._items(invoice).ids}
        with Form(self.env["account.open.item.write.off"].with_context(**context)) as form:
            self.assertEqual(form.amount, 100.0)
            form.reason_id = self.bad_debt
            form.date = DAY
        form.record.action_write_off()
        self.assertEqual(invoice.amount_residual, 0.0)

    def test_part_that_is_left(self):
        invoice = self._create_taxed((100.0, self.tax), (100.0, self.reduced))
        receipt = self._create_receipts(1, 113.0)
        (receipt | self._items(invoice)).reconcile()
        entry = self._write_off(invoice)
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertEqual(self._sum(entry, self.loss), 100.0)

    def test_every_cent(self):
        """Whatever is left, the entry clears it, and the tax is the tax of its net amount."""
        for cents in (1, 2, 3, 7, 19, 33, 101, 999, 1234, 11899):
            invoice = self._create_taxed((100.0, self.tax))
            receipt = self._create_receipts(1, round(119 - cents / 100, 2))
            (receipt | self._items(invoice)).reconcile()
            entry = self._write_off(invoice)
            self.assertEqual(invoice.amount_residual, 0.0)
            tax = sum(entry.line_ids.filtered("tax_line_id").mapped("balance"))
            self.assertAlmostEqual(tax, cents / 100 * 19 / 119, delta=0.006)

    def test_without_tax(self):
        reason = self._create_reason("Gift", is_tax_corrected=False)
        invoice = self._create_taxed((100.0, self.tax))
        entry = self._write_off(invoice, reason)
        self.assertEqual(self._sum(entry, self.loss), 119.0)
        self.assertFalse(entry.line_ids.filtered("tax_line_id"))

    def test_credit_that_nobody_claims(self):
        receipt = self._create_receipts(1, 3.0)
        entry = self._write_off(receipt.move_id, self.goodwill)
        self.assertTrue(receipt.reconciled)
        self.assertEqual(self._sum(entry, self.loss), -3.0)

    def test_foreign_currency(self):
        foreign = self.setup_other_currency("CHF", rates=[("2026-01-01", 2.0)])
        invoice = self._create_taxed((100.0, self.tax), currency_id=foreign.id)
        entry = self._write_off(invoice)
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertEqual(self._sum(entry, self.loss), 50.0)

    def test_as_of_days(self):
        invoice = self._create_taxed((100.0, self.tax))
        self._write_off(invoice)
        items = self.env["account.open.item"]
        domain = [("move_id", "=", invoice.id)]
        self.assertEqual(items._at(date(2026, 3, 30)).search(domain).residual, 119.0)
        self.assertFalse(items._at(DAY).search(domain))

    def test_taken_back(self):
        invoice = self._create_taxed((100.0, self.tax))
        entry = self._write_off(invoice)
        entry.action_undo_write_off()
        self.assertEqual(invoice.amount_residual, 119.0)
        both = entry | entry.reversal_move_ids
        self.assertEqual(self._sum(both, self.loss), 0.0)
        tags = {}
        for line in both.line_ids:
            for tag in line.tax_tag_ids:
                tags[tag] = tags.get(tag, 0.0) + line.balance
        self.assertFalse(any(round(total, 2) for total in tags.values()))
        self.assertIn("taken back", invoice.message_ids[0].body)
        with self.assertRaisesRegex(UserError, "taken back before"):
            entry.action_undo_write_off()

    def test_limit(self):
        invoice = self._create_taxed((100.0, self.tax))
        with self.assertRaisesRegex(UserError, "limit"):
            self._write_off(invoice, self.goodwill)

    def test_not_twice(self):
        invoice = self._create_taxed((100.0, self.tax))
        self._write_off(invoice)
        with self.assertRaisesRegex(UserError, "not open any more"):
            self._write_off(invoice)

    def test_locked(self):
        invoice = self._create_taxed((100.0, self.tax))
        self.company.sudo().fiscalyear_lock_date = DAY
        with self.assertRaisesRegex(UserError, "locked"):
            self._write_off(invoice)
        self.assertEqual(invoice.amount_residual, 119.0)

    def test_only_accountants(self):
        invoice = self._create_taxed((100.0, self.tax))
        clerk = self._create_user("clerk")
        wizards = self.env["account.open.item.write.off"].with_user(clerk)
        values = {"line_ids": self._items(invoice).ids, "reason_id": self.bad_debt.id}
        with self.assertRaises(AccessError):
            wizards.create(values)
        entry = self._write_off(invoice)
        with self.assertRaises(AccessError):
            entry.with_user(clerk).action_undo_write_off()

    def test_many_at_once(self):
        invoices = self._create_open_invoices(3, 2.0)
        entries = self._write_off(invoices, self.goodwill)
        self.assertEqual(len(entries), 3)
        self.assertFalse(any(invoices.mapped("amount_residual")))


@tagged("post_install", "-at_install")
class TestYearEnd(OpenItemCommon):
    """31 December 2026: a customer with credit, a doubtful debt, a regular one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.date = date(2026, 12, 31)
        account = cls.env["account.account"]
        cls.credit, cls.doubtful, cls.adjustment = account.create(
            [
                {"name": "Credit", "code": "990001", "account_type": "liability_current"},
                {"name": "Doubtful", "code": "990002", "account_type": "asset_current"},
                {"name": "Adjustment", "code": "990003", "account_type": "asset_current"},
            ]
        )
        cls.regular = cls._create_taxed((100.0, cls.tax), partner_id=cls.partner_b.id)
        cls.bad = cls._create_taxed((200.0, cls.tax), partner_id=cls.partner_b.id)
        cls.receipt = cls._create_receipts(1, 60.0)
        line = cls._items(cls.bad)
        line.open_item_doubtful_since = date(2026, 11, 1)
        line.open_item_doubtful_percent = 50.0
        cls.year_end = cls._create_year_end()

    @classmethod
    def _create_year_end(cls, **values):
        return cls.env["account.open.item.year.end"].create(
            {
                "date": cls.date,
                "journal_id": cls.general.id,
                "credit_account_id": cls.credit.id,
                "doubtful_account_id": cls.doubtful.id,
                "expense_account_id": cls.loss.id,
                "adjustment_account_id": cls.adjustment.id,
                **values,
            }
        )

    def _balance(self, account, day):
        lines = self.env["account.move.line"].search(
            [
                ("account_id", "=", account.id),
                ("parent_state", "=", "posted"),
                ("date", "<=", day),
                ("company_id", "=", self.company.id),
            ]
        )
        return round(sum(lines.mapped("balance")), 2)

    def test_preview(self):
        self.year_end.action_preview()
        found = {
            (line.kind, line.partner_id): (line.amount, line.adjustment)
            for line in self.year_end.line_ids
        }
        self.assertEqual(
            found,
            {
                ("regular", self.partner_b): (119.0, 0.0),
                ("doubtful", self.partner_b): (238.0, 100.0),
                ("credit", self.partner_a): (-60.0, 0.0),
            },
        )
        self.assertFalse(self.year_end.move_ids)

    def test_posted_and_back(self):
        self.year_end.action_post()
        controls = self._items(self.regular | self.bad | self.receipt.move_id).account_id
        total = sum(self._balance(control, self.date) for control in controls)
        self.assertEqual(total, 119.0)
        balances = {self.credit: -60.0, self.doubtful: 238.0, self.adjustment: -100.0}
        for account, balance in balances.items():
            self.assertEqual(self._balance(account, self.date), balance)
            self.assertEqual(self._balance(account, date(2027, 1, 1)), 0.0)
        total = sum(self._balance(control, date(2027, 1, 1)) for control in controls)
        self.assertEqual(total, 297.0)
        # The items themselves are as they were; the check names the entries.
        self.assertEqual(self.bad.amount_residual, 238.0)
        for check in self.env["account.open.item"]._get_check(self.date, self.company):
            self.assertEqual(check["rest"], 0.0)
            self.assertEqual(check["balance"], check["customers"] + check["year_end"])
        for check in self.env["account.open.item"]._get_check(date(2027, 1, 1), self.company):
            self.assertEqual((check["year_end"], check["rest"]), (0.0, 0.0))

    def test_adjustment_stays(self):
        self.year_end.is_adjustment_reversed = False
        self.year_end.action_post()
        self.assertEqual(self._balance(self.adjustment, date(2027, 1, 1)), -100.0)
        self.assertEqual(self._balance(self.doubtful, date(2027, 1, 1)), 0.0)

    def test_second_run_is_refused(self):
        self.year_end.action_post()
        with self.assertRaisesRegex(UserError, "final"):
            self.year_end.action_post()
        with self.assertRaisesRegex(UserError, "posted before"):
            self._create_year_end().action_post()
        self.year_end.action_cancel()
        self.assertEqual(self._balance(self.doubtful, self.date), 0.0)
        self._create_year_end().action_post()
        self.assertEqual(self._balance(self.doubtful, self.date), 238.0)

    def test_locked(self):
        self.company.sudo().fiscalyear_lock_date = self.date
        with self.assertRaisesRegex(UserError, "locked"):
            self.year_end.action_post()
        self.assertEqual(self.year_end.state, "draft")
        self.assertFalse(self.year_end.move_ids)

    def test_paid_later_does_not_matter(self):
        values = {"payment_date": date(2027, 1, 15)}
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.bad.ids
        )
        register.create(values)._create_payments()
        self.assertEqual(self.bad.amount_residual, 0.0)
        self.year_end.action_post()
        self.assertEqual(self._balance(self.doubtful, self.date), 238.0)

    def test_missing_account(self):
        self.year_end.credit_account_id = False
        with self.assertRaisesRegex(UserError, "Credit Balance"):
            self.year_end.action_post()

    def test_clerks_have_no_part(self):
        clerk = self._create_user("clerk")
        with self.assertRaises(AccessError):
            self.year_end.with_user(clerk).action_post()
