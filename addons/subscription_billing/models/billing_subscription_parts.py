from odoo import models
from odoo.exceptions import UserError


class BillingSubscription(models.Model):
    """Changes of what a contract is made of: its options, and whose it is."""

    _inherit = "billing.subscription"

    def _add_option(self, charge, quantity, effective):
        """Add an option of the contract's terms from a day on.

        :param charge: ``billing.charge`` of the contract's version
        :param float quantity: quantity of the option
        :param date effective: first day with the option
        :raises UserError: contract not running, a charge of other terms, or there already
        :return: the new line
        """
        self.ensure_one()
        self._check_can_change(effective)
        if charge.version_id != self.version_id:
            raise UserError(
                self.env._(
                    "Option: %(charge)s does not belong to %(version)s. "
                    "Choose one of its charges.",
                    charge=charge.name,
                    version=self.version_id.display_name,
                )
            )
        if self._get_lines_after(effective).filtered(lambda line: line.charge_id == charge):
            raise UserError(
                self.env._(
                    "Option: %(contract)s has %(charge)s already. Change its quantity instead.",
                    contract=self.name,
                    charge=charge.name,
                )
            )
        line = self.env["billing.subscription.line"].create(
            {
                "subscription_id": self.id,
                "charge_id": charge.id,
                "quantity": quantity,
                "start_date": effective,
            }
        )
        self._log_change("option_added", effective, self.env._("%s added.", charge.name))
        return line

    def _remove_option(self, charge, effective):
        """Take an option out from a day on; paid time is given back.

        :raises UserError: the contract has no such charge on that day
        """
        self.ensure_one()
        self._check_can_change(effective)
        lines = self._get_lines_after(effective).filtered(lambda line: line.charge_id == charge)
        if not lines:
            raise UserError(
                self.env._(
                    "Option: %(contract)s has no %(charge)s on that day.",
                    contract=self.name,
                    charge=charge.name,
                )
            )
        lines._end(effective)
        self._log_change("option_removed", effective, self.env._("%s removed.", charge.name))

    def _transfer(self, partner, effective):
        """Hand the contract over to another customer from a day on.

        Documents of a contract belong to one customer: this contract ends, its paid rest goes
        back to the old customer, and an equal one with the same billing days goes on.

        :param partner: the new customer, ``res.partner``
        :param date effective: first day of the new customer
        :return: the contract of the new customer
        """
        self.ensure_one()
        lines = self._get_lines_after(effective).filtered(
            lambda line: line.charge_id.recurrence != "once"
        )
        following = self.copy({"partner_id": partner.id, "start_date": effective, "line_ids": []})
        following.line_ids.unlink()
        for line in lines:
            line.copy(
                {
                    "subscription_id": following.id,
                    "start_date": False,
                    "end_date": line.end_date,
                }
            )
        self._cancel(effective, for_cause=True)
        following._continue(self, effective)
        self._log_change("transferred", effective, self.env._("Handed over to %s.", partner.name))
        return following

    def _continue(self, former, effective):
        """Start with the grid of periods of the former contract."""
        self.ensure_one()
        self._activate(effective)
        trial_end = former.trial_end_date
        self.write(
            {
                "anchor_date": former.anchor_date,
                "trial_end_date": trial_end if trial_end and trial_end > effective else False,
                "billing_day": former.billing_day,
            }
        )
        for line in self.line_ids:
            line.anchor_date = line._get_grid_anchor()
