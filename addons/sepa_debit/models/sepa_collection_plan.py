from datetime import timedelta
from decimal import Decimal

from odoo import api, models

from ..core.calendar import collection_date, earliest_collection, submission_window
from ..core.collection import Candidate, exclusion
from ..core.identifiers import IdentifierError, check_iban


class SepaCollection(models.Model):
    """From open items to planned collections."""

    _inherit = "sepa.collection"

    @api.model
    def _plan(self, lines, today, notice_by):
        """Plan the collection of open items, and say of the others why not.

        Contract: items that ``_get_sepa_due_domain()`` holds, of one company. Locks them.

        :param date today: the day of the plan
        :param str notice_by: "invoice" when the invoice is still to be printed, else "mail"
        :return: the new collections
        """
        lines = lines._lock_for_collection().sudo()
        amounts = lines._get_amount_collectable()
        creditors = self.env["sepa.creditor"]._get_for_moves(lines.move_id)
        mandates = self._get_mandates(lines)
        used = self._get_used_mandates(mandates)
        values, codes = [], {}
        for line in lines:
            creditor = creditors[line.move_id.id]
            mandate = self._choose_mandate(line, creditor, mandates)
            day = self._get_collection_date(line, creditor, mandate, today)
            item = self._get_candidate(line, amounts[line.id], creditor, mandate, used)
            codes[line.id] = exclusion(item, day)
            if codes[line.id]:
                continue
            if mandate.type == "one_off":
                used.add(mandate.id)
            by = notice_by if creditor.notice_channel == "invoice" else "mail"
            values.append(self._prepare_values(line, amounts[line.id], mandate, day, by))
        self.env["sepa.exclusion"].sudo()._replace(lines, codes)
        quiet = self.with_context(tracking_disable=True, mail_create_nosubscribe=True)
        planned = self.browse(quiet.create(values).ids)
        planned.filtered(lambda c: c.notice_by == "invoice")._remember_announcement()
        return planned

    # === FACTS === #

    @api.model
    def _get_mandates(self, lines):
        """Return the mandates of the customers of some lines, by commercial partner."""
        partners = lines.partner_id.commercial_partner_id
        mandates = (
            self.env["sepa.mandate"]
            .sudo()
            .search(
                [
                    ("commercial_partner_id", "in", partners.ids),
                    ("company_id", "in", lines.company_id.ids),
                ]
            )
        )
        return mandates.grouped("commercial_partner_id")

    @api.model
    def _choose_mandate(self, line, creditor, mandates):
        """That of the invoice, else the best of the customer with this creditor."""
        if line.move_id.sepa_mandate_id:
            return line.move_id.sepa_mandate_id
        mine = mandates.get(line.partner_id.commercial_partner_id, self.env["sepa.mandate"])
        order = ["active", "suspended", "draft", "lapsed", "revoked", "ended"]
        ranked = mine.filtered(lambda m: m.creditor_id == creditor).sorted(
            lambda m: (order.index(m.state), m.type == "one_off", m.partner_id != line.partner_id)
        )
        return ranked[:1]

    @api.model
    def _get_used_mandates(self, mandates):
        """Ids of one-off mandates with a collection that may still arrive."""
        one_off = [m.id for group in mandates.values() for m in group if m.type == "one_off"]
        if not one_off:
            return set()
        domain = [("mandate_id", "in", one_off), ("state", "not in", ("failed", "cancelled"))]
        return {m.id for (m,) in self.sudo()._read_group(domain, ["mandate_id"])}

    @api.model
    def _get_candidate(self, line, amount, creditor, mandate, used):
        return Candidate(
            is_euro=line.currency_id.name == "EUR",
            collectable=Decimal(str(amount)),
            has_creditor=bool(creditor),
            mandate_state=mandate.state or "",
            lapses_on=mandate.lapses_on or None,
            is_used=mandate.id in used,
            is_b2b_unregistered=mandate.scheme == "B2B" and not mandate.is_registered,
            has_iban=_has_iban(mandate),
            is_refused=bool(mandate.partner_bank_id.sepa_problem),
        )

    @api.model
    def _get_collection_date(self, line, creditor, mandate, today):
        """The TARGET day on or after the due date that leaves time for notice and bank."""
        if not creditor:
            return line.date_maturity or today
        days = mandate.notice_days or creditor.notice_days
        bank = earliest_collection(creditor._get_bank_moment(today), creditor._get_lead())
        not_before = max(bank, today + timedelta(days=days))
        return collection_date(line.date_maturity or line.date, not_before)

    @api.model
    def _prepare_values(self, line, amount, mandate, day, notice_by):
        move, creditor = line.move_id, mandate.creditor_id
        earlier = line.sepa_collection_ids.filtered(lambda c: c.state == "failed")
        return {
            "move_line_id": line.id,
            "move_id": move.id,
            "partner_id": mandate.partner_id.id,
            "mandate_id": mandate.id,
            "creditor_id": creditor.id,
            "company_id": move.company_id.id,
            "business_unit_id": move.business_unit_id.id,
            "currency_id": line.currency_id.id,
            "amount": amount,
            "collect_on": day,
            "notice_by": notice_by,
            "notice_days": mandate.notice_days or creditor.notice_days,
            "attempt": len(earlier) + 1,
        }

    # === WHEN THE DAY HAS PASSED === #

    def _get_late(self, today):
        """Those whose day cannot be kept: told too late, or of something else, or not at all."""
        late = self.browse()
        for collection in self:
            lead = collection.creditor_id._get_lead()
            closes = submission_window(collection.collect_on, lead).closes
            told_late = collection.state == "notified" and not collection._may_submit()
            if closes < today or told_late:
                late += collection
        return late

    def _reschedule(self, today):
        """Find another day for what cannot be submitted in time; debtors are told anew."""
        if not self:
            return
        days = self.grouped(
            lambda c: c._get_collection_date(c.move_line_id, c.creditor_id, c.mandate_id, today)
        )
        self._set_state("planned")
        for day, collections in days.items():
            collections.write({"collect_on": day, "notice_by": "mail"})


def _has_iban(mandate):
    try:
        return bool(check_iban(mandate.partner_bank_id.sanitized_acc_number or ""))
    except IdentifierError:
        return False
