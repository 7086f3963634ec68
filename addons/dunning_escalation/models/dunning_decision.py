from decimal import Decimal

from odoo import api, models
from odoo.tools import format_date

from ..core.grouping import Candidate, make_letter
from ..core.policy import Decision, Kind, Reason, decide


class DunningDecision(models.AbstractModel):
    """What is to happen to the open items of customers: facts, rules, no effects."""

    _name = "dunning.decision"
    _description = "Dunning Decision"

    @api.model
    def _decide_rows(self, company, rows, today, policies, terms):
        """Pairs of row and decision for the open items of one customer.

        :param policies: ``dunning.policy`` records for what has none yet
        :param dict terms: policy id -> core terms; filled as needed
        """
        decisions = []
        for row in rows:
            if row.is_credit:
                continue
            if not row.policy_id:
                policy = next((p for p in policies if p._fits(row)), policies.browse())
                row.policy_id = policy.id or None
            if not row.policy_id or row.is_claim:
                decisions.append((row, Decision(Kind.REST, Reason.NO_LEVEL)))
                continue
            if row.policy_id not in terms:
                terms[row.policy_id] = policies.browse(row.policy_id)._get_terms()
            decided = decide(row.get_item(), row.get_standing(), terms[row.policy_id], today)
            decisions.append((row, decided))
        return decisions

    @api.model
    def _group(self, company, decisions, credits, today, last_letter):
        """The letters of one customer, one per unit: list of (unit id, rows by key, letter).

        Credits of no unit count for the unit of the oldest debt.
        """
        units = {}
        for row, decision in decisions:
            units.setdefault(row.unit_id, []).append((row, decision))
        letters = []
        for number, (unit_id, members) in enumerate(units.items()):
            own = [c for c in credits if c.unit_id == unit_id]
            if not number:
                own += [c for c in credits if c.unit_id not in units]
            candidates = [
                Candidate(row.line_id, row.get_item(), decision, row.worth, row.reached)
                for row, decision in members
            ]
            policy = self._get_leading_policy(members)
            letter = make_letter(
                candidates,
                -sum((c.worth_residual for c in own), Decimal(0)),
                Decimal(str(policy.minimum_amount)),
                today,
                last_letter.get(unit_id),
                policy.letter_gap,
            )
            rows = {row.line_id: row for row, _decision in members}
            letters.append((unit_id, rows, own, letter, policy))
        return letters

    @api.model
    def _get_leading_policy(self, members):
        """The policy of what reaches the highest level, the oldest first."""
        reached = [pair for pair in members if pair[1].kind is Kind.NOTIFY] or members
        row, _decision = min(
            reached,
            key=lambda pair: (-(pair[1].level.number if pair[1].level else 0), pair[0].due),
        )
        return self.env["dunning.policy"].sudo().browse(row.policy_id)

    # === FOR PEOPLE === #

    @api.model
    def _get_outlook(self, company, partners):
        """What will happen to the open items of customers, when and why.

        :return: dict of journal item id -> (level name, sentence, date or False)
        """
        today = company._get_billing_today()
        policies = self.env["dunning.policy"]._get_policies(company)
        rows, terms, outlook = self._get_rows(company, partners, today), {}, {}
        for partner in partners:
            day = partner._get_billing_today(company)
            own = rows.get(partner.id, [])
            decisions = self._decide_rows(company, own, day, policies, terms)
            waits = self._get_letter_waits(company, partner, decisions, own, day)
            for row, decision in decisions:
                decision = waits.get(row.line_id, decision)
                outlook[row.line_id] = self._describe(row, decision)
        return outlook

    @api.model
    def _get_letter_waits(self, company, partner, decisions, rows, today):
        """Items whose level is due, but whose letter is not: dict of line id -> decision."""
        credits = [row for row in rows if row.is_credit]
        last = self.env["dunning.notice"]._get_last_letters(company, partner).get(partner.id, {})
        waits = {}
        for _unit, by_key, _own, letter, _policy in self._group(
            company, decisions, credits, today, last
        ):
            for row, decision in decisions:
                if letter.reason and decision.kind is Kind.NOTIFY and row.line_id in by_key:
                    waits[row.line_id] = Decision(
                        Kind.WAIT, letter.reason, decision.level, letter.on
                    )
        return waits

    @api.model
    def _describe(self, row, decision):
        levels = self.env["dunning.policy"].sudo().browse(row.policy_id).level_ids
        names = {level.number: level.name for level in levels}
        next_name = names.get(decision.level.number) if decision.level else ""
        day = format_date(self.env, decision.on) if decision.on else ""
        if decision.kind is Kind.NOTIFY:
            text = self.env._("%s with the next run", next_name)
        elif decision.reason in (Reason.NOT_YET, Reason.GAP):
            text = self.env._("%(level)s on %(date)s", level=next_name, date=day)
        else:
            text = self._describe_rest(row, decision, day)
        return names.get(row.reached, ""), text, decision.on or False

    @api.model
    def _describe_rest(self, row, decision, day):
        """Why nothing happens, in words."""
        if decision.reason is Reason.HELD:
            return (
                self.env._("Rests until %(date)s: %(why)s", date=day, why=row.hold_reason)
                if day
                else self.env._("Rests: %s", row.hold_reason)
            )
        if decision.reason is Reason.LETTER_GAP:
            return self.env._("With the next letter, not before %s", day)
        texts = {
            Reason.UNDER_WAY: self.env._("A letter is under way"),
            Reason.COLLECTED: self.env._("Is being collected"),
            Reason.DISPUTED: self.env._("Rests: %s", row.hold_reason),
            Reason.SMALL: self.env._("Nothing: only a trifle is open"),
            Reason.LAST: self.env._("Nothing more: the last level was reached"),
            Reason.HANDED_OVER: self.env._("Nothing from here: handed over to collection"),
            Reason.EXCLUDED: self.env._("Nothing: taken out of dunning on the invoice"),
            Reason.CREDIT: self.env._("Nothing: credits cover it"),
            Reason.MINIMUM: self.env._("Waits: the customer owes too little for a letter"),
            Reason.NO_LEVEL: self.env._("Nothing: no policy fits"),
        }
        if row.is_claim:
            return self.env._("Listed in the letters about the invoices")
        return texts.get(decision.reason, "")
