from odoo import api, fields, models
from odoo.tools import SQL

from ..core.ageing import bucket_ranges, parse_marks
from ..core.limitation import YEARS


class AccountOpenItem(models.Model):
    """Open receivables as of a day: one query, whatever day is asked for.

    The day is ``open_item_date`` in the context, without it today of the company. Rows have the
    ids of their journal items. As rows of another day have the same ids, the cache must not be
    shared by days: code asks through ``_at()``.
    """

    _name = "account.open.item"
    _description = "Open Item"
    _auto = False
    _order = "date_due, id"
    _rec_name = "move_id"

    line_id = fields.Many2one("account.move.line", "Journal Item", readonly=True)
    move_id = fields.Many2one("account.move", "Document", readonly=True)
    journal_id = fields.Many2one("account.journal", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    account_id = fields.Many2one("account.account", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    business_unit_id = fields.Many2one("billing.business.unit", readonly=True)
    reference = fields.Char(readonly=True)
    date = fields.Date("Booked on", readonly=True)
    date_due = fields.Date("Due", readonly=True)
    days_overdue = fields.Integer(readonly=True, aggregator=None)
    ageing = fields.Char(readonly=True)
    company_currency_id = fields.Many2one("res.currency", "Currency of Company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(
        "Original Amount", currency_field="company_currency_id", readonly=True
    )
    residual = fields.Monetary("Open", currency_field="company_currency_id", readonly=True)
    residual_currency = fields.Monetary("Open in Currency", aggregator=None, readonly=True)
    limitation_date = fields.Date("Claim Lapses", readonly=True)
    is_doubtful = fields.Boolean("Doubtful", readonly=True)
    is_small = fields.Boolean("Small Difference", readonly=True)
    is_debtor = fields.Boolean("Owed to Us", readonly=True)
    is_year_end = fields.Boolean("Year-End Entry", readonly=True)

    @api.model
    def _get_day(self):
        """The day these items are as of."""
        day = fields.Date.to_date(self.env.context.get("open_item_date"))
        return day or self.env.company._get_billing_today()

    @api.model
    def _at(self, day):
        """Return this model as of another day, with nothing of other days in the cache."""
        self.env["account.move.line"].flush_model()
        self.env["account.partial.reconcile"].flush_model()
        self.env["account.move"].flush_model()
        self.invalidate_model(flush=False)
        return self.with_context(open_item_date=fields.Date.to_string(day))

    # === QUERY === #

    @property
    def _table_query(self):
        day = self._get_day()
        return SQL(
            """
            SELECT item.*,
                   GREATEST(%(day)s - item.date_due, 0) AS days_overdue,
                   %(ageing)s AS ageing,
                   CASE WHEN item.residual > 0 THEN COALESCE(
                       item.changed_limitation,
                       make_date(EXTRACT(YEAR FROM item.date_due)::int + %(years)s, 12, 31)
                   ) END AS limitation_date,
                   item.residual > 0 AS is_debtor,
                   item.residual > 0 AND COALESCE(item.doubtful_since <= %(day)s, FALSE)
                       AS is_doubtful,
                   ABS(item.residual) <= item.small_amount AS is_small
              FROM (%(items)s) item
             WHERE item.residual != 0 OR item.residual_currency != 0
            """,
            day=day,
            ageing=self._get_ageing_sql(day),
            years=YEARS,
            items=self._get_items_sql(day),
        )

    @api.model
    def _get_items_sql(self, day):
        """Open items, wound back from what is open now to ``day`` (see ``core/residual.py``).

        What is reconciled today and was not touched since is never looked at.
        """
        return SQL(
            """
            SELECT line.id, line.id AS line_id, line.move_id, line.journal_id, line.partner_id,
                   line.account_id, line.company_id, move.business_unit_id,
                   COALESCE(move.ref, line.name) AS reference, line.date,
                   COALESCE(line.date_maturity, line.date) AS date_due,
                   line.company_currency_id, line.currency_id, line.balance AS amount,
                   line.amount_residual + COALESCE(later.amount, 0) AS residual,
                   line.amount_residual_currency + COALESCE(later.amount_currency, 0)
                       AS residual_currency,
                   line.open_item_limitation_date AS changed_limitation,
                   line.open_item_doubtful_since AS doubtful_since,
                   company.open_item_small_amount AS small_amount,
                   %(year_end)s AS is_year_end
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              JOIN account_account account ON account.id = line.account_id
              JOIN res_company company ON company.id = line.company_id
              LEFT JOIN (%(later)s) later ON later.id = line.id
             WHERE line.parent_state = 'posted'
               AND account.account_type = 'asset_receivable'
               AND line.date <= %(day)s
               AND (line.reconciled IS NOT TRUE OR later.id IS NOT NULL)
            """,
            day=day,
            later=self._get_later_sql(day),
            year_end=self._get_year_end_sql(),
        )

    @api.model
    def _get_later_sql(self, day):
        """What was reconciled after ``day``, per journal item."""
        return SQL(
            """
            SELECT side.id, SUM(side.amount) AS amount, SUM(side.currency) AS amount_currency
              FROM (
                    SELECT debit_move_id AS id, amount, debit_amount_currency AS currency
                      FROM account_partial_reconcile WHERE max_date > %(day)s
                     UNION ALL
                    SELECT credit_move_id, -amount, -credit_amount_currency
                      FROM account_partial_reconcile WHERE max_date > %(day)s
                   ) side
             GROUP BY side.id
            """,
            day=day,
        )

    @api.model
    def _get_year_end_sql(self):
        return SQL("move.open_item_year_end_id IS NOT NULL")

    @api.model
    def _get_ageing_sql(self, day):
        """The name of the group; its number comes first, so that names sort as groups do."""
        marks = parse_marks(self.env.company.open_item_marks)
        cases = [SQL("WHEN item.date_due >= %s THEN %s", day, self.env._("0: not due"))]
        for number, (first, last) in enumerate(bucket_ranges(marks), 1):
            if last is None:
                name = self.env._("%(number)s: over %(days)s days", number=number, days=first - 1)
                cases.append(SQL("ELSE %s", name))
            else:
                name = self.env._(
                    "%(number)s: %(first)s–%(last)s days", number=number, first=first, last=last
                )
                cases.append(SQL("WHEN %s - item.date_due <= %s THEN %s", day, last, name))
        return SQL("CASE %s END", SQL(" ").join(cases))

    # === CHECK === #

    @api.model
    def _get_check(self, day, companies):
        """Compare the items with the balance of each control account, for all customers.

        :return: list of dict: ``account_id``, ``balance`` of the account, ``customers`` (items
            with a customer that the user sees), and what explains the difference: ``hidden``
            (of business units the user does not see), ``no_partner``, ``year_end``; ``rest`` is
            what nothing explains
        """
        items = self._at(day)
        domain = [("company_id", "in", companies.ids)]
        seen = dict(items._read_group(domain, ["account_id"], ["residual:sum"]))
        groups = items.sudo()._read_group(
            domain, ["account_id", "is_year_end", "partner_id"], ["residual:sum"]
        )
        balances = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    *domain,
                    ("parent_state", "=", "posted"),
                    ("account_id.account_type", "=", "asset_receivable"),
                    ("date", "<=", day),
                ],
                ["account_id"],
                ["balance:sum"],
            )
        )
        rows = []
        for account, balance in balances:
            row = {"account_id": account.id, "balance": balance, "year_end": 0.0}
            row |= {"customers": 0.0, "no_partner": 0.0}
            for of, is_year_end, partner, amount in groups:
                if of == account:
                    part = "customers" if partner else "no_partner"
                    row["year_end" if is_year_end else part] += amount
            total = row["customers"] + row["no_partner"] + row["year_end"]
            row["hidden"] = total - seen.get(account.sudo(False), 0.0)
            row["customers"] -= row["hidden"]
            row["rest"] = balance - total
            rows.append(row)
        return rows

    # === ACTIONS === #

    def action_open_document(self):
        """The invoice, payment or entry of this item."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "views": [(False, "form")],
        }
