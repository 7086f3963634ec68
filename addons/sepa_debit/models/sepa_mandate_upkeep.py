from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date


class SepaMandate(models.Model):
    """What time does to mandates."""

    _inherit = "sepa.mandate"

    @api.model
    def _run_upkeep(self, company, today):
        """Tell of mandates that are about to lapse, and end those that have."""
        usable = Domain("company_id", "=", company.id) & Domain(
            "state", "in", ("active", "suspended")
        )
        lapsed = self.search(usable & Domain("lapses_on", "<=", today))
        lapsed._set_state("lapsed")
        lapsed.collection_ids._cancel_open(self.env._("The mandate has lapsed."))
        soon = self.search(
            usable
            & Domain("lapse_notice_on", "<=", today)
            & Domain("is_lapse_noticed", "=", False)
        )
        self.env["billing.event"]._record(
            "mandate.lapsing", soon, lambda m: {"reference": m.name, "lapses_on": str(m.lapses_on)}
        )
        for mandate in soon:
            mandate._tell_of_lapse(today)
        soon.is_lapse_noticed = True
        return lapsed | soon

    def _tell_of_lapse(self, today):
        """A message and a task, due before the mandate is gone."""
        text = self.env._(
            "This mandate lapses on %(date)s if nothing is collected before. Collect with it, or "
            "ask %(customer)s for a new one.",
            date=format_date(self.env, self.lapses_on),
            customer=self.partner_id.display_name,
        )
        self.message_post(body=text)
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=today,
            summary=self.env._("Mandate is about to lapse"),
            note=text,
            user_id=self._get_responsible().id,
        )

    def _get_responsible(self):
        """Return who looks after the customer, else who entered the mandate."""
        partner, owner = self.partner_id, self.create_uid
        people = partner.user_id | partner.commercial_partner_id.user_id | owner
        return people.filtered(lambda u: u.active and u._is_internal())[:1] or self.env.user
