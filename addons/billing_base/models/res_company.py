import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.today import billing_date


class ResCompany(models.Model):
    _inherit = "res.company"

    is_billing_sandbox = fields.Boolean(
        "Billing Sandbox",
        help="A company for trying things out, without real customers: test clocks may move "
        "the date of a customer here.",
    )

    def _get_billing_today(self):
        """Return the date that counts as today for this company.

        The only place in the suite where the real clock is read. The time zone is that of the
        company's contact; without one that of its country, if the whole country keeps one clock;
        otherwise UTC. It does not depend on the user: a run started by hand and the nightly one
        bill the same day.

        For documents of a customer ask ``partner._get_billing_today(company)``.
        """
        self.ensure_one()
        company = self.sudo()
        name = company.partner_id.tz
        zones = pytz.country_timezones.get(company.country_id.code or "", [])
        return billing_date(
            fields.Datetime.now(),
            pytz.timezone(name) if name else None,
            [pytz.timezone(zone) for zone in zones],
        )

    @api.constrains("is_billing_sandbox")
    def _check_sandbox_clocks(self):
        closed = self.filtered(lambda company: not company.is_billing_sandbox)
        clocks = self.env["billing.test.clock"].sudo()
        clock = clocks.search([("company_id", "in", closed.ids)], limit=1)
        if clock:
            raise ValidationError(
                self.env._(
                    "%(company)s still has test clocks. Delete them before you end the sandbox.",
                    company=clock.company_id.display_name,
                )
            )
