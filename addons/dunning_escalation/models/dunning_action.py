from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import plaintext2html


class DunningAction(models.Model):
    """What follows from a letter: announced with its date, done, and undone by payment."""

    _name = "dunning.action"
    _description = "Consequence of Dunning"
    _order = "planned_on, id"

    case_id = fields.Many2one("dunning.case", required=True, index=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", "Customer", required=True, index=True)
    company_id = fields.Many2one("res.company", required=True, index=True)
    business_unit_id = fields.Many2one("billing.business.unit", index="btree_not_null")
    move_id = fields.Many2one(related="case_id.move_id")
    level_id = fields.Many2one("dunning.level", required=True, ondelete="restrict")
    kind = fields.Selection(
        selection=lambda self: (
            self.env["dunning.level"]._fields["action"]._description_selection(self.env)
        ),
        required=True,
        readonly=True,
    )
    planned_on = fields.Date(required=True, readonly=True, help="As the letter says.")
    done_on = fields.Date(readonly=True)
    ended_on = fields.Date(readonly=True)
    note = fields.Char(readonly=True, help="Why it has not happened, or what it did.")
    state = fields.Selection(
        [
            ("planned", "Announced"),
            ("done", "In Effect"),
            ("ended", "Lifted"),
            ("cancelled", "Not Needed"),
        ],
        default="planned",
        required=True,
        readonly=True,
        index=True,
    )

    _case_level_uniq = models.UniqueIndex("(case_id, level_id)")

    # === EFFECT === #

    def _perform(self, today):
        """Do what was announced for items that are still to be paid.

        What is held, disputed or being collected waits; so does what takes something away from
        customers who owe less than the policy's minimum.
        """
        for company, actions in self.grouped("company_id").items():
            rows = self.env["dunning.decision"]._get_rows(company, actions.partner_id, today)
            for action in actions:
                own = rows.get(action.partner_id.id, [])
                if obstacle := action._get_obstacle(own, today):
                    action.note = obstacle
                else:
                    getattr(action, f"_perform_{action.kind}")(today)
                    action.write({"state": "done", "done_on": today, "note": False})

    def _get_obstacle(self, rows, today):
        """Why this does not happen today, in words; False when it may."""
        self.ensure_one()
        row = next((row for row in rows if row.line_id == self.case_id.line_id.id), None)
        if row is None or self.case_id.state != "open":
            return self.env._("The invoice is settled.")
        if row.is_held:
            return self.env._("Rests: %s", row.hold_reason)
        if row.get_item().demanded <= 0:
            return self.env._("The amount is disputed or being collected.")
        if self.kind in self._get_kinds_with_minimum():
            owed = sum((r.worth for r in rows if not r.is_credit and r.due < today), Decimal(0))
            owed += sum((r.worth_residual for r in rows if r.is_credit), Decimal(0))
            if owed < Decimal(str(self.case_id.policy_id.action_minimum)):
                return self.env._("The customer owes less than the minimum for it.")
        return False

    @api.model
    def _get_kinds_with_minimum(self):
        """Kinds of actions that take something away from the customer.

        Contract: addons that add some extend the set of super.
        """
        return set()

    def _perform_task(self, today):
        """Somebody has to decide."""
        for action in self:
            notice = action.case_id.notice_line_ids.notice_id.sorted("id")[-1:]
            user = action.case_id.policy_id.user_id
            notice.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=today,
                user_id=(user or self.env.user).id,
                summary=self.env._("Decide what follows"),
                note=plaintext2html(
                    self.env._(
                        "%(invoice)s has reached “%(level)s” and is still not paid.",
                        invoice=action.move_id.name,
                        level=action.level_id.name,
                    )
                ),
            )

    def _perform_hand_over(self, today):
        self.case_id._hand_over(today)

    # === END === #

    def _end(self, today):
        """The item is settled: nothing more follows, and what was taken away is given back."""
        self.filtered(lambda a: a.state == "planned").write({"state": "cancelled"})
        for action in self.filtered(lambda a: a.state == "done"):
            # What cannot be taken back stays as it is: a task was done, a contract has ended.
            if undo := getattr(action, f"_undo_{action.kind}", None):
                undo(today)
                action.write({"state": "ended", "ended_on": today})

    def _resume(self, today):
        """The item is open again: the customer is given the days of the level once more."""
        for action in self.filtered(lambda a: a.state in ("cancelled", "ended")):
            action.write(
                {
                    "state": "planned",
                    "planned_on": today + timedelta(days=action.level_id.action_days),
                    "done_on": False,
                    "ended_on": False,
                }
            )

    def _undo_hand_over(self, today):
        self.case_id.handed_over_on = False


class DunningCase(models.Model):
    _inherit = "dunning.case"

    def _plan_action(self, level, today):
        """Announce what follows from a level that was delivered."""
        if level.action == "none":
            return
        self.env["dunning.action"].sudo().create(
            [
                {
                    "case_id": case.id,
                    "partner_id": case.partner_id.id,
                    "company_id": case.company_id.id,
                    "business_unit_id": case.business_unit_id.id,
                    "level_id": level.id,
                    "kind": level.action,
                    "planned_on": today + timedelta(days=level.action_days),
                }
                for case in self
            ]
        )
