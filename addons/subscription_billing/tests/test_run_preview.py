from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from .common import SubscriptionBillingCommon

ADDRESS = {"street": "Way 1", "zip": "10115", "city": "Berlin", "email": "a@example.com"}


@tagged("post_install", "-at_install")
class TestRunPreview(SubscriptionBillingCommon):
    """What a run would do: nothing is written, and the run then does exactly that."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._get_billing_today()
        cls.contracts = cls._create_contracts(3, start=cls.today)
        cls.contracts.partner_id.write({**ADDRESS, "country_id": cls.env.ref("base.de").id})
        cls.clerk = cls._create_user("clerk")

    def _preview(self, size=50, **scope):
        """All chunks added up; PostgreSQL itself refuses to write meanwhile."""
        runs = self.env["billing.run"].with_user(self.clerk)
        self.env.cr.flush()
        scope = {"date": self.today.isoformat(), **scope}
        result = {
            "documents": 0,
            "contracts": 0,
            "rows": [],
            "sums": {},
            "chunks": 0,
            "carried": 0,
        }
        last = (0, 0)
        path = "odoo.addons.subscription_billing.models.billing_run_preview.PREVIEW_SIZE"
        self.env.cr.execute("SAVEPOINT preview")
        self.env.cr.execute("SET LOCAL transaction_read_only = on")
        with patch(path, size):
            while True:
                part = runs.preview_chunk(scope, last)
                result["chunks"] += 1
                result["documents"] += part["documents"]
                result["contracts"] += part["contracts"]
                result["carried"] += part["carried"]
                result["rows"] += part["rows"]
                for currency, untaxed, total in part["sums"]:
                    before = result["sums"].get(currency, (0.0, 0.0))
                    result["sums"][currency] = (before[0] + untaxed, before[1] + total)
                result.setdefault("total", part.get("total"))
                result.setdefault("next_text", part.get("next_text"))
                last = part["last"]
                if not last:
                    break
        self.env.cr.execute("ROLLBACK TO SAVEPOINT preview")
        self.env.invalidate_all()
        return result

    def _get_causes(self, contract, **scope):
        return [row["cause"] for row in self._preview(**scope)["rows"] if row["id"] == contract.id]

    def _get_texts(self, contract):
        rows = [row for row in self._preview()["rows"] if row["id"] == contract.id]
        return [text for row in rows for text in row["texts"]]

    def test_equals_what_the_run_bills(self):
        plan = self._create_plan(
            "Seats", [{"charge_model": "per_unit", "unit_price": 9.99, "default_quantity": 7.0}]
        )
        ended = self._create_contract(plan, start=self.today, active=self.today)
        ended.end_date = self.today + timedelta(days=11)
        preview = self._preview()
        self.assertEqual(self.env["billing.period"].search_count([]), 0)
        moves = self._run_billing(self.today)
        self.assertEqual(preview["documents"], len(moves))
        self.assertEqual(preview["total"], 4)
        [(untaxed, total)] = preview["sums"].values()
        self.assertAlmostEqual(untaxed, sum(moves.mapped("amount_untaxed")))
        self.assertAlmostEqual(total, sum(moves.mapped("amount_total")))
        self.assertGreater(total, untaxed)

    def test_chunks_make_no_difference(self):
        whole, parts = self._preview(), self._preview(size=2)
        self.assertEqual((whole["chunks"], parts["chunks"]), (1, 2))
        for name in ("documents", "contracts", "sums", "rows", "total"):
            self.assertEqual(whole[name], parts[name])

    def test_nothing_to_look_at(self):
        self.assertEqual(self._preview()["rows"], [])

    def test_nothing_due(self):
        self._run_billing(self.today)
        preview = self._preview()
        self.assertEqual((preview["total"], preview["documents"]), (0, 0))
        self.assertIn("contracts: 3", preview["next_text"])

    def test_jump(self):
        self._run_billing(self.today)
        contract = self.contracts[0]
        later = {"date": (self.today + timedelta(days=32)).isoformat()}
        self.assertEqual(self._get_causes(contract, **later), [])
        contract.line_ids.unit_price = 131.0
        self.assertEqual(self._get_causes(contract, **later), ["jump"])
        self.company.billing_jump_percent = 31.0
        self.assertEqual(self._get_causes(contract, **later), [])

    def test_zero_and_negative(self):
        zero, negative = self.contracts[0], self.contracts[1]
        zero.line_ids.unit_price = 0.0
        self.assertEqual(self._get_causes(zero), ["zero"])
        negative.sudo()._bill(self.today)
        negative.end_date = self.today + timedelta(days=10)
        later = {
            "date": negative.end_date.isoformat(),
            "partner_ids": negative.partner_id.ids,
        }
        self.assertEqual(self._get_causes(negative, **later), ["negative"])
        [(untaxed, total)] = self._preview(**later)["sums"].values()
        moves = self._run_billing(negative.end_date) | negative.period_ids.move_id
        [credit] = moves.filtered(lambda move: move.move_type == "out_refund")
        self.assertAlmostEqual(untaxed, -credit.amount_untaxed)
        self.assertAlmostEqual(total, -credit.amount_total)

    def test_address_and_email(self):
        contract = self.contracts[0]
        contract.partner_id.write({"city": False, "email": False})
        self.assertEqual(self._get_causes(contract), ["no_address"])
        self.assertEqual(self._get_texts(contract), ["Address incomplete", "No email address"])

    def test_no_tax(self):
        free = self._create_service("Free", taxes_id=[Command.clear()])
        plan = self._create_plan("Free", [{"product_id": free.id, "unit_price": 5.0}])
        contract = self._create_contract(plan, start=self.today)
        contract.partner_id.write({**ADDRESS, "country_id": self.env.ref("base.de").id})
        self.assertEqual(self._get_causes(contract), ["no_tax"])

    def test_new_price_shows_once(self):
        charge = self.monthly.charge_ids
        soon = self.today + timedelta(days=5)
        self.env["billing.price.change"].create(
            {
                "charge_id": charge.id,
                "effective_date": soon,
                "unit_price": 105.0,
                "is_for_existing": True,
            }
        )
        contract = self.contracts[0]
        self.assertEqual(self._get_causes(contract), [])
        self._run_billing(self.today)
        second = self.today + timedelta(days=31)
        self.assertEqual(self._get_causes(contract, date=second.isoformat()), ["price_change"])
        self._run_billing(second)
        third = self.today + timedelta(days=62)
        self.assertEqual(self._get_causes(contract, date=third.isoformat()), [])

    def test_earlier_document_still_a_draft(self):
        plan = self._create_plan("Drafts", [{"unit_price": 5.0}], draft_days=60)
        contract = self._create_contract(plan, start=self.today)
        contract.partner_id.write({**ADDRESS, "country_id": self.env.ref("base.de").id})
        self.assertEqual(self._get_causes(contract), [])
        self._run_billing(self.today)
        later = (self.today + timedelta(days=31)).isoformat()
        self.assertEqual(self._get_causes(contract, date=later), ["draft"])

    def test_what_fails_is_named_and_the_others_go_on(self):
        Line = self.registry["billing.subscription.line"]
        origin = Line._prepare_period_values
        bad = self.contracts[1]

        def prepare(line, *args):
            if line.subscription_id == bad:
                raise KeyError("seats")
            return origin(line, *args)

        with patch.object(Line, "_prepare_period_values", prepare):
            preview = self._preview()
        self.assertEqual(preview["documents"], 2)
        self.assertEqual(
            [(row["id"], row["cause"]) for row in preview["rows"]], [(bad.id, "error")]
        )
        self.assertIn("KeyError", preview["rows"][0]["texts"][0])
        self.assertFalse(bad.billing_error)

    def _share_invoices(self, **values):
        """Two contracts of one customer on one invoice."""
        first, second = self.contracts[0], self.contracts[1]
        second.partner_id = first.partner_id
        first.partner_id.with_company(self.company).billing_grouping = "customer"
        return first, second

    def test_contracts_that_share_an_invoice(self):
        first, second = self._share_invoices()
        second.line_ids.unit_price = -150.0
        preview = self._preview(size=1)
        self.assertEqual((preview["documents"], preview["contracts"]), (2, 3))
        [row] = preview["rows"]
        self.assertEqual(row["cause"], "negative")
        self.assertEqual(
            [contract_id for contract_id, _name in row["contracts"]], [first.id, second.id]
        )

    def test_culprit_of_a_shared_invoice_is_found(self):
        first, second = self._share_invoices()
        Line = self.registry["billing.subscription.line"]
        origin = Line._prepare_period_values

        def prepare(line, *args):
            if line.subscription_id == second:
                raise KeyError("seats")
            return origin(line, *args)

        with patch.object(Line, "_prepare_period_values", prepare):
            preview = self._preview()
        self.assertEqual([row["id"] for row in preview["rows"]], [second.id])
        self.assertEqual(preview["documents"], 2)

    def test_small_amounts_wait(self):
        self.company.billing_minimum_amount = 150.0
        preview = self._preview()
        self.assertEqual((preview["documents"], preview["carried"]), (0, 3))
        self.assertFalse(self._run_billing(self.today))

    def test_limited_users_preview_their_units(self):
        self.contracts[0].business_unit_id = self._create_unit("B")
        self.clerk.sudo().business_unit_ids = self._create_unit("A")
        self.assertEqual(self._preview()["total"], 2)

    def test_queries_do_not_grow_with_contracts(self):
        """Per document a few that Odoo's own draft needs; nothing of ours per contract."""
        self._preview()
        runs = self.env["billing.run"].with_user(self.clerk)

        def count(amount):
            self._create_contracts(amount, start=self.today)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            runs.preview_chunk({"date": self.today.isoformat()})
            return self.env.cr.sql_log_count - before

        few, many = count(5), count(20)
        self.assertLess(many - few, 20 * 12)
