from odoo import api, models


class AccountBankStatementLine(models.Model):
    """New lines that are booked where they belong from the start."""

    _inherit = "account.bank.statement.line"

    @api.model
    def _book_values(self, values, matcher):
        """Create lines, those that match for certain on the right account at once.

        That saves to book them on the suspense account first and to rewrite each afterwards.

        :param list values: dicts, as the import of statements prepares them
        :param matcher: ``core.matching.Matcher``
        """
        decisions = [
            None if value["is_return"] else matcher.decide(self._prepare_payment(value))
            for value in values
        ]
        stale = self._find_stale(decisions)
        targets, proposed = {}, {}
        for number, (value, decision) in enumerate(zip(values, decisions, strict=True)):
            if not decision or number in stale:
                continue
            if not decision.match or value["entry_problems"]:
                proposed[number] = decision.proposals or tuple(filter(None, (decision.match,)))
                continue
            targets[number] = self._aim(value, decision.match)
        lines = self.create(values)
        self._settle_created(lines, targets, decisions)
        self._store_proposals({lines[number].id: found for number, found in proposed.items()})
        lines.browse(lines[number].id for number in stale)._propose()
        return lines

    @api.model
    def _find_stale(self, decisions):
        """Numbers of decisions whose items are not open any more as they were offered.

        The matcher may be older than this transaction: somebody may have paid since.
        """
        matches = {
            number: decision.match
            for number, decision in enumerate(decisions)
            if decision and decision.match
        }
        every = self.env["account.move.line"].sudo()
        every = every.browse(key for match in matches.values() for key in match.keys).exists()
        known = set(every.ids)
        return {
            number
            for number, match in matches.items()
            if not all(
                known.issuperset(item.keys)
                and _is_open(every.browse(item.keys).with_prefetch(every.ids), item)
                for item in match.items
            )
        }

    def _aim(self, value, match):
        """Direct the values of a line at what it pays, as far as that is one account."""
        items = self.env["account.move.line"].browse(match.keys)
        if len(items.account_id) == 1 and len(items.partner_id) <= 1:
            value["counterpart_account_id"] = items.account_id.id
            value["partner_id"] = items.partner_id.id
            value.update(match_state="matched", match_reason=match.reason)
        return items

    def _settle_created(self, lines, targets, decisions):
        """Reconcile new lines with what they pay; those of several accounts are split first."""
        plan, split, reasons = [], [], {}
        for number, items in targets.items():
            line = lines[number]
            if line.match_state == "matched":
                plan.append(line._seek_for_lines()[2] | items)
            else:
                split.append((line, line._split_on(items)))
                reasons[line.id] = decisions[number].match.reason
        if plan:
            self.env["account.move.line"]._reconcile_plan(plan)
        if split:
            self._book(split, reasons)


def _is_open(items, offered):
    """Whether journal items are still open by what was offered of them."""
    if any(item.reconciled or item.parent_state != "posted" for item in items):
        return False
    residual = sum(items.mapped("amount_residual_currency"))
    return items.currency_id[:1].compare_amounts(residual, float(offered.amount)) == 0
