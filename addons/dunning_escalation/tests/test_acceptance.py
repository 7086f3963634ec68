"""What a dunning system has to guarantee, point by point; money is in ``test_charges``."""

from datetime import date, timedelta

from odoo import Command, fields
from odoo.tests import tagged

from .common import START, DunningCommon


@tagged("post_install", "-at_install")
class TestDunningAcceptance(DunningCommon):
    def _days(self, number):
        return START + timedelta(days=number)

    def _snapshot(self):
        """Everything dunning has written, to compare."""
        self.env.flush_all()
        models = (
            "dunning.case",
            "dunning.notice",
            "dunning.notice.line",
            "dunning.claim",
            "dunning.action",
            "dunning.overdue",
            "billing.delivery",
            "billing.event",
            "account.move",
        )
        found = {}
        for name in models:
            model = self.env[name].sudo()
            names = [
                field.name
                for field in model._fields.values()
                if field.store and field.type not in ("one2many", "binary", "serialized")
            ]
            found[name] = model.search([], order="id").read(names, load=False)
        return found

    # === 1: TWICE IS ONCE === #

    def test_second_run_changes_nothing(self):
        self.policy.level_ids.write({"is_interest": True, "fee_total": 5, "action": "task"})
        self._bill()
        self._bill(due=self._days(-30))
        for number in (7, 21, 35, 60):
            self._run(self._days(number))
            before = self._snapshot()
            self._run(self._days(number))
            self.assertEqual(self._snapshot(), before)

    def test_constant_queries(self):
        """Deciding takes as many queries for fifty customers as for five."""

        def propose(count):
            partners = self.env["res.partner"].create(
                [{"name": f"C{n}", "is_company": True} for n in range(count)]
            )
            for partner in partners:
                self._bill(partner=partner)
            decision = self.env["dunning.decision"]
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            rows = decision._get_rows(self.company, partners, self._days(7))
            policies, terms = self.env["dunning.policy"]._get_policies(self.company), {}
            for own in rows.values():
                decision._decide_rows(self.company, own, self._days(7), policies, terms)
            return self.cr.sql_log_count - before

        propose(2)
        self.assertEqual(propose(5), propose(50))

    # === 2: NO LEVEL BEFORE THE LAST ONE ARRIVED === #

    def test_failed_delivery_stops(self):
        """A letter that got lost stops its customer, tells a person, and nobody else waits."""
        lost, fine = self._bill(), self._bill(partner=self.partner_b)
        self.partner_b.email = "b@example.com"
        self._run(self._days(7), deliver=False)
        waiting = self._get_waiting()
        bad = waiting.filtered(lambda d: d._get_document().partner_id == self.customer)
        bad._set_failed("Mailbox full")
        (waiting - bad)._set_delivered()
        self._run(self._days(21))
        self.assertFalse(self._get_case(lost).level_id)
        self.assertEqual(self._get_case(fine).level_id, self.notice)
        self.assertTrue(bad._get_document().activity_ids)
        # Sent again, it goes on from there, with the gap of the level.
        bad._set_state("waiting")
        self._deliver()
        self.assertEqual(self._get_case(lost).reached_on, self._days(21))
        self.assertFalse(self._run(self._days(30)).filtered(lambda n: n.state != "cancelled"))
        self.assertEqual(self._run(self._days(31)).level_id, self.notice)

    def test_fallback_channel(self):
        self.policy.fallback_channel = "post"
        self._bill()
        self._run(self._days(7), deliver=False)
        self._get_waiting()._set_failed("Mailbox full")
        fallback = self._get_waiting()
        self.assertEqual((fallback.channel, fallback.cause), ("post", "fallback"))
        fallback._set_failed("Printer on fire")
        self.assertFalse(self._get_waiting())

    def test_call_counts_when_it_was_made(self):
        self.reminder.channel = "call"
        invoice = self._bill()
        notice = self._run(self._days(7))
        self.assertEqual(notice.state, "issued")
        self.assertEqual(notice.activity_ids.activity_type_id.name, "Call")
        self.assertFalse(self._get_case(invoice).level_id)
        self.assertFalse(self._run(self._days(30)))
        notice.action_done()
        self.assertEqual(self._get_case(invoice).reached_on, self._days(30))
        self.assertFalse(notice.activity_ids)

    # === 3: ONE LETTER === #

    def test_one_letter_lists_all(self):
        old = self._bill(due=self._days(-14))
        self._run(self._days(-7))
        new = self._bill()
        later = self._bill(due=self._days(5))
        credit = self._receive_money(self.customer, 30.0)
        notice = self._run(self._days(7))
        self.assertEqual(len(notice), 1)
        self.assertEqual(notice.level_id, self.notice)
        by_move = {line.line_id.move_id: line for line in notice.line_ids}
        self.assertEqual(set(by_move), {old, new, later, credit.move_id})
        self.assertEqual(by_move[old].level_id, self.notice)
        self.assertEqual(by_move[new].level_id, self.reminder)
        self.assertFalse(by_move[later].is_reached or by_move[later].level_id)
        self.assertEqual(by_move[credit.move_id].kind, "credit")
        self.assertEqual(notice.amount_total, 3 * 119 - 30)
        self.assertEqual(self._get_case(new).level_id, self.reminder)
        self.assertFalse(self._get_case(later))

    def test_newer_proposal_replaces_the_older(self):
        """Letters that wait for somebody: the newest has everything, nobody gets two."""
        self.policy.is_automatic = False
        old = self._bill()
        first = self._run(self._days(7), deliver=False)
        new = self._bill(due=self._days(3))
        second = self._run(self._days(10), deliver=False)
        self.assertEqual((first.state, second.state), ("cancelled", "proposed"))
        self.assertEqual(second.line_ids.filtered("is_reached").line_id.move_id, old | new)
        self.assertEqual(len(self._get_case(old)), 1)
        self.assertEqual(self._run(self._days(11), deliver=False), second.browse())
        second.action_issue()
        self._deliver()
        self.assertEqual((self._get_case(old) | self._get_case(new)).level_id, self.reminder)

    def test_proposal_of_another_unit_stays(self):
        self.policy.is_automatic = False
        unit = self._create_unit("A")
        self._bill(business_unit_id=unit.id)
        first = self._run(self._days(7), deliver=False)
        self._bill(due=self._days(3))
        self._run(self._days(10), deliver=False)
        self.assertEqual(first.state, "proposed")

    def test_letters_per_unit(self):
        unit = self._create_unit("A")
        self._bill(business_unit_id=unit.id)
        self._bill()
        notices = self._run(self._days(7))
        self.assertEqual({notice.business_unit_id.id for notice in notices}, {unit.id, False})
        self.assertEqual([len(n.line_ids) for n in notices], [1, 1])

    def test_letter_gap(self):
        self.policy.letter_gap = 5
        self._bill()
        self._bill(due=self._days(2))
        self._run(self._days(7))
        self.assertFalse(self._run(self._days(11)))
        self.assertEqual(len(self._run(self._days(12))), 1)

    # === 4: PART PAYMENTS === #

    def test_part_payment_keeps_the_level(self):
        invoice = self._bill()
        self._run(self._days(7))
        self._receive(invoice, 100.0, self._days(20))
        notice = self._run(self._days(21))
        self.assertEqual(notice.level_id, self.notice)
        self.assertEqual(notice.amount_total, 19)
        line = notice.line_ids
        self.assertEqual((line.amount_original, line.amount_paid), (119, 100))

    def test_part_payment_gives_time(self):
        self.policy.restarts_gap = True
        invoice = self._bill()
        self._run(self._days(7))
        self._receive(invoice, 100.0, self._days(20))
        self.assertFalse(self._run(self._days(29)))
        self.assertTrue(self._run(self._days(30)))

    def test_trifle_ends(self):
        self.policy.tolerance = 1
        invoice = self._bill()
        self._run(self._days(7))
        self._receive(invoice, 118.0)
        self.assertFalse(self._run(self._days(21)))
        case = self._get_case(invoice)
        self.assertEqual((case.state, case.closed_reason), ("closed", "small"))

    # === 5: THE END, AND AGAIN === #

    def _assert_settled(self, invoice):
        case = self._get_case(invoice)
        self.assertEqual((case.state, case.closed_reason), ("closed", "settled"))
        self.assertEqual(self._get_facts()[-1], ("dunning.closed", invoice.name))

    def test_credit_note_ends(self):
        invoice = self._bill()
        self._run(self._days(7))
        invoice._reverse_moves([{"invoice_date": self.today}], cancel=True)
        self._assert_settled(invoice)

    def test_write_off_ends(self):
        invoice = self._bill()
        self._run(self._days(7))
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "balance": balance,
                            "partner_id": self.customer.id,
                        }
                    )
                    for account, balance in (
                        (self.receivable, -119.0),
                        (self.company_data["default_account_expense"], 119.0),
                    )
                ],
            }
        )
        entry._post(soft=False)
        (self._items(invoice) + self._items(entry)).reconcile()
        self._assert_settled(invoice)

    def test_payment_taken_back(self):
        """The case goes on at its level: with the gap from then, the action with its days."""
        self.notice.write({"action": "task", "action_days": 10})
        invoice = self._bill()
        self._run(self._days(7))
        self._run(self._days(21))
        case = self._get_case(invoice)
        receipt = self._receive(invoice)
        self.assertEqual(case.action_ids.state, "cancelled")
        self._run(self._days(40))
        receipt.remove_move_reconcile()
        receipt.move_id.button_draft()
        receipt.move_id.button_cancel()
        self.assertEqual((case.state, case.level_id), ("open", self.notice))
        self.assertEqual(case.reopened_on, self._days(40))
        self.assertTrue(case.reopened_reason)
        self.assertEqual(self._get_facts()[-1], ("dunning.reopened", invoice.name))
        self.assertEqual(case.action_ids.planned_on, self._days(50))
        self.assertEqual(self._run(self._days(41)).level_id, self.last)

    def test_payment_before_the_letter_left(self):
        """Paid while the letter waits: it is cancelled, and its mail does not go out."""
        invoice, other = self._bill(), self._bill(due=self._days(-1))
        notice = self._run(self._days(7), deliver=False)
        self._receive(invoice)
        self.assertEqual(notice.state, "issued")
        self.assertEqual(notice.amount_total, 119)
        self._receive(other)
        self.assertEqual(notice.state, "cancelled")
        self.assertFalse(self._get_waiting())

    # === 12: FACTS === #

    def _get_overdue(self):
        events = self.env["billing.event"].search(
            [("type", "=", "invoice.overdue"), ("company_id", "=", self.company.id)], order="id"
        )
        return [(event.payload["number"], event.payload["days"]) for event in events]

    def test_overdue_facts(self):
        """Once per item and number of days, also if the run was late; none after payment."""
        self.company.sudo().dunning_marks = "1, 7, 14"
        invoice, paid = self._bill(), self._bill()
        self._run(self._days(0))
        self.assertFalse(self._get_overdue())
        self._run(self._days(1))
        self.assertEqual(self._get_overdue(), [(invoice.name, 1), (paid.name, 1)])
        self._receive(paid)
        self._run(self._days(30))
        self._run(self._days(31))
        told = self._get_overdue()
        self.assertEqual(told[2:], [(invoice.name, 7), (invoice.name, 14)])

    def test_overdue_facts_of_parts(self):
        """An invoice in two parts: a fact for each part."""
        self.company.sudo().dunning_marks = "3"
        term = self.env["account.payment.term"].create(
            {
                "name": "Two parts",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (0, 10)
                ],
            }
        )
        invoice = self._create_open_invoice(
            100.0,
            partner_id=self.customer.id,
            invoice_date=START,
            invoice_payment_term_id=term.id,
        )
        self._run(self._days(3))
        self.assertEqual(self._get_overdue(), [(invoice.name, 3)])
        self._run(self._days(13))
        self.assertEqual(self._get_overdue(), [(invoice.name, 3)] * 2)
        self.assertEqual(len(self._get_case(invoice)), 1)

    # === 14: COMPANIES, CURRENCIES, LANGUAGES === #

    def test_other_company(self):
        """A run of a company touches no item of another one."""
        other = self.setup_other_company(name="Other")["company"]
        self.env.user.sudo().company_ids = [Command.link(other.id)]
        self._bill()
        self.env["dunning.run"].with_context(billing_one_transaction=True)._run_dunning(
            other, self._days(30)
        )
        self.assertFalse(self.env["dunning.notice"].search([]))
        self.assertFalse(self.env["dunning.overdue"].search([("company_id", "=", other.id)]))

    def test_currencies(self):
        """Minimum in company currency; the letter demands each currency by itself."""
        currency = self.setup_other_currency("CHF", rates=[("2020-01-01", 0.5)])
        self.policy.minimum_amount = 200.0
        foreign = self._bill(90.0, currency_id=currency.id)
        self.assertEqual(foreign.amount_residual_signed, 180.0)
        self.assertFalse(self._run(self._days(7)))
        self._bill(30.0)
        notice = self._run(self._days(8))
        totals = {currency.name: float(total) for currency, total in notice._get_totals().items()}
        self.assertEqual(totals, {"CHF": 90.0, self.company.currency_id.name: 30.0})
        self.assertEqual(notice.amount_total, 210.0)

    def test_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.customer.lang = "de_DE"
        self._bill()
        notice = self._run(self._days(7), deliver=False)
        report = self.env["report.dunning_escalation.report_notice"]
        document = report.sudo()._get_document_of(notice)
        text = " ".join(document["paragraphs"])
        self.assertIn("Bitte", text)
        self.assertIn("16.03.2026", text)
        self.assertNotIn("Please", text)

    # === PREVIEW === #

    def test_outlook_is_what_happens(self):
        """What the page says is what the run does."""
        invoice = self._bill()
        item = self._items(invoice)
        self.assertEqual(item.dunning_next_on, self._days(7))
        self._set_today(self._days(7))
        item.invalidate_recordset()
        self.assertEqual(item.dunning_outlook, "Reminder with the next run")
        self._run()
        item.invalidate_recordset()
        self.assertEqual(
            (item.dunning_level_name, item.dunning_next_on), ("Reminder", self._days(21))
        )
        self.assertEqual(
            item.dunning_outlook, f"Notice on {fields.Date.to_date(date(2026, 3, 23)):%m/%d/%Y}"
        )
