import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..core.today import billing_date


class ResCompany(models.Model):
    _inherit = "res.company"

    is_billing_sandbox = fields.Boolean(
        "Billing Sandbox",
        help="A company for trying things out, without real customers: test clocks may move "
        "the date of a customer here, and nothing leaves the house: no email, no payment, no "
        "bank file.",
    )

    def _may_reach_outside(self):
        """Whether documents of this company may leave the database: mail, charges, bank files.

        The one answer to whether a company is real. Addons that talk to somebody ask it where
        they would do so, or call ``_check_may_reach_outside()``, which explains itself. True for
        no company: what belongs to none is not a document of a sandbox.
        """
        return not self.sudo().is_billing_sandbox

    def _check_may_reach_outside(self, what):
        """Refuse to reach outside from a sandbox.

        :param str what: translated, what was to be done, e.g. "Charge the card of Azure Interior"
        :raise UserError: when this company is a sandbox
        """
        if not self._may_reach_outside():
            raise UserError(
                self.env._(
                    "%(what)s is not possible: %(company)s is a billing sandbox, and nothing "
                    "leaves it. Use a company that is no sandbox, or end the sandbox in the "
                    "settings.",
                    what=what,
                    company=self.display_name,
                )
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
