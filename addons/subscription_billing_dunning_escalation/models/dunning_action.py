from odoo import fields, models
from odoo.tools import format_date


class DunningAction(models.Model):
    """What unpaid contracts lose, and get back with the payment.

    Only contracts on the unpaid invoice are touched: others of the customer are paid. Each level
    holds under a code of its own, so that two levels, and two unpaid invoices of a contract, never
    lift each other.
    """

    _inherit = "dunning.action"

    subscription_ids = fields.Many2many("billing.subscription", string="Contracts", readonly=True)

    def _get_kinds_with_minimum(self):
        return super()._get_kinds_with_minimum() | {"restrict", "suspend", "cancel"}

    def _get_obstacle(self, rows, today):
        obstacle = super()._get_obstacle(rows, today)
        if obstacle or self.kind not in ("restrict", "suspend", "cancel"):
            return obstacle
        if not self._find_contracts():
            return self.env._("No contract on this invoice is in force.")
        return False

    def _find_contracts(self):
        self.ensure_one()
        return self.move_id.sudo()._get_billing_subscriptions()._get_in_force()

    def _get_hold_code(self):
        self.ensure_one()
        return f"dunning.{self.level_id.id}"

    def _get_origin(self):
        self.ensure_one()
        return self.env._(
            "%(level)s, %(invoice)s", level=self.level_id.name, invoice=self.move_id.name
        )

    # === TAKE AWAY === #

    def _perform_restrict(self, today):
        self._hold_contracts(today, billed=True, withheld=self.level_id.withheld_feature_ids)

    def _perform_suspend(self, today):
        self._hold_contracts(today, billed=self.level_id.is_billed_meanwhile, withheld=None)

    def _hold_contracts(self, today, billed, withheld):
        self.ensure_one()
        contracts = self._find_contracts()
        self.subscription_ids = contracts
        held = contracts._hold(
            self._get_hold_code(), self._get_origin(), billed, today, withheld=withheld
        ).subscription_id
        features = sorted((withheld or self.env["billing.feature"]).mapped("code"))
        self.env["billing.event"]._record(
            "service.restricted",
            held,
            lambda contract: {
                "invoice": self.move_id.name,
                "kind": self.kind,
                "features": features,
                "effective_date": today.isoformat(),
            },
        )
        for contract in held:
            contract._message_log(
                body=self.env._(
                    "Restricted because %(invoice)s is not paid (%(level)s).",
                    invoice=self.move_id.name,
                    level=self.level_id.name,
                )
            )

    def _perform_cancel(self, today):
        """End the contracts for good cause; a later payment does not bring them back."""
        self.ensure_one()
        contracts = self._find_contracts()
        self.subscription_ids = contracts
        for contract in contracts:
            contract._cancel(today, for_cause=True)
            contract._message_log(
                body=self.env._(
                    "Ended on %(date)s because %(invoice)s is not paid (%(level)s).",
                    date=format_date(self.env, today),
                    invoice=self.move_id.name,
                    level=self.level_id.name,
                )
            )

    # === GIVE BACK === #

    def _undo_restrict(self, today):
        self._release_contracts(today)

    def _undo_suspend(self, today):
        self._release_contracts(today)

    def _release_contracts(self, today):
        """Lift the hold of this level, unless another unpaid invoice holds the contract by it."""
        self.ensure_one()
        others = self.sudo().search(
            [
                ("id", "!=", self.id),
                ("state", "=", "done"),
                ("level_id", "=", self.level_id.id),
                ("subscription_ids", "in", self.subscription_ids.ids),
            ]
        )
        free = (self.subscription_ids - others.subscription_ids).sudo()
        released = free._release(self._get_hold_code(), today).subscription_id
        self.env["billing.event"]._record(
            "service.restored",
            released,
            lambda contract: {
                "invoice": self.move_id.name,
                "kind": self.kind,
                "effective_date": today.isoformat(),
            },
        )
        for contract in released:
            contract._message_log(body=self.env._("Restored: %s is settled.", self.move_id.name))
