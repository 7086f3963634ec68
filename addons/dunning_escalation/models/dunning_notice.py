from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

TRANSITIONS = {
    "proposed": ("issued", "cancelled"),
    "issued": ("delivered", "cancelled"),
    "delivered": (),
    "cancelled": (),
}


class DunningNotice(models.Model):
    """A letter to a customer about everything that is overdue."""

    _name = "dunning.notice"
    _description = "Dunning Letter"
    _inherit = ["mail.thread", "mail.activity.mixin", "portal.mixin", "billing.delivery.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True

    _delivery_noun = "dunning_notice"

    name = fields.Char(default="/", readonly=True, copy=False, index="trigram")
    company_id = fields.Many2one("res.company", required=True, index=True, readonly=True)
    business_unit_id = fields.Many2one(
        "billing.business.unit", index="btree_not_null", readonly=True
    )
    partner_id = fields.Many2one("res.partner", "Recipient", required=True, index=True)
    commercial_partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, readonly=True
    )
    run_id = fields.Many2one("dunning.run", index="btree_not_null", readonly=True)
    policy_id = fields.Many2one("dunning.policy", readonly=True, ondelete="restrict")
    level_id = fields.Many2one(
        "dunning.level", readonly=True, ondelete="restrict", help="The highest of its invoices."
    )
    date = fields.Date(required=True, readonly=True)
    deadline = fields.Date("To Be Paid Until", readonly=True)
    delivered_on = fields.Date(readonly=True)
    channel = fields.Selection(
        selection=lambda self: (
            self.env["dunning.level"]._fields["channel"]._description_selection(self.env)
        ),
        required=True,
        default="customer",
    )
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("issued", "On Its Way"),
            ("delivered", "Delivered"),
            ("cancelled", "Cancelled"),
        ],
        default="proposed",
        required=True,
        readonly=True,
        index=True,
        tracking=True,
    )
    skip_reason = fields.Char(readonly=True)
    line_ids = fields.One2many("dunning.notice.line", "notice_id", "Items", readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount_open = fields.Monetary("Open", readonly=True, help="Of the invoices it lists.")
    amount_credit = fields.Monetary("Credits", readonly=True)
    amount_interest = fields.Monetary("Interest", readonly=True)
    amount_fee = fields.Monetary("Fees", readonly=True, help="Fees and lump sums.")
    amount_total = fields.Monetary("Total", readonly=True)
    fee = fields.Monetary(readonly=True, help="The fee of this letter alone.")
    claim_ids = fields.One2many("dunning.claim", "notice_id", "Charges", readonly=True)
    responsible_id = fields.Many2one("res.users", related="policy_id.user_id")

    @api.depends("name", "level_id.name", "commercial_partner_id.name")
    def _compute_display_name(self):
        for notice in self:
            number = "" if notice.name in (False, "/") else notice.name
            parts = (number, notice.commercial_partner_id.name, notice.level_id.name)
            notice.display_name = " · ".join(filter(None, parts))

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for notice in self:
            notice.access_url = f"/my/dunning/{notice.id}"
        return result

    # === STATES === #

    def _set_state(self, state, **values):
        """Change the state; the only writer of it. Whose state does not allow it are left out.

        :return: those that changed
        """
        changed = self.filtered(lambda notice: state in TRANSITIONS[notice.state])
        changed.write({"state": state, **values})
        changed.line_ids._refresh_pending()
        return changed

    def _cancel(self, reason):
        """Nothing of these letters leaves the house any more."""
        changed = self._set_state("cancelled", skip_reason=reason)
        changed._cancel_delivery(reason)
        changed.sudo().activity_ids.unlink()
        return changed

    # === PEOPLE === #

    def action_propose(self):
        """Prepare the letters of today and show them."""
        return self.env["dunning.run"].action_propose()

    def action_issue(self):
        """Send what somebody has looked at."""
        self.check_access("write")
        today_of = {notice: notice._get_today() for notice in self}
        for today in set(today_of.values()):
            self.filtered(lambda n, day=today: today_of[n] == day).sudo()._issue(today)

    def action_skip(self):
        """Ask why this letter is not sent."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Skip Letters"),
            "res_model": "dunning.notice.skip",
            "view_mode": "form",
            "target": "new",
            "context": {"default_notice_ids": self.ids},
        }

    def action_hold(self):
        """Ask until when and why the customer is not dunned."""
        self.ensure_one()
        return self.env["dunning.hold"]._open_new(
            partner_id=self.commercial_partner_id.id, company_id=self.company_id.id
        )

    def action_done(self):
        """The call was made, or the task done: it counts as delivered."""
        self.check_access("write")
        waiting = self.filtered(lambda n: n.state == "issued" and n.channel in ("task", "call"))
        if not waiting:
            raise UserError(
                self.env._(
                    "Only calls and tasks are marked as done by hand. For letters see "
                    "“Deliveries”."
                )
            )
        waiting.sudo()._delivered_hook()

    def action_preview(self):
        """The letter as the customer will see it."""
        self.ensure_one()
        return self.env.ref("dunning_escalation.action_report_notice").report_action(self)

    def action_view_claims(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dunning_escalation.action_dunning_claim"
        )
        return action | {"domain": [("notice_id", "=", self.id)], "context": {}}

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        if self.filtered(lambda notice: notice.state in ("issued", "delivered")):
            raise UserError(
                self.env._(
                    "Letters that have been sent are kept as proof. Cancel what has not left."
                )
            )

    # === FACTS === #

    def _get_today(self):
        self.ensure_one()
        return self.commercial_partner_id._get_billing_today(self.company_id)

    @api.model
    def _get_last_letters(self, company, partners):
        """Days of the last delivered letters after due dates.

        :return: dict of customer id -> dict of unit id or None -> date
        """
        if not partners:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT n.commercial_partner_id, n.business_unit_id, MAX(n.delivered_on)
                     FROM dunning_notice n JOIN dunning_level l ON l.id = n.level_id
                    WHERE n.company_id = %s AND n.commercial_partner_id IN %s
                      AND n.state = 'delivered' AND l.days >= 0
                 GROUP BY 1, 2""",
                company.id,
                tuple(partners.ids),
            )
        )
        found = {}
        for partner_id, unit_id, day in rows:
            found.setdefault(partner_id, {})[unit_id] = day
        return found

    def _get_lines(self, kind=None):
        """What the letter lists: nothing that was settled before it left."""
        lines = self.line_ids.filtered(lambda line: not line.is_dropped)
        return lines.filtered(lambda line: line.kind == kind) if kind else lines
