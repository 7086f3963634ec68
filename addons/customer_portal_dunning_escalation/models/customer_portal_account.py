from dataclasses import replace

from odoo import api, models
from odoo.fields import Domain

# More letters than these are of no use to anybody.
MAX_LETTERS = 10


class CustomerPortalAccount(models.AbstractModel):
    """Letters of dunning, and what is under review, in the account of a customer."""

    _inherit = "customer.portal.account"

    @api.model
    def _get_item_facts(self, lines):
        """Add what the customer objects to, as a whole."""
        facts = super()._get_item_facts(lines)
        disputed = self._get_disputed_moves(lines)
        for line in lines:
            if line.move_id.id in disputed:
                facts[line.id] = replace(facts[line.id], is_disputed=True)
        return facts

    @api.model
    def _get_disputed_moves(self, lines):
        holds = self.env["dunning.hold"].sudo()
        found = set()
        for company, members in lines.grouped("company_id").items():
            today = members.partner_id[:1]._get_billing_today(company)
            objections = holds.search(
                Domain("move_id", "in", members.move_id.ids)
                & Domain("kind", "=", "dispute")
                & holds._get_active_domain(today)
            )
            found |= set(objections.filtered(lambda hold: not hold.amount).move_id.ids)
        return found

    @api.model
    def _prepare_account_sections(self, partner):
        sections = super()._prepare_account_sections(partner)
        letters = self._get_dunning_letters(partner)
        if letters:
            sections.append(
                {
                    "anchor": "reminders",
                    "title": self.env._("Reminders"),
                    "template": "customer_portal_dunning_escalation.portal_letters",
                    "sequence": 60,
                    "values": {
                        "letters": [self._prepare_dunning_letter(letter) for letter in letters]
                    },
                }
            )
        return sections

    @api.model
    def _get_dunning_letters(self, partner):
        """Letters that were sent to this customer, newest first."""
        return (
            self.env["dunning.notice"]
            .sudo()
            .search(
                [
                    ("commercial_partner_id", "=", partner.id),
                    ("company_id", "in", self.env.companies.ids),
                    ("state", "in", ("issued", "delivered")),
                    ("channel", "not in", ("task", "call")),
                ],
                order="date desc, id desc",
                limit=MAX_LETTERS,
            )
        )

    @api.model
    def _prepare_dunning_letter(self, letter):
        return {
            "name": letter.level_id.name,
            "number": letter.name,
            "date": letter.date,
            "amount": letter.amount_total,
            "currency": letter.currency_id,
            "url": letter.access_url,
        }
