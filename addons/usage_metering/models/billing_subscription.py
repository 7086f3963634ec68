import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.base.models.res_partner import _tz_get


class BillingSubscription(models.Model):
    """By which clock the usage of a contract is counted."""

    _inherit = "billing.subscription"

    is_metered = fields.Boolean(compute="_compute_is_metered")
    usage_tz = fields.Selection(
        _tz_get,
        string="Time Zone of Usage",
        compute="_compute_usage_tz",
        store=True,
        precompute=True,
        readonly=False,
        help="Days of usage begin and end by this clock.",
    )

    @api.depends("line_ids.charge_id.meter_id")
    def _compute_is_metered(self):
        for contract in self:
            contract.is_metered = bool(contract.line_ids.charge_id.meter_id)

    @api.depends("partner_id", "company_id")
    def _compute_usage_tz(self):
        """The customer's clock, otherwise that of the company or of its country."""
        for contract in self:
            contract.usage_tz = (
                contract.usage_tz or contract.partner_id.tz or contract._get_company_tz()
            )

    def _get_company_tz(self):
        company = self.company_id.sudo()
        zones = pytz.country_timezones.get(company.country_id.code or "", [])
        return company.partner_id.tz or (zones[0] if zones else "UTC")

    def _get_nothing_text(self):
        """A contract of usage alone has no next invoice until something is used."""
        if self.is_metered and self.next_billing_date:
            return self.env._(
                "Usage is invoiced when its period is over. Nothing was used so far that costs "
                "anything."
            )
        return super()._get_nothing_text()

    def _get_usage_zone(self):
        return pytz.timezone(self.usage_tz or "UTC")

    def write(self, vals):
        if "usage_tz" in vals:
            self._check_usage_tz(vals["usage_tz"])
        return super().write(vals)

    def _check_usage_tz(self, name):
        """Refuse to move the days of usage once some of it was billed.

        :raises UserError: names the contract
        """
        changed = self.filtered(lambda contract: contract.usage_tz != name)
        rows = changed.sudo().period_ids.filtered(lambda row: row.line_id.meter_id)
        if rows:
            raise UserError(
                self.env._(
                    "Time Zone of Usage: usage of %s was billed already by this clock, so it "
                    "stays.",
                    rows[0].subscription_id.name,
                )
            )
