from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from odoo import api, models

from ..core.grouping import Letter
from ..core.policy import Kind, Reason
from .bulk import insert_rows


class Draft(NamedTuple):
    """A letter to be created; ``rows`` are all items of the customer by journal item id."""

    partner_id: int
    unit_id: int | None
    rows: dict
    credits: list
    letter: Letter

    def get_items(self):
        """Pairs of candidate and whether the letter takes it to its level."""
        return [
            *((candidate, True) for candidate in self.letter.reached),
            *((candidate, False) for candidate in self.letter.also_open),
        ]


class DunningNotice(models.Model):
    """Deciding: which customers get which letter. Nothing is sent here."""

    _inherit = "dunning.notice"

    @api.model
    def _propose(self, company, partners, today):
        """Decide about all open items of customers and prepare their letters.

        A fixed number of queries for any number of customers, beside the inserts.

        :return: the new letters, proposed
        """
        decision = self.env["dunning.decision"]
        policies = self.env["dunning.policy"]._get_policies(company)
        rows = decision._get_rows(company, partners, today)
        terms, reaching, small = {}, {}, []
        for partner_id, own in rows.items():
            decisions = decision._decide_rows(company, own, today, policies, terms)
            small += [row.case_id for row, made in decisions if made.reason is Reason.SMALL]
            if any(made.kind is Kind.NOTIFY for _row, made in decisions):
                reaching[partner_id] = decisions
        waiting = self._get_waiting(company, reaching)
        for partner_id in waiting:
            own = self._free_waiting(rows[partner_id], reaching[partner_id], waiting[partner_id])
            reaching[partner_id] = decision._decide_rows(company, own, today, policies, terms)
        drafts = self._get_drafts(company, today, rows, reaching)
        self._close_small(small)
        self._replace(drafts, waiting)
        return self._create_letters(company, today, drafts)

    @api.model
    def _get_drafts(self, company, today, rows, reaching):
        """Letters to be created for customers of whom something reaches a level.

        :param dict reaching: customer id -> pairs of row and decision
        """
        decision, drafts = self.env["dunning.decision"], []
        partners = self.env["res.partner"].browse(reaching)
        last = self._get_last_letters(company, partners)
        for partner_id, decisions in reaching.items():
            credits = [row for row in rows[partner_id] if row.is_credit]
            for unit_id, by_key, used, letter, _policy in decision._group(
                company, decisions, credits, today, last.get(partner_id, {})
            ):
                if letter.reached:
                    drafts.append(Draft(partner_id, unit_id, by_key, used, letter))
        return drafts

    # === LETTERS THAT STILL WAIT FOR SOMEBODY === #

    @api.model
    def _get_waiting(self, company, partner_ids):
        """Proposed letters of customers who get another: dict of customer id -> letters."""
        found = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("commercial_partner_id", "in", list(partner_ids)),
                ("state", "=", "proposed"),
            ]
        )
        return {partner.id: own for partner, own in found.grouped("commercial_partner_id").items()}

    @api.model
    def _free_waiting(self, rows, decisions, notices):
        """Let what a proposed letter would take to a level be decided again, with the rest.

        Only in units in which something else reaches a level now.
        """
        units = {row.unit_id for row, made in decisions if made.kind is Kind.NOTIFY}
        waiting = set(notices.line_ids.filtered("is_pending").line_id.ids)
        for row in rows:
            if row.line_id in waiting and row.unit_id in units:
                row.is_under_way = False
        return rows

    @api.model
    def _replace(self, drafts, waiting):
        """A new letter has all that an older proposal has: nobody gets two."""
        replaced = self.browse()
        for draft in drafts:
            replaced |= waiting.get(draft.partner_id, replaced.browse()).filtered(
                lambda notice, draft=draft: notice.business_unit_id.id == (draft.unit_id or False)
            )
        if replaced:
            replaced._cancel(self.env._("Replaced by a newer proposal."))

    @api.model
    def _close_small(self, case_ids):
        cases = self.env["dunning.case"].sudo().browse(filter(None, case_ids))
        open_cases = cases.filtered(lambda case: case.state == "open")
        if open_cases:
            open_cases._close("small")

    @api.model
    def _create_letters(self, company, today, drafts):
        """Create cases, letters and their items for drafts of ``_propose``."""
        if not drafts:
            return self
        cases = self._create_cases(company, drafts)
        run = self.env["dunning.run"]._get_run(company, today)
        levels = self._get_levels_of(drafts)
        ids = insert_rows(
            self,
            [self._prepare_notice_values(company, today, run, draft, levels) for draft in drafts],
        )
        notices = self.sudo().browse(ids)
        values, special = [], notices.browse()
        for notice, draft in zip(notices, drafts, strict=True):
            lines = self._prepare_line_values(company, notice.id, draft, cases, levels)
            if self._needs_sums(company, lines, levels):
                special |= notice
            values += lines
        insert_rows(self.env["dunning.notice.line"], values)
        notices.invalidate_recordset(["line_ids"])
        special._compute_charges(today)
        special._sum_up()
        return notices

    @api.model
    def _needs_sums(self, company, lines, levels):
        """Whether the totals take more than adding: charges, or amounts in other currencies."""
        if any(line["currency_id"] != company.currency_id.id for line in lines):
            return True
        own = [levels[line["level_id"]] for line in lines if line["level_id"]]
        return any(level.is_interest or level.is_lump_sum or level.fee_total for level in own)

    @api.model
    def _get_levels_of(self, drafts):
        """Levels of the policies of drafts, by their id and by (policy id, number)."""
        ids = {row.policy_id for draft in drafts for row in draft.rows.values() if row.policy_id}
        levels = self.env["dunning.policy"].sudo().browse(ids).level_ids
        by_number = {(level.policy_id.id, level.number): level for level in levels}
        return by_number | {level.id: level for level in levels}

    @api.model
    def _create_cases(self, company, drafts):
        """The cases of all items that reach a level: dict of journal item id -> case id."""
        rows = [
            draft.rows[candidate.key] for draft in drafts for candidate in draft.letter.reached
        ]
        missing = [row for row in rows if not row.case_id]
        found = {row.line_id: row.case_id for row in rows if row.case_id}
        cases = self.env["dunning.case"].sudo()
        defaults = cases._find_defaults(missing)
        ids = insert_rows(
            cases,
            [
                self._prepare_case_values(company, row, defaults.get(row.line_id, {}))
                for row in missing
            ],
        )
        found.update((row.line_id, case_id) for row, case_id in zip(missing, ids, strict=True))
        return found

    @api.model
    def _prepare_case_values(self, company, row, default):
        return {
            "line_id": row.line_id,
            "move_id": row.move_id,
            "partner_id": row.partner_id,
            "company_id": company.id,
            "business_unit_id": row.unit_id,
            "currency_id": row.currency_id,
            "due_date": row.due,
            "policy_id": row.policy_id,
            "state": "open",
            "level_number": 0,
            "default_on": default.get("default_on"),
            "default_reason": default.get("default_reason"),
            "default_evidence": default.get("default_evidence"),
        }

    @api.model
    def _prepare_notice_values(self, company, today, run, draft, levels):
        leading = draft.rows[draft.letter.leading.key]
        level = levels[leading.policy_id, draft.letter.leading.level]
        demanded = sum(draft.rows[c.key].get_item().demanded for c, _reached in draft.get_items())
        credit = sum((row.residual for row in draft.credits), Decimal(0))
        return {
            "company_id": company.id,
            "business_unit_id": draft.unit_id,
            "partner_id": leading.contact_id,
            "commercial_partner_id": draft.partner_id,
            "run_id": run.id,
            "policy_id": leading.policy_id,
            "level_id": level.id,
            "channel": level.channel,
            "date": today,
            "deadline": today + timedelta(days=level.deadline_days),
            "currency_id": company.currency_id.id,
            "name": "/",
            "state": "proposed",
            "amount_open": demanded,
            "amount_credit": credit,
            "amount_total": demanded + credit,
        }

    @api.model
    def _prepare_line_values(self, company, notice_id, draft, cases, levels):
        """Items and credits a letter lists, as the table takes them."""
        values = []
        common = {
            "notice_id": notice_id,
            "company_id": company.id,
            "business_unit_id": draft.unit_id,
            "is_dropped": False,
        }
        for candidate, is_reached in draft.get_items():
            row = draft.rows[candidate.key]
            level = levels.get((row.policy_id, candidate.level))
            values.append(
                {
                    **common,
                    **self._prepare_row_values(row),
                    "kind": "item",
                    "case_id": cases.get(row.line_id) or row.case_id,
                    "level_id": level and level.id,
                    "is_reached": is_reached,
                    "is_pending": is_reached,
                    "amount_open": row.get_item().demanded,
                }
            )
        for row in draft.credits:
            values.append(
                {
                    **common,
                    **self._prepare_row_values(row),
                    "kind": "credit",
                    "case_id": None,
                    "level_id": None,
                    "is_reached": False,
                    "is_pending": False,
                    "amount_open": row.residual,
                }
            )
        return values

    @api.model
    def _prepare_row_values(self, row):
        return {
            "line_id": row.line_id,
            "currency_id": row.currency_id,
            "date_due": row.due,
            "amount_original": row.total,
            "default_on": row.default_on,
        }
