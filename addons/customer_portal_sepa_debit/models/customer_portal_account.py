from dataclasses import replace

from odoo import api, models
from odoo.tools import format_amount, format_date

from odoo.addons.sepa_debit.core.collection import LIVE


class CustomerPortalAccount(models.AbstractModel):
    """Debits in the account of a customer."""

    _inherit = "customer.portal.account"

    @api.model
    def _get_item_facts(self, lines):
        """Add when items are debited, and which debits came back without another one planned."""
        facts = super()._get_item_facts(lines)
        days, returned = self._get_debits(lines)
        for line in lines:
            facts[line.id] = replace(
                facts[line.id],
                collection_date=days.get(line.id) or facts[line.id].collection_date,
                is_returned=line.id in returned or facts[line.id].is_returned,
            )
        return facts

    @api.model
    def _get_debits(self, lines):
        """Return item id -> day of its next debit, and the ids of items whose debit came back."""
        groups = self.env["sepa.collection"].sudo()._read_group(
            [("move_line_id", "in", lines.ids), ("state", "in", (*LIVE, "failed"))],
            ["move_line_id", "state"],
            ["collect_on:min"],
        )  # fmt: skip
        days, failed = {}, set()
        for line, state, day in groups:
            if state == "failed":
                failed.add(line.id)
            else:
                days[line.id] = min(day, days.get(line.id, day))
        return days, failed - days.keys()

    @api.model
    def _prepare_upcoming(self, partner):
        """Announce the next debits, one sentence per day and account."""
        upcoming = super()._prepare_upcoming(partner)
        groups = self.env["sepa.collection"].sudo()._read_group(
            [
                ("mandate_id.commercial_partner_id", "=", partner.id),
                ("company_id", "in", self.env.companies.ids),
                ("state", "in", LIVE),
                ("is_booked", "=", False),
            ],
            ["collect_on:day", "mandate_id", "currency_id"],
            ["amount:sum"],
        )  # fmt: skip
        for day, mandate, currency, amount in groups:
            iban = mandate.partner_bank_id.sanitized_acc_number or ""
            text = self.env._(
                "%(amount)s will be debited on %(date)s from your account ending in %(account)s.",
                amount=format_amount(self.env, amount, currency),
                date=format_date(self.env, day),
                account=iban[-4:],
            )
            upcoming.append({"date": day, "text": text, "url": False})
        return upcoming
