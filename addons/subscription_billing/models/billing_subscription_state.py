from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..core.alignment import AlignmentType
from ..core.errors import BillingRuleError
from ..core.lifecycle import State, check_transition
from .billing_subscription import RUNNING_STATES


class BillingSubscription(models.Model):
    """The life of a contract: every change of state goes through ``_set_state``."""

    _inherit = "billing.subscription"

    def _check_can_activate(self):
        """Refuse contracts that could never be billed, naming what is missing.

        :raises UserError: the contract has no lines
        """
        self.ensure_one()
        if not self.line_ids:
            raise UserError(
                self.env._(
                    "%(contract)s has no lines: add a charge of the plan %(plan)s first.",
                    contract=self.name,
                    plan=self.plan_id.name,
                )
            )

    def _activate(self, today):
        self.ensure_one()
        trial_days = self.version_id.trial_days
        first_charged = self.start_date + timedelta(days=trial_days)
        in_trial = bool(trial_days) and today < first_charged
        state = State.TRIAL if in_trial else State.ACTIVE
        self._set_state(
            state,
            anchor_date=self._get_anchor(self.version_id, first_charged),
            trial_end_date=first_charged if trial_days else False,
        )
        self.line_ids._fix_anchor()

    def _get_anchor(self, version, first_charged):
        """The day from which anniversaries count: the start of the contract.

        Only where terms with a trial follow the anniversary it is the end of the trial: the first
        period that costs something is a full one.
        """
        self.ensure_one()
        is_anniversary = version.alignment == AlignmentType.ANNIVERSARY.value
        return first_charged if is_anniversary else self.start_date

    def _set_state(self, state, **values):
        """The only writer of ``state``; records the fact in the outbox.

        :param State state: the new state
        :param values: further fields to write in the same step
        :raises UserError: the transition is not allowed
        """
        for subscription in self:
            try:
                check_transition(State(subscription.state), state)
            except BillingRuleError as error:
                raise UserError(subscription._get_transition_message(state)) from error
        self.write({"state": state.value, **values})
        self.env["billing.event"]._record(f"subscription.{state.value}", self)

    def _get_transition_message(self, state):
        self.ensure_one()
        labels = dict(self._fields["state"]._description_selection(self.env))
        return self.env._(
            "%(contract)s is in state “%(old)s” and cannot change to “%(new)s”.",
            contract=self.name,
            old=labels[self.state],
            new=labels[state.value],
        )

    def _run_lifecycle(self, today, domain):
        """Move contracts whose time has come: trials to active, past ends to ended.

        A contract ends when its end is reached and nothing is left to bill.

        :param date today: the day to act for
        :param Domain domain: the contracts to look at
        """
        self._run_pauses(today, domain)
        trials = self.search(
            domain & Domain("state", "=", "trial") & Domain("trial_end_date", "<=", today)
        )
        trials._set_state(State.ACTIVE)
        over = self.search(
            domain
            & Domain("state", "in", RUNNING_STATES)
            & Domain("end_date", "<=", today)
            & Domain("next_billing_date", "=", False)
        )
        over._set_state(State.ENDED)

    def _run_pauses(self, today, domain):
        """Show as paused what is held today, and let go on what is not held any more."""
        held = (
            Domain("hold_ids", "any", Domain("start_date", "<=", today)
            & (Domain("end_date", "=", False) | Domain("end_date", ">", today)))
        )  # fmt: skip
        running = domain & Domain("state", "in", ("trial", "active"))
        self.search(running & held)._set_state(State.PAUSED)
        paused = self.search(domain & Domain("state", "=", "paused") & ~held)
        in_trial = paused.filtered(lambda sub: sub.trial_end_date and sub.trial_end_date > today)
        in_trial._set_state(State.TRIAL)
        (paused - in_trial)._set_state(State.ACTIVE)
