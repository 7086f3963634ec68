from collections import defaultdict
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ..core.matching import Matcher, OpenItem, Payment

CHUNK = 250


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    # === WHAT CAN BE PAID === #

    @api.model
    def _get_matching_candidates(self, journal, payments):
        """Return what payments on a journal may be for: open items of its company.

        Contract: addons override, call super and append ``OpenItem`` s, e.g. batches that are
        booked as one, or replace some to add what they know of them (end-to-end ids, mandates).
        ``keys`` are ids of open journal items in the journal's currency; their residual amounts
        add up to ``amount``. A fixed number of queries, whatever the number of payments.

        :param list payments: ``core.matching.Payment`` s, to fetch only what they ask for
        :return: list of ``core.matching.OpenItem``
        """
        rows = self._fetch_open_items(journal)
        ibans = self._fetch_iban_owners(journal, {pay.iban for pay in payments if pay.iban})
        return [
            OpenItem(
                keys=(row["id"],),
                amount=Decimal(str(row["residual"])).quantize(Decimal("0.001")).normalize(),
                partner=row["partner_id"] or 0,
                numbers=tuple(
                    dict.fromkeys(
                        filter(None, (row["name"], row["reference"], row["ref"], row["memo"]))
                    )
                ),
                end_to_end_ids=(row["name"],) if row["name"] else (),
                ibans=ibans.get(row["partner_id"], ()),
                name=row["partner_name"] or "",
            )
            for row in rows
        ]

    @api.model
    def _fetch_open_items(self, journal):
        """Open receivables and payables, and payments of the journal that wait for the bank."""
        company = journal.company_id
        currency = journal.currency_id or company.currency_id
        for model in ("account.move.line", "account.move", "account.payment", "res.partner"):
            self.env[model].flush_model()
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT line.id, line.amount_residual_currency AS residual,
                       partner.commercial_partner_id AS partner_id, owner.name AS partner_name,
                       move.name, move.payment_reference AS reference, move.ref, payment.memo
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                  JOIN account_account account ON account.id = line.account_id
             LEFT JOIN res_partner partner ON partner.id = line.partner_id
             LEFT JOIN res_partner owner ON owner.id = partner.commercial_partner_id
             LEFT JOIN account_payment payment ON payment.id = line.payment_id
                 WHERE line.company_id = %(company)s
                   AND line.currency_id = %(currency)s
                   AND line.parent_state = 'posted'
                   AND line.reconciled IS NOT TRUE
                   AND line.amount_residual_currency != 0
                   AND CASE WHEN account.account_type IN ('asset_receivable', 'liability_payable')
                            THEN line.payment_id IS NULL
                            ELSE account.reconcile AND payment.journal_id = %(journal)s END
              ORDER BY line.date_maturity, line.id
                """,
                company=company.id,
                currency=currency.id,
                journal=journal.id,
            )
        )

    @api.model
    def _fetch_iban_owners(self, journal, ibans):
        """Return commercial partner id -> IBANs: registered, or paid from before.

        An account that several customers paid from says nothing and is left out.
        """
        if not ibans:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT bank.sanitized_acc_number, partner.commercial_partner_id
                  FROM res_partner_bank bank
                  JOIN res_partner partner ON partner.id = bank.partner_id
                 WHERE bank.sanitized_acc_number IN %(ibans)s AND bank.active
                   AND (bank.company_id IS NULL OR bank.company_id = %(company)s)
                 UNION
                SELECT line.account_number, partner.commercial_partner_id
                  FROM account_bank_statement_line line
                  JOIN res_partner partner ON partner.id = line.partner_id
                 WHERE line.account_number IN %(ibans)s AND line.company_id = %(company)s
                   AND line.is_reconciled AND line.match_state = 'matched'
                """,
                ibans=tuple(ibans),
                company=journal.company_id.id,
            )
        )
        owners = defaultdict(set)
        for iban, partner in rows:
            owners[iban].add(partner)
        result = defaultdict(tuple)
        for iban, partners in owners.items():
            if len(partners) == 1:
                result[min(partners)] += (iban,)
        return dict(result)

    # === PAYMENTS === #

    @api.model
    def _prepare_payment(self, values):
        """The facts of a line (a record or its values) for the rules."""
        original = values["original_amount"] or None
        return Payment(
            amount=Decimal(str(values["amount"])).quantize(Decimal("0.001")).normalize(),
            end_to_end_id=values["end_to_end_id"] or "",
            mandate_id=values["mandate_reference"] or "",
            original_amount=original and Decimal(str(original)),
            batch_id=values["batch_reference"] or "",
            reference=values["creditor_reference"] or "",
            text=values["payment_ref"] or "",
            iban=values["account_number"] or "",
            name=values["partner_name"] or "",
        )

    @api.model
    def _get_matcher(self, journal, payments):
        return Matcher(self.sudo()._get_matching_candidates(journal, payments))

    # === MATCHING LINES THAT ARE BOOKED === #

    def _match_lines(self, matcher=None):
        """Match these lines as far as that is certain, and propose for the others.

        One matcher per journal, one reconciliation for all lines that are certain.

        :param matcher: one made for all of them, when they are lines of one journal
        :return: the lines that were matched
        """
        matched = self.browse()
        for journal, lines in (
            self.filtered(lambda line: not line.is_reconciled).grouped("journal_id").items()
        ):
            returned = lines.filtered("is_return")
            matched |= returned._process_returns()
            matched |= (lines - returned)._decide(journal, is_certain=True, matcher=matcher)
        return matched

    def _propose(self):
        """Look for proposals; book nothing."""
        for journal, lines in (
            self.filtered(lambda line: not line.is_reconciled).grouped("journal_id").items()
        ):
            lines._decide(journal, is_certain=False)

    def _decide(self, journal, is_certain, matcher=None):
        payments = [line._prepare_payment(line) for line in self]
        matcher = matcher or self._get_matcher(journal, payments)
        decisions = [matcher.decide(payment) for payment in payments]
        stale = self._find_stale(decisions)
        plans, reasons, proposed = [], {}, {}
        for number, (line, decision) in enumerate(zip(self, decisions, strict=True)):
            match = decision.match
            if number in stale:
                continue
            if match and is_certain and not line.entry_problems and not line.is_return:
                items = self.env["account.move.line"].sudo().browse(match.keys)
                plans.append((line.sudo(), line.sudo()._split_on(items)))
                reasons[line.id] = match.reason
            else:
                proposed[line.id] = (match,) if match else decision.proposals
        if plans:
            self.sudo()._book(plans, reasons)
        self._store_proposals(proposed)
        if stale:
            self.browse(self[number].id for number in stale)._propose()
        return self.browse(reasons)

    @api.model
    def _store_proposals(self, proposed):
        """Replace the proposals of lines and say in their state whether there are any.

        :param dict proposed: line id -> ``core.matching.Proposal`` s, the best first
        """
        lines = self.browse(proposed)
        self.env["bank.statement.proposal"].sudo().search([("line_id", "in", lines.ids)]).unlink()
        self.env["bank.statement.proposal"].sudo().create(
            [
                {
                    "line_id": line_id,
                    "item_ids": list(found.keys),
                    "reason": found.reason,
                    "score": min(found.score, 99),
                    "difference": float(found.difference),
                }
                for line_id, proposals in proposed.items()
                for found in proposals
            ]
        )
        quiet = lines.with_context(skip_account_move_synchronization=True)
        by_state = defaultdict(list)
        for line in lines:
            if line.entry_problems or line.is_return:
                state = "look"
            else:
                state = "proposed" if proposed[line.id] else "open"
            by_state[state].append(line.id)
        for state, ids in by_state.items():
            quiet.browse(ids).write({"match_state": state})

    # === BY ITSELF === #

    @api.model
    def _cron_match(self):
        """Match what was left open: invoices may have been posted since, chunk by chunk."""
        # Only what a file brought: lines of other tools are theirs.
        groups = self._read_group(
            [("is_reconciled", "=", False), ("import_id", "!=", False)],
            ["journal_id"],
            ["id:array_agg"],
        )
        for journal, ids in groups:
            lines = self.with_company(journal.company_id).browse(sorted(ids))
            if not lines._match_in_chunks(journal):
                return

    def _match_in_chunks(self, journal):
        """Match the lines of a journal with a commit per chunk.

        :return: whether all were seen; otherwise the time of the job is over
        """
        chunks = [self.browse(self.ids[start : start + CHUNK])
                  for start in range(0, len(self), CHUNK)]  # fmt: skip
        payments = []
        for chunk in chunks:
            payments += [chunk._prepare_payment(line) for line in chunk]
            self.env.invalidate_all()
        matcher = self._get_matcher(journal, payments)
        left = len(self)
        for chunk in chunks:
            chunk.exists()._match_lines(matcher)
            left -= len(chunk)
            self.env.flush_all()
            self.env.invalidate_all()
            if not self.env["ir.cron"]._commit_progress(len(chunk), remaining=left) and left:
                return False
        return True
