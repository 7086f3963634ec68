from odoo import Command, models
from odoo.exceptions import UserError


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    def _accept(self, items, reason):
        """Book this line on open items; what is left of it stays open on the customer.

        :param items: open journal items
        """
        self.ensure_one()
        self._check_open()
        items = items.filtered(lambda item: not item.reconciled)
        if not items:
            raise UserError(
                self.env._(
                    "%s: what was proposed is paid meanwhile. Look for open items again.",
                    self.payment_ref or self.display_name,
                )
            )
        self._check_items(items)
        self._book([(self, self._split_on(items))], {self.id: reason})

    def _check_items(self, items):
        """Refuse what cannot be paid by this line, wherever it was chosen."""
        wrong = items.filtered(
            lambda item: (
                item.company_id != self.company_id
                or item.currency_id != self.currency_id
                or item.parent_state != "posted"
                or not item.account_id.reconcile
            )
        )
        if wrong:
            raise UserError(
                self.env._(
                    "Open Items: %(items)s cannot be paid by this entry. Choose posted items of "
                    "%(company)s in %(currency)s.",
                    items=", ".join(wrong.mapped("display_name")),
                    company=self.company_id.display_name,
                    currency=self.currency_id.name,
                )
            )

    def _check_open(self):
        for line in self:
            if line.is_reconciled:
                raise UserError(
                    self.env._(
                        "%s is booked already. Undo that first.",
                        line.payment_ref or line.display_name,
                    )
                )

    def _split_on(self, items):
        """Return counterparts (see ``_book``) that pay items in order, the rest on the last.

        Items of the other direction (credit notes) are taken whole first.
        """
        self.ensure_one()
        rest, counterparts = self._get_open_amount(), []
        positions = [(item, item.amount_residual_currency) for item in items]
        opposite = [pair for pair in positions if pair[1] * self.amount < 0]
        same = [pair for pair in positions if pair[1] * self.amount > 0]
        for item, residual in opposite + same:
            is_opposite = residual * self.amount < 0
            share = residual if is_opposite or abs(residual) < abs(rest) else rest
            if not self.currency_id.is_zero(share):
                counterparts.append(self._prepare_item_counterpart(item, share))
                rest -= share
        if counterparts and not self.currency_id.is_zero(rest):
            counterparts[-1]["amount"] += rest
        return self._merge(counterparts)

    def _merge(self, counterparts):
        """One counterpart per account and partner: one line in the books for one payment."""
        merged = {}
        for counterpart in counterparts:
            key = (counterpart["account_id"], counterpart["partner_id"])
            if key in merged:
                merged[key]["amount"] += counterpart["amount"]
                merged[key]["items"] |= counterpart["items"]
            else:
                merged[key] = counterpart
        return [
            counterpart
            for counterpart in merged.values()
            if not self.currency_id.is_zero(counterpart["amount"])
        ]

    def _prepare_item_counterpart(self, item, amount):
        return {
            "account_id": item.account_id.id,
            "partner_id": item.partner_id.id,
            "amount": amount,
            "name": self.payment_ref,
            "items": item,
        }

    def _book(self, plans, reasons):
        """Replace what is not assigned yet by counterparts and reconcile them, all in one.

        Contract: also for addons that answer ``_process_return``. A counterpart is a dict of
        ``account_id``, ``partner_id``, ``amount`` (as the bank shows it: what comes in is
        positive), ``name`` and ``items`` (journal items of the same account to reconcile with,
        may be empty). The counterparts of a line add up to its amount, or the rest stays on the
        suspense account.

        :param plans: list of (line, list of counterparts)
        :param reasons: dict of line id to the code of why
        """
        plan = []
        for line, counterparts in plans:
            for counterpart, move_line in line._replace_suspense(counterparts):
                if counterpart["items"] and move_line.account_id.reconcile:
                    plan.append(move_line | counterpart["items"])
        if plan:
            self.env["account.move.line"]._reconcile_plan(plan)
        for line, counterparts in plans:
            partners = {counterpart["partner_id"] for counterpart in counterparts}
            state = "matched" if line.is_reconciled else "look"
            values = {"match_state": state, "match_reason": reasons.get(line.id, "manual")}
            if len(partners) == 1 and not line.partner_id:
                # Not through the line: that would book it anew.
                values["partner_id"] = partners.pop()
            line.with_context(skip_account_move_synchronization=True).write(values)
        lines = self.browse(line.id for line, _counterparts in plans)
        lines.proposal_ids.sudo().unlink()

    def _replace_suspense(self, counterparts):
        """Write the counterparts; return them with their journal items."""
        self.ensure_one()
        _liquidity, suspense, _others = self._seek_for_lines()
        values = self._prepare_counterpart_lines(counterparts)
        commands = [Command.delete(line.id) for line in suspense]
        before = self.move_id.line_ids
        self.move_id.with_context(
            force_delete=True, skip_readonly_check=True, skip_account_move_synchronization=True
        ).write({"line_ids": [*commands, *(Command.create(value) for value in values)]})
        created = (self.move_id.line_ids - before).sorted("id")
        return list(zip(counterparts, created, strict=False))

    def _prepare_counterpart_lines(self, counterparts):
        total = sum(counterpart["amount"] for counterpart in counterparts)
        rest = self.currency_id.round(self._get_open_amount() - total)
        rows = [(part["account_id"], part["partner_id"], part["amount"], part["name"])
                for part in counterparts]  # fmt: skip
        if not self.currency_id.is_zero(rest):
            rows.append(
                (
                    self.journal_id.suspense_account_id.id,
                    self.partner_id.id,
                    rest,
                    self.payment_ref,
                )
            )
        lines, left = [], -sum(self._seek_for_lines()[1].mapped("balance"))
        for number, (account, partner, amount, name) in enumerate(rows, 1):
            balance = self._convert_share(amount) if number < len(rows) else left
            left -= balance
            lines.append(
                {
                    "name": name or self.payment_ref,
                    "account_id": account,
                    "partner_id": partner,
                    "currency_id": self.currency_id.id,
                    "amount_currency": -amount,
                    "balance": -balance,
                }
            )
        return lines

    def _get_open_amount(self):
        """What of this line is not assigned to anything, as the bank shows it."""
        self.ensure_one()
        return -sum(self._seek_for_lines()[1].mapped("amount_currency"))

    def _convert_share(self, amount):
        """A part of the line in the company's currency, at the line's own rate."""
        balance = sum(self._seek_for_lines()[0].mapped("balance"))
        share = amount / self.amount if self.amount else 0.0
        return self.company_id.currency_id.round(balance * share)
