"""Base class for tests of billing_base and of the addons on top of it (public API)."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo import Command, fields
from odoo.tests import new_test_user

from odoo.addons.account.tests.common import AccountTestInvoicingCommon


class BillingCommon(AccountTestInvoicingCommon):
    """A company with chart of accounts in the time zone Europe/Berlin, billing users, and short
    ways to invoices, receipts and reconciliations. ``self.env.user`` is a billing manager."""

    @classmethod
    def get_default_groups(cls):
        return super().get_default_groups() | cls.quick_ref("billing_base.group_billing_manager")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.company_data["company"]
        cls.company.partner_id.sudo().tz = "Europe/Berlin"
        cls.receivable = cls.company_data["default_account_receivable"]

    @classmethod
    def _create_user(cls, login, *groups, **values):
        """Return an internal user of the test company, by default a billing user."""
        return new_test_user(
            cls.env,
            login=login,
            groups=",".join(groups or ("billing_base.group_billing_user",)),
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            **values,
        )

    @classmethod
    def _create_unit(cls, code, **values):
        """Return a business unit of the test company."""
        return cls.env["billing.business.unit"].create(
            {"name": f"Unit {code}", "code": code, "company_id": cls.company.id, **values}
        )

    @classmethod
    def _create_sandbox_clock(cls, partner, date):
        """Make the test company a sandbox and return a clock for ``partner``."""
        cls.company.sudo().is_billing_sandbox = True
        return cls.env["billing.test.clock"].create(
            {"company_id": cls.company.id, "partner_id": partner.id, "date": date}
        )

    @classmethod
    def _prepare_invoice(cls, amount=100.0, **values):
        """Return the values of an invoice without taxes to partner_a, due at once."""
        return {
            "move_type": "out_invoice",
            "partner_id": cls.partner_a.id,
            "invoice_date": fields.Date.to_date("2026-01-15"),
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": "Service",
                        "quantity": 1,
                        "price_unit": amount,
                        "tax_ids": [Command.clear()],
                        "account_id": cls.company_data["default_account_revenue"].id,
                    }
                )
            ],
            **values,
        }

    @classmethod
    def _create_open_invoices(cls, count, amount=100.0, **values):
        """Return ``count`` posted invoices."""
        moves = cls.env["account.move"].create(
            [cls._prepare_invoice(amount, **values) for _i in range(count)]
        )
        moves._post(soft=False)
        return moves

    @classmethod
    def _create_open_invoice(cls, amount=100.0, **values):
        """Return one posted invoice."""
        return cls._create_open_invoices(1, amount, **values)

    @classmethod
    def _create_receipts(cls, count, amount=100.0):
        """Return the receivable lines of ``count`` posted receipts of money."""
        bank = cls.company_data["default_journal_bank"]
        lines = [(bank.default_account_id, amount), (cls.receivable, -amount)]
        values = {
            "move_type": "entry",
            "journal_id": bank.id,
            "date": fields.Date.to_date("2026-01-20"),
            "line_ids": [
                Command.create(
                    {
                        "account_id": account.id,
                        "balance": balance,
                        "partner_id": cls.partner_a.id,
                    }
                )
                for account, balance in lines
            ],
        }
        moves = cls.env["account.move"].create([values for _i in range(count)])
        moves._post(soft=False)
        return cls._items(moves)

    @classmethod
    def _items(cls, moves):
        """Return the receivable lines of ``moves``."""
        return moves.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    @classmethod
    def _pay(cls, invoice, amount=None):
        """Reconcile ``invoice`` with a receipt of ``amount``; return the receipt's line."""
        receipt = cls._create_receipts(1, invoice.amount_residual if amount is None else amount)
        (cls._items(invoice).filtered(lambda line: not line.reconciled) + receipt).reconcile()
        return receipt

    @contextmanager
    def _capture_settlement(self):
        """Collect the calls of the settlement hooks on journal items.

        Yields a list of ``("settled" | "unsettled", ids)``, one entry per call."""
        calls = []
        Line = self.registry["account.move.line"]
        settled, unsettled = Line._settled_hook, Line._unsettled_hook

        def on_settled(lines):
            calls.append(("settled", lines.ids))
            return settled(lines)

        def on_unsettled(lines):
            calls.append(("unsettled", lines.ids))
            return unsettled(lines)

        with (
            patch.object(Line, "_settled_hook", on_settled),
            patch.object(Line, "_unsettled_hook", on_unsettled),
        ):
            yield calls

    @contextmanager
    def _in_collection(self, amounts):
        """Pretend that a collector has ``amounts`` (a dict of line to float) under way.

        The dict may be changed inside the block."""
        Line = self.registry["account.move.line"]
        origin = Line._get_amount_in_collection

        def get_amount(lines):
            result = origin(lines)
            for line, amount in amounts.items():
                if line.id in result:
                    result[line.id] += amount
            return result

        with patch.object(Line, "_get_amount_in_collection", get_amount):
            yield amounts
