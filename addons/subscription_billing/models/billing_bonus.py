from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..core.bonus import BilledPeriod, occasions, paid_periods
from .billing_subscription import RUNNING_STATES


class BillingBonus(models.Model):
    """A bonus that was earned, and what became of it."""

    _name = "billing.bonus"
    _description = "Bonus"
    _order = "id desc"
    _rec_name = "rule_id"

    rule_id = fields.Many2one(
        "billing.bonus.rule", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="rule_id.company_id", store=True)
    subscription_id = fields.Many2one(
        "billing.subscription",
        string="Earned By",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    beneficiary_id = fields.Many2one(
        "res.partner", string="For", required=True, readonly=True, ondelete="restrict"
    )
    number = fields.Integer(readonly=True, required=True, help="Which time it was earned.")
    state = fields.Selection(
        [("earned", "Earned"), ("granted", "Granted"), ("withdrawn", "Withdrawn")],
        default="earned",
        required=True,
        readonly=True,
        help="Earned: granted by the next billing run, on a running contract of the customer. "
        "Withdrawn: the payment that earned it was returned.",
    )
    problem = fields.Char(string="Why Not Granted", readonly=True)
    contract_id = fields.Many2one(
        "billing.subscription", string="Granted On", readonly=True, ondelete="set null"
    )
    discount_id = fields.Many2one(
        "billing.subscription.discount", readonly=True, ondelete="set null"
    )
    move_id = fields.Many2one(
        "account.move", string="Credit Note", readonly=True, ondelete="set null"
    )

    _once = models.UniqueIndex(
        "(rule_id, subscription_id, beneficiary_id, number) WHERE state != 'withdrawn'"
    )

    # === EARNING === #

    @api.model
    def _update_earned(self, contracts):
        """Record what contracts have earned, and withdraw what they have not any more.

        Called when documents of the contracts were paid, or payments returned.
        """
        rules = self.env["billing.bonus.rule"].search(
            [("company_id", "in", contracts.company_id.ids)]
        )
        if not rules:
            return
        paid = contracts._count_paid_periods()
        had = self._get_had(contracts)
        values, gone = [], self.browse()
        for rule in rules:
            for contract in contracts.filtered(rule._covers):
                times = occasions(paid[contract.id], rule.after_count, rule.is_repeated)
                for partner in contract._get_beneficiaries(rule):
                    found = had[rule, contract, partner]
                    numbers = set(found.mapped("number"))
                    gone |= found.filtered(lambda bonus, times=times: bonus.number > times)
                    values += [
                        self._prepare_values(rule, contract, partner, number)
                        for number in range(1, times + 1)
                        if number not in numbers
                    ]
        gone._withdraw()
        self.create(values)

    @api.model
    def _get_had(self, contracts):
        had = defaultdict(self.browse)
        for bonus in self.search(
            [("subscription_id", "in", contracts.ids), ("state", "!=", "withdrawn")]
        ):
            had[bonus.rule_id, bonus.subscription_id, bonus.beneficiary_id] |= bonus
        return had

    @api.model
    def _prepare_values(self, rule, contract, partner, number):
        return {
            "rule_id": rule.id,
            "subscription_id": contract.id,
            "beneficiary_id": partner.id,
            "number": number,
        }

    def _withdraw(self):
        """Take back what is not used yet; what invoices show already stays."""
        for bonus in self:
            if bonus.move_id or (bonus.discount_id and bonus.discount_id.is_used):
                continue
            bonus.discount_id.unlink()
            bonus.state = "withdrawn"

    # === GRANTING === #

    @api.model
    def _grant_earned(self, company, today, domain):
        """Turn earned bonuses into discounts and credit notes.

        :param Domain domain: contracts to consider
        :return: number of bonuses granted
        """
        earned = self.search([("company_id", "=", company.id), ("state", "=", "earned")])
        contracts = earned._find_contracts(domain)
        count = 0
        for bonus in earned:
            if contract := contracts.get(bonus.id):
                count += bonus._try_to_grant(contract.with_company(company), today)
        return count

    def _try_to_grant(self, contract, today):
        """Grant it, or write down why it cannot be; the others go on.

        :return: whether it was granted
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._grant(contract, today)
        except UserError as error:
            self.problem = error.args[0]
            return False
        return True

    def _find_contracts(self, domain):
        """The contract each bonus is granted on: its own, else the oldest of the customer."""
        partners = self.beneficiary_id
        running = self.env["billing.subscription"].search(
            domain
            & Domain("partner_id", "child_of", partners.ids)
            & Domain("company_id", "in", self.company_id.ids)
            & Domain("state", "in", RUNNING_STATES),
            order="id",
        )
        found = {}
        for bonus in self:
            mine = running.filtered(
                lambda sub, bonus=bonus: (
                    sub.partner_id.commercial_partner_id == bonus.beneficiary_id
                    and bonus._suits(sub)
                )
            )
            own = mine & bonus.subscription_id
            if mine:
                found[bonus.id] = own or mine[0]
        return found

    def _suits(self, contract):
        """Whether it can be granted on a contract: amounts need its currency."""
        rule = self.rule_id
        is_amount = rule.reward == "credit" or rule.kind == "amount"
        return not is_amount or rule.currency_id == contract.currency_id

    def _grant(self, contract, today):
        self.ensure_one()
        language = contract.partner_id.lang or self.env.lang
        rule = self.rule_id.with_context(lang=language)
        values = {"state": "granted", "contract_id": contract.id, "problem": False}
        if rule.reward == "credit":
            values["move_id"] = self._create_credit_note(rule, contract, today).id
        else:
            terms = rule._prepare_terms_values()
            terms.pop("currency_id")
            discount = contract._add_discount({**terms, "name": rule.name})
            values["discount_id"] = discount.id
        self.write(values)
        self.env["billing.event"]._record(
            "subscription.bonus_granted", contract, {contract.id: {"bonus": rule.name}}
        )

    def _create_credit_note(self, rule, contract, today):
        line = {
            "product_id": rule.credit_product_id.id,
            "name": rule.name,
            "quantity": 1.0,
            "price_unit": rule.amount,
        }
        move = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "company_id": contract.company_id.id,
                "partner_id": contract.partner_id.id,
                "currency_id": contract.currency_id.id,
                "invoice_date": today,
                "invoice_date_due": today,
                "delivery_date": today,
                "invoice_origin": contract.name,
                "ref": contract.client_reference or False,
                "invoice_line_ids": [Command.create(line)],
                **contract.business_unit_id._prepare_invoice_defaults(contract.partner_id),
            }
        )
        move._post(soft=False)
        return move


class BillingSubscription(models.Model):
    _inherit = "billing.subscription"

    referrer_id = fields.Many2one(
        "res.partner",
        string="Referred By",
        index="btree_not_null",
        help="The customer who has brought this one.",
    )
    bonus_ids = fields.One2many("billing.bonus", "subscription_id", readonly=True)

    @api.constrains("referrer_id", "partner_id")
    def _check_referrer(self):
        for contract in self.filtered("referrer_id"):
            own = contract.partner_id.commercial_partner_id
            if contract.referrer_id.commercial_partner_id == own:
                raise ValidationError(
                    self.env._(
                        "Referred By: %s cannot refer themselves. Choose another customer.",
                        own.name,
                    )
                )

    def _get_beneficiaries(self, rule):
        """The customers who get what this contract earns by a rule."""
        self.ensure_one()
        own = self.partner_id.commercial_partner_id
        if rule.occasion != "referral":
            return own
        referrer = self.referrer_id.commercial_partner_id
        return referrer | own if rule.is_for_both else referrer

    def _count_paid_periods(self):
        """How many periods of each contract are paid.

        :return: dict of contract id -> number
        """
        rows = self.env["billing.period"].search(
            [
                ("subscription_id", "in", self.ids),
                ("voided", "=", False),
                ("charge_id.recurrence", "=", "recurring"),
            ]
        )
        items = rows.move_id._get_open_items()
        settled = items.move_id - (items - items._get_settled_items()).move_id
        periods = defaultdict(list)
        for row in rows:
            full = (row.explanation or {}).get("full")
            periods[row.subscription_id.id].append(
                BilledPeriod(
                    start=date.fromisoformat(full[0]) if full else row.start_date,
                    amount=Decimal(str(row.amount)),
                    is_settled=row.move_id in settled or row.kind == "credit",
                )
            )
        counts = {contract_id: paid_periods(found) for contract_id, found in periods.items()}
        return Counter(counts)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _settled_hook(self):
        result = super()._settled_hook()
        self._update_bonuses()
        return result

    def _unsettled_hook(self):
        result = super()._unsettled_hook()
        self._update_bonuses()
        return result

    def _update_bonuses(self):
        contracts = self.env["billing.subscription"].union(*self._get_billed_contracts().values())
        if contracts:
            self.env["billing.bonus"].sudo()._update_earned(contracts.sudo())


class BillingRun(models.Model):
    _inherit = "billing.run"

    @api.model
    def _grant_bonuses(self, company, today, domain):
        """Grant what was earned before the run bills, so that it counts at once.

        :return: seconds left for the calling cron
        """
        count = (
            self.env["billing.bonus"].with_company(company)._grant_earned(company, today, domain)
        )
        return self._commit_step(count) if count else float("inf")
