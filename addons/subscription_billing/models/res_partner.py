from odoo import fields, models

from ..core.entitlements import customer_on


class ResPartner(models.Model):
    _inherit = "res.partner"

    billing_subscription_count = fields.Integer(
        string="Contracts",
        compute="_compute_billing_subscription_count",
        groups="billing_base.group_billing_user",
    )

    def _compute_billing_subscription_count(self):
        """Contracts of the customer and its contacts, in one query."""
        family = self.with_context(active_test=False).search_fetch(
            [("id", "child_of", self.ids)], ["parent_id"]
        )
        groups = self.env["billing.subscription"]._read_group(
            [("partner_id", "in", family.ids)], ["partner_id"], ["__count"]
        )
        counts = dict.fromkeys(self.ids, 0)
        for partner, count in groups:
            while partner:
                if partner.id in counts:
                    counts[partner.id] += count
                partner = partner.parent_id
        for partner in self:
            partner.billing_subscription_count = counts.get(partner.id, 0)

    def _get_entitlements(self, day, company):
        """What each customer may use on a day, by all its contracts with a company.

        Contracts of a company's contacts are the company's, so all of them get the same answer.

        :param date day: the day to ask for, past or to come
        :param company: ``res.company`` that serves
        :return: dict of partner id -> dict of feature code -> Decimal, as of
            ``billing.subscription._get_entitlements()``
        """
        combine = self.env["billing.feature"]._get_combine()
        owned = self._get_entitling_contracts(company)
        facts = self.env["billing.subscription"].concat(*owned.values())._get_entitlement_facts()
        return {
            partner.id: customer_on(
                [facts[contract.id] for contract in owned[partner.commercial_partner_id]],
                day,
                combine,
            )
            for partner in self
        }

    def _get_entitling_contracts(self, company):
        """Contracts with a company that left draft, by commercial partner."""
        customers = self.commercial_partner_id
        found = (
            self.env["billing.subscription"]
            .sudo()
            .search(
                [
                    ("partner_id.commercial_partner_id", "in", customers.ids),
                    ("company_id", "=", company.id),
                    ("state", "!=", "draft"),
                ],
                order="id",
            )
        )
        grouped = found.grouped(lambda contract: contract.partner_id.commercial_partner_id)
        return {customer: grouped.get(customer, found.browse()) for customer in customers}

    def action_view_entitlements(self):
        """What the customer may use."""
        self.ensure_one()
        return self.env["billing.entitlement.answer"]._open(partner=self.commercial_partner_id)

    def action_view_billing_subscriptions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.action_billing_subscription"
        )
        return action | {
            "domain": [("partner_id", "child_of", self.id)],
            "context": {"default_partner_id": self.id},
        }
