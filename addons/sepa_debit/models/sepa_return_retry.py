from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.calendar import next_target_day


class SepaCreditor(models.Model):
    """What a creditor does about debits that come back."""

    _inherit = "sepa.creditor"

    max_attempts = fields.Integer(
        "Attempts",
        default=2,
        required=True,
        help="How often an amount is collected by itself, the first time included, when the bank "
        "says that there were not enough funds.",
    )
    retry_days = fields.Integer(
        "Days between Attempts",
        default=7,
        required=True,
        help="Calendar days between a return and the next attempt at the earliest. The customer "
        "is told again before, which may take longer.",
    )
    tells_of_returns = fields.Boolean(
        "Inform Customers of Returns",
        default=True,
        help="Customers get a notice that says what happened and what they can do.",
    )
    charge_account_id = fields.Many2one(
        "account.account",
        "Account for Bank Charges",
        check_company=True,
        domain="[('account_type', 'in', ('expense', 'expense_direct_cost'))]",
        help="Where charges of returns are booked. Without it they wait on the bank entry for "
        "somebody to assign them.",
    )
    return_fee_policy = fields.Selection(
        [
            ("none", "Nothing"),
            ("charges", "What the banks took"),
            ("fixed", "A fixed amount"),
        ],
        "Charged to the Customer",
        required=True,
        default="none",
        help="By a document of its own, without VAT, and only where the customer caused the "
        "return.",
    )
    return_fee_amount = fields.Monetary("Fixed Amount")
    return_fee_cap = fields.Monetary(
        "At Most", help="0 for no limit. Consumers may be charged the actual costs only."
    )
    return_fee_account_id = fields.Many2one(
        "account.account",
        "Account for Fees",
        check_company=True,
        domain="[('account_type', 'in', ('income', 'income_other', 'expense'))]",
    )
    return_fee_journal_id = fields.Many2one(
        "account.journal",
        "Journal for Fees",
        check_company=True,
        domain="[('type', '=', 'sale')]",
        help="Empty for the journal of the invoice.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")

    @api.constrains("max_attempts", "retry_days")
    def _check_attempts(self):
        for creditor in self:
            if not 1 <= creditor.max_attempts <= 3 or not 0 <= creditor.retry_days <= 60:
                raise ValidationError(
                    self.env._(
                        "Banks allow up to two repetitions: choose 1 to 3 attempts and 0 to 60 "
                        "days between them."
                    )
                )

    @api.constrains("return_fee_policy", "return_fee_account_id", "return_fee_amount")
    def _check_return_fee(self):
        for creditor in self.filtered(lambda c: c.return_fee_policy != "none"):
            if not creditor.return_fee_account_id:
                raise ValidationError(
                    self.env._(
                        "Fees for returns need an account. Choose “Account for Fees” of "
                        "%(creditor)s.",
                        creditor=creditor.name,
                    )
                )
            if creditor.return_fee_policy == "fixed" and creditor.return_fee_amount <= 0:
                raise ValidationError(
                    self.env._(
                        "The fixed amount of %(creditor)s is missing. Enter it, or choose to "
                        "charge nothing.",
                        creditor=creditor.name,
                    )
                )


class SepaCollection(models.Model):
    """Another attempt: later, numbered, with a notice of its own."""

    _inherit = "sepa.collection"

    @api.model
    def _get_collection_date(self, line, creditor, mandate, today):
        day = super()._get_collection_date(line, creditor, mandate, today)
        waits = [
            c.retry_on for c in line.sepa_collection_ids if c.state == "failed" and c.retry_on
        ]
        return max(day, next_target_day(max(waits))) if waits else day

    @api.model
    def _prepare_values(self, line, amount, mandate, day, notice_by):
        values = super()._prepare_values(line, amount, mandate, day, notice_by)
        failed = line.sepa_collection_ids.filtered(lambda c: c.state == "failed" and c.is_attempt)
        return values | {"attempt": len(failed) + 1}

    # === WHAT THE BANK SHOWS === #

    def _take_back(self, line, returned):
        """Undo this debit because of an entry of the bank, once.

        :param line: ``account.bank.statement.line``
        :param returned: ``ReturnDebit`` of bank_statement_matching
        :return: how the entry is booked, or None when it cannot be this debit's
        """
        self.ensure_one()
        charges = float(returned.amount) - self.amount
        known = self.return_ids
        if known.statement_line_id - line or self.currency_id.compare_amounts(charges, 0) < 0:
            return None
        values = {
            "statement_line_id": line.id,
            "charge_amount": self.currency_id.round(charges),
        }
        if known:
            known.write(values)
        else:
            if not self.is_booked:
                self.batch_id._book_all()
            known = self._fail(returned.reason, "returned", line.date, **values)
        return known._prepare_counterparts(line)
