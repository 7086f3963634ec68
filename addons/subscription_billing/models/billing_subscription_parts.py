from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..core.lifecycle import State
from .billing_subscription_hold import PAUSE


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
        self._check_can_transfer(effective)
        lines = self._get_lines_after(effective).filtered(
            lambda line: line.charge_id.recurrence != "once"
        )
        following = self.copy(
            {
                "partner_id": partner.id,
                "start_date": effective,
                "end_date": self.end_date,
                "is_end_credited": self.is_end_credited,
                "line_ids": [],
            }
        )
        following.line_ids.unlink()
        for line in lines:
            line._copy_to(following, effective)
        self._cancel(effective, for_cause=True)
        following._continue(self, effective)
        self._log_change("transferred", effective, self.env._("Handed over to %s.", partner.name))
        return following

    def _check_can_transfer(self, effective):
        """Refuse a hand-over that would leave the old or the new customer without any day."""
        self._check_can_change(effective + timedelta(days=-1))
        if self.end_date and effective >= self.end_date:
            raise UserError(
                self.env._(
                    "Effective Date: %(contract)s ends on %(date)s. Choose a day before.",
                    contract=self.name,
                    date=format_date(self.env, self.end_date),
                )
            )

    def _continue(self, former, effective):
        """Go on where the former contract stops: trial, billing days and pauses."""
        self.ensure_one()
        trial_end = former.trial_end_date
        in_trial = bool(trial_end) and trial_end > effective
        self._set_state(
            State.TRIAL if in_trial else State.ACTIVE,
            anchor_date=former.anchor_date,
            trial_end_date=trial_end if in_trial else False,
            billing_day=former.billing_day,
        )
        # A pause is a matter of the contract; other holds concern the customer of before.
        for hold in former.hold_ids:
            if hold.code == PAUSE and hold._lasts_beyond(effective):
                start = max(hold.start_date, effective)
                hold.copy({"subscription_id": self.id, "start_date": start})


class BillingSubscriptionLine(models.Model):
    _inherit = "billing.subscription.line"

    def _copy_to(self, following, effective):
        """Go on with the line, its price and its grid of periods in another contract."""
        self.ensure_one()
        # A change that is planned already keeps its day.
        is_planned = self.start_date and self.start_date > effective
        values = {
            "subscription_id": following.id,
            "start_date": self.start_date if is_planned else False,
            "end_date": self.end_date,
            "unit_price": self.unit_price,
        }
        line = self.copy(values)
        line.anchor_date = self.anchor_date
        return line
