from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date, plaintext2html

from ..core.lifecycle import State
from .billing_subscription_credit import MANAGER

APPROVAL_ACTIVITY = "subscription_billing.mail_activity_credit_approval"


class BillingPlan(models.Model):
    _inherit = "billing.plan"

    activation = fields.Selection(
        [("at_once", "At once"), ("paid", "When the first invoice is paid")],
        string="Contracts Start",
        default="at_once",
        required=True,
        help="When the first invoice is paid: until then the contract waits, and the customer "
        "may not use anything.",
    )
    payment_days = fields.Integer(
        string="Days to Pay",
        default=14,
        help="A contract whose first invoice is not paid after so many days is given up, and its "
        "invoice reversed. Zero: it waits for ever.",
    )

    _payment_days_not_negative = models.Constraint(
        "CHECK (payment_days >= 0)", "Days to Pay: enter zero or more."
    )


class BillingSubscription(models.Model):
    """What a contract waits for before it starts: a payment, or somebody's approval.

    A contract that waits is a draft. One that waits for a payment has its first invoice already;
    it starts when that is settled, which is more than being paid: money that is still under way
    does not count.
    """

    _inherit = "billing.subscription"

    waiting_for = fields.Selection(
        [("payment", "Payment"), ("approval", "Approval")],
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="What a draft waits for before it starts by itself.",
    )
    waiting_reason = fields.Text(string="Why Waiting", readonly=True, copy=False)
    waiting_until = fields.Date(
        readonly=True, copy=False, help="The first day on which it is given up. Empty: never."
    )
    access_start_date = fields.Date(
        string="Usable From",
        readonly=True,
        copy=False,
        help="From when on the customer may use it, where that is later than the start.",
    )
    is_prepaid = fields.Boolean(
        string="Start When Paid",
        help="The contract starts when its first invoice is paid, whatever the plan says.",
    )

    def action_activate(self):
        """Start the contracts, or have them wait for what they need first."""
        for subscription in self:
            subscription._check_can_activate()
        for subscription in self:
            today = subscription.partner_id._get_billing_today(subscription.company_id)
            subscription._start(today)
        return True

    def _start(self, today):
        """Activate the contract, or say what it waits for.

        The one way into service for contracts that people or orders conclude.
        """
        self.ensure_one()
        problem = None
        if not self.credit_approval:
            problem = self._check_credit(self._get_first_amount())
        if problem and self.company_id.billing_credit_policy == "approval":
            self._wait_for_approval(problem)
        elif problem or self.is_prepaid or self.plan_id.activation == "paid":
            self._wait_for_payment(today, problem)
        else:
            self._activate(today)

    def _get_first_amount(self):
        """What the first period and all that comes once cost, before taxes."""
        self.ensure_one()
        return sum(self.line_ids.filtered(lambda line: not line.end_date).mapped("amount"))

    # === APPROVAL === #

    def _wait_for_approval(self, problem):
        self.write({"waiting_for": "approval", "waiting_reason": problem})
        self._message_log(body=self.env._("Waits for approval. %s", problem))
        if not self.activity_search([APPROVAL_ACTIVITY]):
            self.activity_schedule(
                APPROVAL_ACTIVITY,
                user_id=self._get_approver().id,
                note=plaintext2html(problem),
            )

    def _get_approver(self):
        """The billing manager who is asked: the responsible person where it is one."""
        self.ensure_one()
        managers = (
            self.env.ref(MANAGER)
            .sudo()
            .all_user_ids.filtered(
                lambda user: self.company_id in user.company_ids and user._is_internal()
            )
        )
        return self.user_id if self.user_id in managers else managers.sorted("id")[:1]

    def action_release(self):
        """Ask a manager for the reason to start it all the same."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Start All the Same"),
            "res_model": "billing.subscription.release",
            "view_mode": "form",
            "target": "new",
            "context": {"default_subscription_id": self.id},
        }

    def _approve(self, reason):
        """Let a waiting contract start in spite of its customer's credit limit.

        A contract that waits for its payment starts at once; one that waits for approval goes on
        as its plan says.

        :param str reason: kept on the contract
        :raises UserError: not a manager, or the contract does not wait
        """
        self.ensure_one()
        if not (self.env.su or self.env.user.has_group(MANAGER)):
            raise UserError(
                self.env._("Only billing managers can let %s start. Ask one of them.", self.name)
            )
        if not self.waiting_for:
            raise UserError(
                self.env._("%s does not wait for anything. Reload the page.", self.name)
            )
        waited_for, problem = self.waiting_for, self.waiting_reason
        today = self.partner_id._get_billing_today(self.company_id)
        self._log_approval(problem, reason)
        self.activity_unlink([APPROVAL_ACTIVITY])
        self._stop_waiting()
        if waited_for == "payment":
            self._activate_late(today)
        else:
            self._start(today)

    def _stop_waiting(self):
        self.write({"waiting_for": False, "waiting_reason": False, "waiting_until": False})

    # === PAYMENT === #

    def _wait_for_payment(self, today, problem=None):
        """Bill the first period now and start when it is settled."""
        self.ensure_one()
        days = self.plan_id.payment_days
        begin = max(today, self.start_date)
        reason = self.env._("Starts when the first invoice is paid.")
        if problem:
            reason = f"{problem} {reason}"
        self.write(
            {
                "waiting_for": "payment",
                "waiting_reason": reason,
                "waiting_until": begin + timedelta(days=days) if days else False,
            }
        )
        self._message_log(body=reason)
        self._bill_first(today)

    def _bill_first(self, today):
        """Make the first invoice once the contract has begun; without one there is no wait."""
        self.ensure_one()
        if self.start_date > today:
            return
        self._fix_start(today)
        moves = self.sudo()._bill(today)
        is_free = not moves or all(move._is_settled() for move in moves)
        # An invoice that was settled while it was posted has started the contract by itself.
        if is_free and self.waiting_for:
            self._stop_waiting()
            self._activate_late(today)

    def _fix_start(self, today):
        """Fix the grid of periods, as the activation is going to find it again."""
        self.ensure_one()
        trial_days = self.version_id.trial_days
        first_charged = self.start_date + timedelta(days=trial_days)
        self.write(
            {
                "anchor_date": self._get_anchor(self.version_id, first_charged),
                "trial_end_date": first_charged if trial_days else False,
            }
        )
        self.line_ids._fix_anchor()

    def _activate_late(self, today):
        """Activate; what the customer may use begins today, not at the start that has passed."""
        self.ensure_one()
        if today > self.start_date:
            self.access_start_date = today
        self._activate(today)

    def _settle_first(self):
        """Start those whose first invoices are settled."""
        for subscription in self.filtered(lambda sub: sub.waiting_for == "payment"):
            moves = subscription.period_ids.filtered(lambda row: not row.voided).move_id
            if moves and all(move._is_settled() for move in moves):
                today = subscription.partner_id._get_billing_today(subscription.company_id)
                subscription._stop_waiting()
                subscription._message_log(body=self.env._("The first invoice is paid."))
                subscription._activate_late(today)

    # === GIVING UP === #

    def action_give_up(self):
        """End contracts that wait, without having started."""
        for subscription in self:
            if not subscription.waiting_for:
                raise UserError(
                    self.env._(
                        "%s does not wait for anything. Reload the page.", subscription.name
                    )
                )
            today = subscription.partner_id._get_billing_today(subscription.company_id)
            subscription._give_up(today, self.env._("Given up before it started."))
        return True

    def _give_up(self, today, reason):
        """End a contract that never started: its invoices are reversed, nothing is left due."""
        self.ensure_one()
        contract = self.sudo()
        rows = contract.period_ids.filtered(lambda row: not row.voided)
        moves = rows.move_id
        drafts = moves.filtered(lambda move: move.state == "draft")
        drafts.button_cancel()
        posted = moves.filtered(lambda move: move.state == "posted")
        if posted:
            values = [{"invoice_date": today, "ref": reason} for _move in posted]
            posted._reverse_moves(values, cancel=True)
        rows.filtered(lambda row: not row.voided)._void()
        contract.activity_unlink([APPROVAL_ACTIVITY])
        contract._stop_waiting()
        contract._message_log(body=reason)
        contract._set_state(State.ENDED, anchor_date=False, trial_end_date=False)

    def _run_lifecycle(self, today, domain):
        """Bill those that wait for their first day, and give up those that waited too long."""
        result = super()._run_lifecycle(today, domain)
        waiting = self.search(
            domain & Domain("state", "=", "draft") & Domain("waiting_for", "=", "payment")
        )
        unbilled = waiting.filtered(lambda sub: sub.start_date <= today and not sub.period_ids)
        runs = self.env["billing.run"]
        runs._isolate(
            unbilled,
            lambda part: [sub._bill_first(today) for sub in part],
            lambda sub, error: sub._set_billing_error(
                self.env["billing.run.error"]._get_reason(error), today
            ),
        )
        over = (waiting - unbilled).filtered(
            lambda sub: sub.waiting_until and sub.waiting_until <= today
        )
        for subscription in over.filtered(lambda sub: not sub._has_payment_under_way()):
            subscription._give_up(
                today,
                self.env._(
                    "Given up: not paid before %s.",
                    format_date(self.env, subscription.waiting_until),
                ),
            )
        return result

    def _has_payment_under_way(self):
        """Whether somebody is collecting the first invoice, or has paid a part of it."""
        self.ensure_one()
        items = self.sudo().period_ids.move_id._get_open_items()
        return any(items._get_amount_in_collection().values()) or any(
            items.currency_id.compare_amounts(abs(item.amount_residual), abs(item.balance)) != 0
            for item in items[:1]
        )

    # === GUARDS === #

    def write(self, vals):
        """What the first invoice says stays as it is while it waits to be paid."""
        fixed = {"start_date", "plan_id", "version_id", "partner_id", "currency_id"} & vals.keys()
        if fixed:
            for subscription in self:
                if subscription.waiting_for == "payment" and subscription.period_ids:
                    raise UserError(
                        self.env._(
                            "%s waits for its first invoice to be paid and cannot be edited. "
                            "Give it up and conclude a new contract.",
                            subscription.name,
                        )
                    )
        return super().write(vals)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _settled_hook(self):
        result = super()._settled_hook()
        periods = self.env["billing.period"].sudo().search([("move_id", "in", self.ids)])
        waiting = periods.subscription_id.filtered(lambda sub: sub.waiting_for == "payment")
        waiting._settle_first()
        return result
