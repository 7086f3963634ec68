from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_amount, format_date

SHOWN = 6
UPCOMING = 3


class CustomerPortalAccount(models.AbstractModel):
    _inherit = "customer.portal.account"

    @api.model
    def _prepare_contracts(self, partner, domain=Domain.TRUE, order=None):
        """Return a customer's ``contracts`` with sudo, those that are ``late`` (an invoice is
        overdue), and ``today``. Late ones come first, ended ones last, else by ``order``."""
        own = Domain("partner_id", "child_of", partner.id) & Domain("state", "!=", "draft")
        company = Domain("company_id", "in", self.env.companies.ids)
        found = self.env["billing.subscription"].sudo().search(own & company & domain, order=order)
        late = self._get_overdue_moves(partner)._get_billing_subscriptions()
        contracts = found.sorted(lambda sub: (sub not in late, sub.state == "ended"))
        today = partner._get_billing_today(self.env.company)
        return {"contracts": contracts, "late": late, "today": today}

    @api.model
    def _prepare_account_sections(self, partner):
        sections = super()._prepare_account_sections(partner)
        values = self._prepare_contracts(partner)
        if contracts := values["contracts"]:
            section = {
                "anchor": "contracts",
                "title": self.env._("Your contracts"),
                "template": "customer_portal_subscription_billing.account_section",
                "sequence": 20,
                "values": values | {"contracts": contracts[:SHOWN]},
            }
            sections.append(section)
        return sections

    @api.model
    def _prepare_upcoming(self, partner):
        events = super()._prepare_upcoming(partner)
        running = self._prepare_contracts(partner, Domain("next_billing_date", "!=", False))
        for contract in running["contracts"].sorted("next_billing_date")[:UPCOMING]:
            invoice = contract._get_next_invoice()
            text = self.env._(
                "Next invoice for %(name)s on %(date)s: %(amount)s",
                name=contract.plan_id.name,
                date=format_date(self.env, invoice["date"]),
                amount=format_amount(self.env, invoice["amount"], contract.currency_id),
            )
            events.append({"date": invoice["date"], "text": text, "url": contract.access_url})
        return events
