from datetime import timedelta

from odoo import api, models

from ..core.policy import Kind, Reason


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
        last, terms, drafts, small = self._get_last_letters(company, partners), {}, [], []
        for partner_id, own in rows.items():
            decisions = decision._decide_rows(company, own, today, policies, terms)
            small += [row.case_id for row, made in decisions if made.reason is Reason.SMALL]
            if not any(made.kind is Kind.NOTIFY for _row, made in decisions):
                continue
            credits = [row for row in own if row.is_credit]
            for unit_id, by_key, used, letter, policy in decision._group(
                company, decisions, credits, today, last.get(partner_id, {})
            ):
                if letter.reached:
                    drafts.append((partner_id, unit_id, by_key, used, letter, policy))
        self._close_small(small)
        return self._create_letters(company, today, drafts)

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
        quiet = self.sudo().with_context(tracking_disable=True, mail_create_nolog=True)
        notices = quiet.create(
            [self._prepare_notice_values(company, today, run, draft) for draft in drafts]
        )
        values = []
        for notice, draft in zip(notices, drafts, strict=True):
            values += self._prepare_line_values(notice, draft, cases)
        self.env["dunning.notice.line"].sudo().create(values)
        notices._compute_charges(today)
        notices._sum_up()
        return notices

    @api.model
    def _create_cases(self, company, drafts):
        """The cases of all items that reach a level: dict of journal item id -> case id."""
        rows = [
            by_key[candidate.key]
            for _partner, _unit, by_key, _used, letter, _policy in drafts
            for candidate in letter.reached
        ]
        missing = [row for row in rows if not row.case_id]
        created = (
            self.env["dunning.case"]
            .sudo()
            .create([self._prepare_case_values(company, row) for row in missing])
        )
        found = {row.line_id: row.case_id for row in rows if row.case_id}
        found.update((row.line_id, case.id) for row, case in zip(missing, created, strict=True))
        created._find_defaults()
        return found

    @api.model
    def _prepare_case_values(self, company, row):
        return {
            "line_id": row.line_id,
            "move_id": row.move_id,
            "partner_id": row.partner_id,
            "company_id": company.id,
            "business_unit_id": row.unit_id,
            "currency_id": row.currency_id,
            "due_date": row.due,
            "policy_id": row.policy_id,
        }

    @api.model
    def _prepare_notice_values(self, company, today, run, draft):
        partner_id, unit_id, by_key, _used, letter, _policy = draft
        leading = by_key[letter.leading.key]
        policy = self.env["dunning.policy"].sudo().browse(leading.policy_id)
        level = policy.level_ids.filtered(lambda lv: lv.number == letter.leading.level)[:1]
        return {
            "company_id": company.id,
            "business_unit_id": unit_id,
            "partner_id": leading.contact_id,
            "commercial_partner_id": partner_id,
            "run_id": run.id,
            "policy_id": policy.id,
            "level_id": level.id,
            "channel": level.channel,
            "date": today,
            "deadline": today + timedelta(days=level.deadline_days),
            "currency_id": company.currency_id.id,
        }

    @api.model
    def _prepare_line_values(self, notice, draft, cases):
        """Values of the items and credits a letter lists."""
        _partner_id, _unit_id, by_key, used, letter, _policy = draft
        values = []
        for candidates, is_reached in ((letter.reached, True), (letter.also_open, False)):
            for candidate in candidates:
                row = by_key[candidate.key]
                levels = self.env["dunning.policy"].sudo().browse(row.policy_id).level_ids
                level = levels.filtered(lambda lv, n=candidate.level: lv.number == n)[:1]
                values.append(
                    {
                        **self._prepare_row_values(notice, row),
                        "kind": "item",
                        "case_id": cases.get(row.line_id) or row.case_id,
                        "level_id": level.id,
                        "is_reached": is_reached,
                        "is_pending": is_reached,
                        "amount_open": float(row.get_item().demanded),
                    }
                )
        for row in used:
            values.append(
                {
                    **self._prepare_row_values(notice, row),
                    "kind": "credit",
                    "amount_open": float(row.residual),
                }
            )
        return values

    @api.model
    def _prepare_row_values(self, notice, row):
        return {
            "notice_id": notice.id,
            "company_id": notice.company_id.id,
            "business_unit_id": notice.business_unit_id.id,
            "line_id": row.line_id,
            "currency_id": row.currency_id,
            "date_due": row.due,
            "amount_original": float(row.total),
            "default_on": row.default_on,
        }
