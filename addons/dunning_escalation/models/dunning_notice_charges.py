from collections import defaultdict
from decimal import Decimal

from odoo import models

from ..core.charges import (
    SURCHARGE,
    Debtor,
    FeeTerms,
    difference,
    fee_due,
    is_in_default,
    lump_sum_due,
)
from ..core.interest import DayCount, Payment, default_interest

ZERO = Decimal(0)


def decimal(amount):
    return Decimal(str(amount))


class DunningNotice(models.Model):
    """What a letter charges: interest, lump sums and fee, less what was charged before."""

    _inherit = "dunning.notice"

    def _compute_charges(self, today):
        """Set what the letters charge on a day; nothing is booked before they are delivered."""
        items = self._get_lines("item")
        charging = items.filtered(
            lambda line: line.case_id and (line.level_id.is_interest or line.level_id.is_lump_sum)
        )
        rates = self.env["dunning.base.rate"]._get_rates() if charging else []
        payments = charging._get_payments()
        claimed = self.env["dunning.claim"]._get_claimed(items.case_id)
        for line in charging:
            line.write(line._prepare_charge_values(today, rates, payments, claimed))
        for notice in self:
            notice.fee = notice._get_fee(today, claimed)

    def _get_debtor(self):
        self.ensure_one()
        return Debtor(self.commercial_partner_id.dunning_debtor or "consumer")

    def _get_fee(self, today, claimed):
        """The fee of this letter, in company currency."""
        self.ensure_one()
        if not self.level_id.fee_total:
            return 0.0
        debtor = self._get_debtor()
        if debtor is Debtor.CONSUMER and self._get_letter_channel() != "post":
            return 0.0
        reached = self._get_lines("item").filtered("is_reached")
        cases = self._get_lines("item").case_id
        terms = FeeTerms(
            decimal(self.level_id.fee_total), decimal(self.company_id.dunning_consumer_fee_cap)
        )
        in_default = any(is_in_default(line.case_id.default_on or None, today) for line in reached)
        before = sum((claimed.get((case.id, "fee"), ZERO) for case in cases), ZERO)
        return float(fee_due(terms, debtor, in_default, before))

    def _sum_up(self):
        """Set the totals, in company currency."""
        for notice in self:
            day = notice.date
            items, credits = notice._get_lines("item"), notice._get_lines("credit")
            opened = sum(line._to_company(line.amount_open, day) for line in items)
            credit = sum(line._to_company(line.amount_open, day) for line in credits)
            interest = sum(line._to_company(line.interest, day) for line in items)
            fees = notice.fee + sum(items.mapped("lump_sum"))
            notice.write(
                {
                    "amount_open": opened,
                    "amount_credit": credit,
                    "amount_interest": interest,
                    "amount_fee": fees,
                    "amount_total": opened + credit + interest + fees,
                }
            )


class DunningNoticeLine(models.Model):
    _inherit = "dunning.notice.line"

    def _to_company(self, amount, day):
        self.ensure_one()
        company = self.company_id
        return self.currency_id._convert(amount, company.currency_id, company, day)

    def _get_payments(self):
        """What reduced the items, for the rules: dict of journal item id -> list of payments."""
        groups = (
            self.env["account.partial.reconcile"]
            .sudo()
            ._read_group(
                [("debit_move_id", "in", self.line_id.ids)],
                ["debit_move_id", "max_date:day"],
                ["debit_amount_currency:sum"],
            )
        )
        found = defaultdict(list)
        for line, day, amount in groups:
            found[line.id].append(Payment(day, decimal(line.currency_id.round(amount))))
        return found

    def _get_resting(self):
        """What is disputed or being collected bears no interest here until that is over.

        Interest is charged as a whole, less what was charged before: nothing is lost.
        """
        self.ensure_one()
        open_now = decimal(self.line_id.amount_residual_currency)
        return max(open_now - decimal(self.amount_open), ZERO)

    def _prepare_charge_values(self, today, rates, payments, claimed):
        """Values of interest and lump sum of one item up to a day."""
        self.ensure_one()
        case, level, notice = self.case_id, self.level_id, self.notice_id
        debtor = notice._get_debtor()
        in_default = is_in_default(case.default_on or None, today)
        values = {
            "interest": 0.0,
            "interest_total": 0.0,
            "interest_spans": False,
            "lump_sum": 0.0,
            "default_on": case.default_on,
        }
        if level.is_interest and in_default:
            result = default_interest(
                decimal(self.amount_original) - self._get_resting(),
                payments.get(self.line_id.id, []),
                rates,
                SURCHARGE[debtor],
                case.default_on,
                today,
                DayCount(self.company_id.dunning_day_count),
                self.currency_id.decimal_places,
            )
            before = claimed.get((case.id, "interest"), ZERO)
            values["interest_total"] = float(result.amount)
            values["interest"] = float(difference(result.amount, before))
            values["interest_spans"] = [_span_values(span) for span in result.spans]
        if level.is_lump_sum and self.is_reached:
            amount = decimal(self.company_id.dunning_lump_sum)
            is_claimed = (case.id, "lump_sum") in claimed
            values["lump_sum"] = float(lump_sum_due(amount, debtor, in_default, is_claimed))
        return values


def _span_values(span):
    return {
        "first": span.first.isoformat(),
        "last": span.last.isoformat(),
        "days": span.days,
        "principal": str(span.principal),
        "percent": str(span.percent),
    }
