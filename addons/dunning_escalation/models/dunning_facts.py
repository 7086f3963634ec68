from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ..core.policy import OpenItem, Standing

ZERO = Decimal(0)


@dataclass
class ItemRow:
    """What a run knows of one open item; amounts in its currency, ``worth_*`` in the company's."""

    line_id: int
    move_id: int
    move_name: str
    partner_id: int
    contact_id: int
    unit_id: int | None
    currency_id: int
    due: date
    residual: Decimal
    total: Decimal
    worth_residual: Decimal
    worth_total: Decimal
    is_invoice: bool
    is_claim: bool
    is_excluded: bool
    debtor: str
    case_id: int | None
    policy_id: int | None
    reached: int
    reached_on: date | None
    is_handed_over: bool
    is_under_way: bool
    default_on: date | None
    in_collection: Decimal = ZERO
    disputed: Decimal = ZERO
    is_held: bool = False
    held_until: date | None = None
    hold_reason: str = ""
    paid_on: date | None = None
    category_ids: set = field(default_factory=set)
    # What upper addons know of the item, by names of their own.
    extra: dict = field(default_factory=dict)

    @property
    def is_credit(self):
        return self.residual < 0

    @property
    def worth(self):
        """What is demanded, in company currency, at the rate of the item."""
        demanded = self.get_item().demanded
        return self.worth_residual * demanded / self.residual if self.residual else ZERO

    def get_item(self):
        return OpenItem(
            self.due,
            self.residual,
            self.in_collection,
            self.disputed,
            self.is_held,
            self.held_until,
            self.is_excluded,
        )

    def get_standing(self):
        return Standing(
            self.reached, self.reached_on, self.paid_on, self.is_under_way, self.is_handed_over
        )


class DunningDecision(models.AbstractModel):
    """Facts of open items, in a fixed number of queries for any number of customers."""

    _inherit = "dunning.decision"

    @api.model
    def _get_rows(self, company, partners, today):
        """Return the open items of customers: dict of partner id -> list of :class:`ItemRow`.

        Contract: addons override, call super and change what they know better.
        """
        rows = self._query_rows(company, partners)
        self._add_categories(rows)
        self._add_amounts_in_collection(rows)
        self._add_holds(rows, company, today)
        self._add_part_payments(rows)
        by_partner = defaultdict(list)
        for row in rows:
            by_partner[row.partner_id].append(row)
        return by_partner

    @api.model
    def _query_rows(self, company, partners):
        if not partners:
            return []
        self.env.flush_all()
        found = self.env.execute_query(
            SQL(
                """
                SELECT l.id, l.move_id, m.name, l.partner_id, COALESCE(m.partner_id, l.partner_id),
                       m.business_unit_id, l.currency_id, COALESCE(l.date_maturity, l.date),
                       l.amount_residual_currency::text, l.amount_currency::text,
                       l.amount_residual::text, l.balance::text,
                       m.move_type IN ('out_invoice', 'entry') AND l.amount_currency > 0,
                       COALESCE(m.is_dunning_claim, FALSE),
                       COALESCE(l.no_followup, FALSE) OR m.payment_state = 'blocked',
                       COALESCE(p.dunning_debtor, 'consumer'),
                       c.id, c.policy_id, COALESCE(c.level_number, 0), c.reached_on,
                       c.handed_over_on IS NOT NULL,
                       EXISTS (SELECT 1 FROM dunning_notice_line n
                               WHERE n.line_id = l.id AND n.is_pending),
                       c.default_on
                  FROM account_move_line l
                  JOIN account_move m ON m.id = l.move_id
                  JOIN account_account a ON a.id = l.account_id
                  JOIN res_partner p ON p.id = l.partner_id
             LEFT JOIN dunning_case c ON c.line_id = l.id
                 WHERE l.company_id = %s AND l.partner_id IN %s
                   AND l.parent_state = 'posted' AND NOT l.reconciled
                   AND a.account_type = 'asset_receivable'
              ORDER BY l.partner_id, COALESCE(l.date_maturity, l.date), l.id
                """,
                company.id,
                tuple(partners.ids),
            )
        )
        return [_make_row(values) for values in found]

    @api.model
    def _add_categories(self, rows):
        partner_ids = tuple({row.partner_id for row in rows})
        if not partner_ids:
            return
        found = defaultdict(set)
        for partner_id, category_id in self.env.execute_query(
            SQL(
                """SELECT partner_id, category_id FROM res_partner_res_partner_category_rel
                   WHERE partner_id IN %s""",
                partner_ids,
            )
        ):
            found[partner_id].add(category_id)
        for row in rows:
            row.category_ids = found.get(row.partner_id, set())

    @api.model
    def _add_amounts_in_collection(self, rows):
        debits = [row for row in rows if not row.is_credit]
        lines = self.env["account.move.line"].sudo().browse(row.line_id for row in debits)
        amounts = lines._get_amount_in_collection()
        for row in debits:
            amount = amounts[row.line_id]
            if amount:
                row.in_collection = Decimal(str(amount))

    @api.model
    def _add_holds(self, rows, company, today):
        """Holds of the whole customer, of an invoice, or of a disputed part of it."""
        holds = self._get_holds(company, {row.partner_id for row in rows}, today)
        ids = [values[0] for found in holds.values() for values in found]
        held = self.env["dunning.hold"].sudo().browse(ids)._get_held_moves()
        for row in rows:
            for hold_id, amount, until, reason in holds.get(row.partner_id, ()):
                if hold_id in held and row.move_id not in held[hold_id]:
                    continue
                row.hold_reason = row.hold_reason or reason
                if amount:
                    row.disputed += amount
                    continue
                later = row.is_held and (row.held_until is None or until is None)
                row.held_until = (
                    None if later or until is None else max(until, row.held_until or until)
                )
                row.is_held = True

    @api.model
    def _get_holds(self, company, partner_ids, today):
        """Holds that count on a day: dict of partner id -> list of (id, amount, until, reason)."""
        if not partner_ids:
            return {}
        found = defaultdict(list)
        for partner_id, *values in self.env.execute_query(
            SQL(
                """SELECT partner_id, id, COALESCE(amount, 0)::text, end_date, reason
                     FROM dunning_hold
                    WHERE company_id = %s AND partner_id IN %s AND start_date <= %s
                      AND (end_date IS NULL OR end_date > %s)""",
                company.id,
                tuple(partner_ids),
                today,
                today,
            )
        ):
            hold_id, amount, until, reason = values
            found[partner_id].append((hold_id, Decimal(amount), until, reason or ""))
        return found

    @api.model
    def _add_part_payments(self, rows):
        """The day of the last part payment of what was not paid whole."""
        partial = {
            row.line_id: row for row in rows if not row.is_credit and row.residual != row.total
        }
        if not partial:
            return
        for line_id, day in self.env.execute_query(
            SQL(
                """SELECT debit_move_id, MAX(max_date) FROM account_partial_reconcile
                   WHERE debit_move_id IN %s GROUP BY debit_move_id""",
                tuple(partial),
            )
        ):
            partial[line_id].paid_on = day


def _make_row(values):
    numbers = [Decimal(text) for text in values[8:12]]
    return ItemRow(*values[:8], *numbers, *values[12:])
