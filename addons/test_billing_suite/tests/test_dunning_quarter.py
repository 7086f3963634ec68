"""Ninety days of dunning with thirty customers, each with an outcome derived by hand.

Every invoice is over 119.00 and due on day 0; a second customer of each behaviour is three days
later with everything. Levels: reminder on day 7, notice on 21 (fee 5.00, interest), last on 35
(fees 10.00 altogether, interest), 14 days after which a feature is taken away from those who owe
100.00 or more. Default begins with the first letter; interest of a business is 1.27 + 9 percent,
of a consumer 1.27 + 5.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from odoo.addons.dunning_escalation.tests.common import START, DunningCommon
from odoo.addons.subscription_billing.tests.common import SubscriptionBillingCommon

DAYS, SHIFT = 90, 3
PAID, REOPENED, NEW = "dunning.closed", "dunning.reopened", "dunning.stage_changed"
TAKEN, GIVEN = "service.restricted", "service.restored"


@dataclass
class Story:
    """What a customer does, and what must come of it; amounts in euros.

    :param deeds: pairs of day and name of a method of the test, with its arguments
    :param letters: pairs of day and level of the delivered letters
    :param charges: pairs of day, kind and amount
    :param facts: pairs of day and fact
    :param owes: what the customer owes in the end
    """

    name: str
    deeds: list = field(default_factory=list)
    letters: list = field(default_factory=list)
    charges: list = field(default_factory=list)
    facts: list = field(default_factory=list)
    owes: float = 0.0
    consumer: bool = False


LADDER = [(7, 1), (21, 2), (35, 3)]
STAGES = [(7, NEW), (21, NEW), (35, NEW)]
# 119.00 * 10.27 % * 14 / 365 = 0.469; 28 days: 0.938.
BUSINESS = [(21, "fee", 5.0), (21, "interest", 0.47), (35, "fee", 5.0), (35, "interest", 0.47)]
# 119.00 * 6.27 % * 14 / 365 = 0.286; 28 days: 0.572. Mails cost a consumer nothing.
CONSUMER = [(21, "interest", 0.29), (35, "interest", 0.28)]

STORIES = [
    Story("pays in time", [(0, "pay")]),
    Story("pays before the first letter", [(5, "pay")]),
    Story("pays after the reminder", [(10, "pay")], LADDER[:1], facts=[(7, NEW), (10, PAID)]),
    Story(
        "pays after the notice, not its charges",
        [(25, "pay")],
        LADDER[:2],
        BUSINESS[:2],
        [*STAGES[:2], (25, PAID)],
        owes=5.47,
    ),
    Story("never pays", [], LADDER, BUSINESS, [*STAGES, (49, TAKEN)], owes=119 + 10.94),
    Story(
        "pays 100.00: below what a restriction needs",
        [(10, "pay", 100.0)],
        LADDER,
        # (119 * 3 + 19 * 11) * 10.27 % / 365 = 0.159; 14 days of 19 more: 0.234.
        [(21, "fee", 5.0), (21, "interest", 0.16), (35, "fee", 5.0), (35, "interest", 0.07)],
        STAGES,
        owes=19 + 10.23,
    ),
    Story(
        "pays twice: the credit covers what falls due later",
        [(10, "pay"), (12, "pay_again"), (30, "get_invoice")],
        LADDER[:1],
        facts=[(7, NEW), (10, PAID)],
        owes=0.0,
    ),
    Story(
        "pays, and the money is taken back",
        [(10, "pay"), (20, "take_back")],
        LADDER,
        BUSINESS,
        [(7, NEW), (10, PAID), (20, REOPENED), (21, NEW), (35, NEW), (49, TAKEN)],
        owes=119 + 10.94,
    ),
    Story(
        "objects to all of it, decided on day 50",
        [(15, "object"), (50, "decide")],
        [(7, 1), (50, 2), (60, 3)],
        # 43 days: 1.440; 53 days: 1.775.
        [(50, "fee", 5.0), (50, "interest", 1.44), (60, "fee", 5.0), (60, "interest", 0.33)],
        [(7, NEW), (50, NEW), (60, NEW), (74, TAKEN)],
        owes=119 + 11.77,
    ),
    Story(
        "objects to 100.00: only the rest is demanded and bears interest",
        [(15, "object", 100.0)],
        LADDER,
        # 19 * 14 days: 0.075; 28 days: 0.150.
        [(21, "fee", 5.0), (21, "interest", 0.07), (35, "fee", 5.0), (35, "interest", 0.08)],
        STAGES,
        owes=119 + 10.15,
    ),
    Story(
        "pays while the notice is under way",
        [(21, "pay_during_the_run")],
        LADDER[:1],
        facts=[(7, NEW), (21, PAID)],
    ),
    Story(
        "consumer who never pays",
        [],
        LADDER,
        CONSUMER,
        [*STAGES, (49, TAKEN)],
        owes=119.57,
        consumer=True,
    ),
    Story(
        "consumer who pays before the announced restriction",
        [(40, "pay")],
        LADDER,
        CONSUMER,
        [*STAGES, (40, PAID)],
        owes=0.57,
        consumer=True,
    ),
    Story(
        "asks for time until day 30",
        [(5, "ask_for_time", 30)],
        [(30, 1), (40, 2), (50, 3)],
        # In default since day 30: 10 days 0.335, 20 days 0.670.
        [(40, "fee", 5.0), (40, "interest", 0.33), (50, "fee", 5.0), (50, "interest", 0.34)],
        [(30, NEW), (40, NEW), (50, NEW), (64, TAKEN)],
        owes=119 + 10.67,
    ),
    Story(
        "pays once the feature is gone",
        [(60, "pay")],
        LADDER,
        BUSINESS,
        [*STAGES, (49, TAKEN), (60, GIVEN), (60, PAID)],
        owes=10.94,
    ),
]


@tagged("post_install", "-at_install")
class TestDunningQuarter(DunningCommon, SubscriptionBillingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.feature = cls.env["billing.feature"].create({"name": "Export", "code": "export"})
        cls.plan = cls._create_plan(
            "Pro",
            [{"unit_price": 119.0}],
            entitlement_ids=[Command.create({"feature_id": cls.feature.id})],
        )
        cls.service.taxes_id = False
        cls.policy.action_minimum = 100.0
        cls.notice.write({"is_interest": True, "fee_total": 5.0})
        cls.last.write(
            {
                "is_interest": True,
                "fee_total": 10.0,
                "action": "restrict",
                "action_days": 14,
                "withheld_feature_ids": [Command.set(cls.feature.ids)],
            }
        )

    def _days(self, number):
        return START + timedelta(days=number)

    # === WHAT CUSTOMERS DO === #

    def pay(self, who, amount=None):
        who["receipt"] = self._receive(who["invoice"], amount)

    def pay_again(self, who):
        self._receive_money(who["partner"], 119.0)

    def pay_during_the_run(self, who):
        """Between the decision and the delivery."""
        who["in_between"] = True

    def take_back(self, who):
        who["receipt"].remove_move_reconcile()
        who["receipt"].move_id.button_draft()
        who["receipt"].move_id.button_cancel()

    def get_invoice(self, who):
        self._bill(119.0, due=self.today, partner=who["partner"])

    def object(self, who, amount=0.0):
        who["hold"] = self._create_hold(who, kind="dispute", amount=amount)

    def decide(self, who):
        who["hold"].action_end()

    def ask_for_time(self, who, day):
        self._create_hold(who, end_date=self._days(day + who["shift"]))

    def _create_hold(self, who, **values):
        return self.env["dunning.hold"].create(
            {
                "partner_id": who["partner"].id,
                "company_id": self.company.id,
                "move_id": who["invoice"].id,
                "reason": "Said so",
                "start_date": self.today,
                **values,
            }
        )

    # === THE TIME === #

    def _create_customer(self, story, shift):
        partner = self.env["res.partner"].create(
            {
                "name": f"{story.name} +{shift}",
                "is_company": not story.consumer,
                "email": f"{shift}@example.com",
            }
        )
        due = self._days(shift)
        contract = self._create_contract(self.plan, start=str(due), partner_id=partner.id)
        contract.sudo()._bill(due)
        invoice = contract.period_ids.move_id
        self._items(invoice).date_maturity = due
        return {
            "story": story,
            "shift": shift,
            "partner": partner,
            "contract": contract,
            "invoice": invoice,
        }

    def _live(self, customers, day):
        self._set_today(self._days(day))
        for who in customers:
            for when, deed, *given in who["story"].deeds:
                if when + who["shift"] == day:
                    getattr(self, deed)(who, *given)
        self._run_once()
        for who in customers:
            if who.pop("in_between", False):
                self._receive(who["invoice"])
        self._deliver()
        # What follows from the deliveries; and once more, which must do nothing.
        self._run_once()
        self._run_once()

    def _get_outcome(self, who):
        partner, shift = who["partner"], who["shift"]

        def number(day):
            return (day - START).days - shift

        notices = self.env["dunning.notice"].search(
            [("commercial_partner_id", "=", partner.id), ("state", "=", "delivered")], order="id"
        )
        claims = self.env["dunning.claim"].search([("partner_id", "=", partner.id)])
        self.assertEqual(set(claims.mapped("state")) - {"posted"}, set())
        items = self.env["account.move.line"].search(
            [
                ("partner_id", "=", partner.id),
                ("account_id", "=", self.receivable.id),
                ("parent_state", "=", "posted"),
            ]
        )
        return {
            "letters": [(number(n.delivered_on), n.level_id.number) for n in notices],
            "charges": sorted((number(c.date), c.kind, c.amount) for c in claims),
            "facts": [(number(day), fact) for day, fact in who["facts"]],
            "owes": round(sum(items.mapped("amount_residual")), 2),
        }

    def test_quarter(self):
        customers = [
            self._create_customer(story, shift) for shift in (0, SHIFT) for story in STORIES
        ]
        self.assertEqual(len(customers), 30)
        for who in customers:
            who["facts"] = []
        seen = 0
        for day in range(DAYS + 1):
            self._live(customers, day)
            seen = self._note_facts(customers, seen)
        for who in customers:
            story = who["story"]
            with self.subTest(story.name, shift=who["shift"]):
                self.assertEqual(
                    self._get_outcome(who),
                    {
                        "letters": story.letters,
                        "charges": sorted(story.charges),
                        "facts": story.facts,
                        "owes": round(story.owes, 2),
                    },
                )
                uses = who["contract"]._get_entitlements(self.today)[who["contract"].id]
                last = story.facts[-1][1] if story.facts else None
                self.assertEqual("export" in uses, last != TAKEN)
        self._check_reasons(customers)
        self._check_overdue(customers)

    def _note_facts(self, customers, seen):
        """Tell each customer's facts of the day apart; return the number of all."""
        events = self.env["billing.event"].search(
            ["|", ("type", "=like", "dunning.%"), ("type", "=like", "service.%")], order="id"
        )
        by_partner = {who["partner"]: who for who in customers}
        for event in events[seen:]:
            if who := by_partner.get(event.partner_id):
                who["facts"].append((self.today, event.type))
        return len(events)

    def _check_reasons(self, customers):
        """Whoever owes something reads why nothing more happens."""
        for who in customers:
            story = who["story"]
            item = self._items(who["invoice"])
            if item.reconciled:
                continue
            with self.subTest(story.name):
                self.assertEqual(item.dunning_outlook, "Nothing more: the last level was reached")
            action = who["invoice"].dunning_case_ids.action_ids
            if "100.00" in story.name:
                self.assertEqual(action.state, "planned")
                self.assertIn("minimum", action.note)

    def _check_overdue(self, customers):
        """Each mark once, as long as the invoice was open."""
        for who in customers:
            marks = self.env["dunning.overdue"].search(
                [("line_id", "=", self._items(who["invoice"]).id)]
            )
            story = who["story"]
            if story.name in ("never pays", "consumer who never pays"):
                reach = DAYS - who["shift"]
                expected = [n for n in (1, 7, 14, 30, 60, 90) if n <= reach]
                self.assertEqual(sorted(marks.mapped("days")), expected)
            if story.name == "pays in time":
                self.assertFalse(marks)
