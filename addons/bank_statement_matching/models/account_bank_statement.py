from odoo import api, fields, models


class AccountBankStatement(models.Model):
    """Statements of files, whose figures are summed up by the database.

    A statement grows chunk by chunk to tens of thousands of lines: to read all of them after
    each would take longer and more memory with every chunk.
    """

    _inherit = "account.bank.statement"

    import_id = fields.Many2one(
        "bank.statement.import", readonly=True, index="btree_not_null", copy=False
    )
    import_key = fields.Char(readonly=True, copy=False, index="btree_not_null")

    def _split_imported(self):
        """Return those that a file brought, and the others."""
        imported = self.filtered(lambda statement: statement.import_id and statement._origin.id)
        return imported, self - imported

    def _sum_up(self, aggregate, *domain):
        """Return an aggregate of the lines per statement id."""
        rows = self.env["account.bank.statement.line"]._read_group(
            [("statement_id", "in", self.ids), *domain], ["statement_id"], [aggregate]
        )
        return {statement.id: value for statement, value in rows}

    @api.depends("line_ids.internal_index", "line_ids.state")
    def _compute_first_line_index(self):
        imported, others = self._split_imported()
        result = super(AccountBankStatement, others)._compute_first_line_index()
        found = imported._sum_up("internal_index:min") if imported else {}
        for statement in imported:
            statement.first_line_index = found.get(statement.id, False)
        return result

    @api.depends("line_ids.internal_index", "line_ids.state")
    def _compute_date(self):
        imported, others = self._split_imported()
        result = super(AccountBankStatement, others)._compute_date()
        found = imported._sum_up("date:max", ("state", "=", "posted")) if imported else {}
        for statement in imported:
            statement.date = found.get(statement.id, False)
        return result

    @api.depends("balance_start", "line_ids.amount", "line_ids.state")
    def _compute_balance_end(self):
        imported, others = self._split_imported()
        result = super(AccountBankStatement, others)._compute_balance_end()
        found = imported._sum_up("amount:sum", ("state", "=", "posted")) if imported else {}
        for statement in imported:
            statement.balance_end = statement.balance_start + found.get(statement.id, 0.0)
        return result

    @api.depends("line_ids.journal_id")
    def _compute_journal_id(self):
        imported, others = self._split_imported()
        result = super(AccountBankStatement, others)._compute_journal_id()
        for statement in imported:
            statement.journal_id = statement.journal_id
        return result

    @api.depends("balance_end", "balance_end_real", "line_ids.amount", "line_ids.state")
    def _compute_is_complete(self):
        imported, others = self._split_imported()
        result = super(AccountBankStatement, others)._compute_is_complete()
        for statement in imported:
            difference = statement.balance_end - statement.balance_end_real
            statement.is_complete = statement.currency_id.is_zero(difference)
        return result

    def _close(self, statement, is_whole):
        """Set the balances after the last entry.

        Those of the file are true only when all its entries are here; otherwise they follow from
        what is booked.

        :param statement: ``core.records.Statement``
        """
        self.ensure_one()
        if is_whole and statement.is_proved:
            self.balance_start = float(statement.opening)
            self.balance_end_real = float(statement.closing)
        else:
            self._compute_balance_start()
            self.balance_end_real = self.balance_end
