from odoo import api, fields, models
from odoo.tools import format_date

from ..core import entitlements as rules


class BillingEntitlementAnswer(models.TransientModel):
    """What a customer may use on a day, where it comes from, and when it changes next."""

    _name = "billing.entitlement.answer"
    _description = "What a Customer May Use"

    partner_id = fields.Many2one("res.partner", string="Customer", required=True, readonly=True)
    subscription_id = fields.Many2one("billing.subscription", string="Contract", readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    date = fields.Date(string="On", required=True)
    answer = fields.Html(compute="_compute_answer", sanitize=False)

    @api.model
    def _open(self, partner, subscription=None):
        """The dialog for a customer, or for one of its contracts, as of today."""
        company = subscription.company_id if subscription else self.env.company
        wizard = self.create(
            {
                "partner_id": partner.id,
                "subscription_id": subscription.id if subscription else False,
                "company_id": company.id,
                "date": partner._get_billing_today(company),
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What This Customer May Use"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }

    @api.depends("date", "partner_id", "subscription_id")
    @api.depends_context("lang")
    def _compute_answer(self):
        for wizard in self:
            wizard.answer = self.env["ir.qweb"]._render(
                "subscription_billing.entitlement_answer",
                {"rows": wizard._prepare_rows() if wizard.date else []},
            )

    def _get_contracts(self):
        """The contracts asked for, as far as the user may see them."""
        if self.subscription_id:
            return self.subscription_id._origin
        partner = self.partner_id._origin
        found = partner._get_entitling_contracts(self.company_id)[partner.commercial_partner_id]
        return found.sudo(False)._filtered_access("read")

    def _prepare_rows(self):
        """What is granted on the day and what will be, one dict per feature."""
        self.ensure_one()
        contracts = self._get_contracts()
        facts = contracts._get_entitlement_facts()
        combine = self.env["billing.feature"]._get_combine()
        now = rules.customer_on(facts.values(), self.date, combine)
        changes = rules.changes_after(facts.values(), self.date, combine)
        origins = contracts._get_entitlement_origins(facts, self.date)
        features = self.env["billing.feature"].with_context(active_test=False)
        codes = [*now, *(code for code in changes if code not in now)]
        return [
            self._prepare_row(feature, now, changes, origins)
            for feature in features.search([("code", "in", codes)])
        ]

    def _prepare_row(self, feature, now, changes, origins):
        day, value = changes.get(feature.code, (None, None))
        return {
            "code": feature.code,
            "name": feature.name,
            "is_granted": feature.code in now,
            "value": feature._get_value_text(now.get(feature.code)),
            "origins": origins.get(feature.code, []),
            "next_day": format_date(self.env, day) if day else False,
            "next_value": feature._get_value_text(value) if day else False,
        }


class BillingSubscription(models.Model):
    _inherit = "billing.subscription"

    def action_view_entitlements(self):
        """What the customer may use under this contract."""
        self.ensure_one()
        return self.env["billing.entitlement.answer"]._open(self.partner_id, self)

    def _get_entitlement_origins(self, facts, day):
        """Where features come from on a day, in words: dict of code -> list of texts."""
        origins = {}
        for subscription in self.sudo():
            own = facts[subscription.id]
            for source in rules.sources_on(own, day):
                text = subscription._get_origin_text(own, source, day)
                origins.setdefault(source.code, []).append(text)
        return origins

    def _get_origin_text(self, facts, source, day):
        self.ensure_one()
        if source.line is None:
            version = self.env["billing.plan.version"].browse(rules.terms_on(facts, day)).sudo()
            name = version.plan_id.name
        else:
            line = self.line_ids[source.line]
            name = line.charge_id.name
            if line.quantity != 1:
                name = self.env._("%(count)g × %(charge)s", count=line.quantity, charge=name)
        return self.env._("%(what)s (%(contract)s)", what=name, contract=self.name)
