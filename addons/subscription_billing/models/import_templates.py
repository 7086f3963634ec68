from odoo import api, models

FOLDER = "/subscription_billing/static/templates"


class BillingPlan(models.Model):
    _inherit = "billing.plan"

    @api.model
    def get_import_templates(self):
        label = self.env._("Import Template for Plans with Charges and Tiers")
        return [{"label": label, "template": f"{FOLDER}/plans.csv"}]


class BillingSubscription(models.Model):
    _inherit = "billing.subscription"

    @api.model
    def get_import_templates(self):
        label = self.env._("Import Template for Contracts")
        return [{"label": label, "template": f"{FOLDER}/contracts.csv"}]


class BillingPriceChange(models.Model):
    _inherit = "billing.price.change"

    @api.model
    def get_import_templates(self):
        label = self.env._("Import Template for Planned Prices")
        return [{"label": label, "template": f"{FOLDER}/planned_prices.csv"}]
