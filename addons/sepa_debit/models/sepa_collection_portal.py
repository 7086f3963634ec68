from odoo import models
from odoo.tools import format_amount, format_date


class SepaCollection(models.Model):
    """What customers read of a debit on their pages."""

    _inherit = "sepa.collection"

    def _get_portal_facts(self):
        self.ensure_one()
        return {
            "amount": format_amount(self.env, self.amount, self.currency_id),
            "date": format_date(self.env, self.collect_on),
        }

    def _get_portal_short_text(self):
        """Return amount and day of a debit whose account is said elsewhere."""
        return self.env._("Debit of %(amount)s on %(date)s", **self._get_portal_facts())

    def _get_portal_text(self):
        """Return one sentence with amount, day and account, in the language of the environment."""
        facts = {**self._get_portal_facts(), "account": self.mandate_id._get_account_end()}
        if self.state == "submitted":
            return self.env._(
                "Your bank has the order to debit %(amount)s on %(date)s from the account "
                "ending in %(account)s.",
                **facts,
            )
        return self.env._(
            "%(amount)s will be debited on %(date)s from the account ending in %(account)s.",
            **facts,
        )
