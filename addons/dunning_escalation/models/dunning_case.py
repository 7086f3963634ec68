from odoo import api, fields, models
from odoo.fields import Domain

from ..core.default import DefaultFacts, default_of


class DunningCase(models.Model):
    """How far the dunning of one open item has come.

    Made with the first letter. It ends in the transaction that settles the item, and goes on
    where it was when the item is open again.
    """

    _name = "dunning.case"
    _description = "Dunning Case"
    _order = "due_date, id"
    _check_company_auto = True

    line_id = fields.Many2one(
        "account.move.line", "Open Item", required=True, readonly=True, ondelete="restrict"
    )
    move_id = fields.Many2one("account.move", "Invoice", required=True, readonly=True, index=True)
    partner_id = fields.Many2one("res.partner", "Customer", required=True, index=True)
    company_id = fields.Many2one("res.company", required=True, index=True)
    business_unit_id = fields.Many2one("billing.business.unit", index="btree_not_null")
    currency_id = fields.Many2one("res.currency", required=True)
    amount_residual = fields.Monetary("Open", related="line_id.amount_residual_currency")
    due_date = fields.Date(readonly=True)
    policy_id = fields.Many2one("dunning.policy", readonly=True, index=True, ondelete="restrict")
    level_id = fields.Many2one(
        "dunning.level", readonly=True, help="The highest level that was delivered."
    )
    level_number = fields.Integer(readonly=True)
    reached_on = fields.Date("Delivered On", readonly=True)
    state = fields.Selection(
        [("open", "Open"), ("closed", "Closed")], default="open", readonly=True, index=True
    )
    closed_on = fields.Date(readonly=True)
    closed_reason = fields.Selection(
        [("settled", "Settled"), ("small", "Only a trifle is open"), ("excluded", "Taken out")],
        readonly=True,
    )
    reopened_on = fields.Date(readonly=True)
    reopened_reason = fields.Char(readonly=True)
    handed_over_on = fields.Date(readonly=True)
    default_on = fields.Date(
        "In Default Since", readonly=True, help="Interest runs from the day after."
    )
    default_reason = fields.Selection(
        [
            ("reminder", "A reminder after the due date"),
            ("agreed", "The date was agreed"),
            ("period", "30 days after the invoice"),
        ],
        readonly=True,
    )
    default_evidence = fields.Char(readonly=True, help="The document that proves it.")
    notice_line_ids = fields.One2many("dunning.notice.line", "case_id", "Letters", readonly=True)
    claim_ids = fields.One2many("dunning.claim", "case_id", "Charges", readonly=True)
    action_ids = fields.One2many("dunning.action", "case_id", "What Followed", readonly=True)

    _line_uniq = models.UniqueIndex("(line_id)")

    @api.depends("move_id.name", "level_id.name")
    def _compute_display_name(self):
        for case in self:
            case.display_name = " · ".join(filter(None, (case.move_id.name, case.level_id.name)))

    def _get_today(self):
        self.ensure_one()
        return self.partner_id._get_billing_today(self.company_id)

    def _by_day(self):
        """Pairs of a day and the cases whose today it is: one, unless customers have clocks."""
        days = {}
        for (company, partner), cases in self.grouped(
            lambda case: (
                case.company_id,
                case.partner_id if case.company_id.is_billing_sandbox else None,
            )
        ).items():
            day = (partner or self.env["res.partner"])._get_billing_today(company)
            days[day] = days.get(day, self.browse()) | cases
        return days.items()

    # === A LETTER ARRIVED === #

    def _reach(self, level, today, evidence):
        """The letter of ``level`` to these cases was delivered on ``today``."""
        cases = self.filtered(lambda case: case.level_number < level.number)
        cases.write({"level_id": level.id, "level_number": level.number, "reached_on": today})
        if not level._is_before_due():
            cases._begin_default(today, evidence)
        cases._plan_action(level, today)
        self.env["billing.event"]._record(
            "dunning.stage_changed", cases, lambda case: case._prepare_payload()
        )

    @api.model
    def _find_defaults(self, rows):
        """Since when debtors are in default without any reminder.

        :param rows: ``ItemRow`` of ``dunning.decision`` that have no case yet
        :return: dict of journal item id -> values of the case
        """
        received = self._get_received_days([row.move_id for row in rows])
        policies = self.env["dunning.policy"].sudo().browse({row.policy_id for row in rows})
        terms = {policy.id: (policy.is_date_agreed, policy.is_period_told) for policy in policies}
        values = {}
        for row in rows:
            is_date_agreed, is_period_told = terms[row.policy_id]
            found = default_of(
                DefaultFacts(
                    due=row.due,
                    is_date_agreed=is_date_agreed,
                    is_period_told=is_period_told or row.debtor != "consumer",
                    received_on=received.get(row.move_id),
                )
            )
            if found:
                values[row.line_id] = {
                    "default_on": found.on,
                    "default_reason": found.reason.value,
                    "default_evidence": row.move_name,
                }
        return values

    @api.model
    def _get_received_days(self, move_ids):
        """The days on which invoices were delivered: dict of invoice id -> date."""
        groups = (
            self.env["billing.delivery"]
            .sudo()
            ._read_group(
                [
                    ("res_model", "=", "account.move"),
                    ("res_id", "in", move_ids),
                    ("state", "=", "sent"),
                ],
                ["res_id"],
                ["sent_at:min"],
            )
        )
        return {move_id: sent_at.date() for move_id, sent_at in groups}

    def _begin_default(self, today, evidence):
        """A reminder after the due date puts the debtor in default, where nothing else did."""
        for case in self:
            is_earlier = case.default_on and case.default_on <= today
            if not is_earlier and today > case.due_date:
                case.write(
                    {
                        "default_on": today,
                        "default_reason": "reminder",
                        "default_evidence": evidence,
                    }
                )

    def _prepare_payload(self):
        """What the facts of a case say."""
        self.ensure_one()
        return {
            "invoice": self.move_id.name,
            "due_date": fields.Date.to_string(self.due_date),
            "level": self.level_number,
            "level_name": self.level_id.name or "",
            "amount_open": str(self.currency_id.round(self.amount_residual)),
            "currency": self.currency_id.name,
        }

    # === END AND BEGIN AGAIN === #

    @api.model
    def _close_settled(self, lines):
        """The items are settled: their cases end, and what waits to be sent forgets them."""
        self.env["dunning.notice.line"]._drop(lines)
        cases = self.sudo().search([("line_id", "in", lines.ids), ("state", "=", "open")])
        cases._close("settled")

    def _close(self, reason):
        """End these cases with a reason; what they took away is given back."""
        for today, cases in self._by_day():
            cases.write({"state": "closed", "closed_on": today, "closed_reason": reason})
            cases.action_ids._end(today)
            self.env["billing.event"]._record(
                "dunning.closed",
                cases,
                lambda case: {**case._prepare_payload(), "reason": reason},
            )
        self._closed_hook()

    def _closed_hook(self):
        """Called for cases that were closed just now, with sudo, in the same transaction."""

    @api.model
    def _reopen_unsettled(self, lines):
        """The items are open again: their cases go on at the level they had reached."""
        cases = self.sudo().search(
            [
                ("line_id", "in", lines.ids),
                ("state", "=", "closed"),
                ("closed_reason", "=", "settled"),
            ]
        )
        for today, found in cases._by_day():
            for case in found:
                reason = case._get_reopen_reason()
                case.write(
                    {
                        "state": "open",
                        "closed_on": False,
                        "closed_reason": False,
                        "reopened_on": today,
                        "reopened_reason": reason,
                    }
                )
            found.action_ids._resume(today)
            self.env["billing.event"]._record(
                "dunning.reopened",
                found,
                lambda case: {**case._prepare_payload(), "reason": case.reopened_reason},
            )

    def _get_reopen_reason(self):
        """Why the item of this case is open again, in words.

        Contract: addons that undo payments override it for theirs, and call super.
        """
        self.ensure_one()
        return self.env._("The payment was taken back.")

    # === PEOPLE === #

    def action_hold(self):
        self.ensure_one()
        return self.env["dunning.hold"]._open_new(
            move_id=self.move_id.id, partner_id=self.partner_id.id
        )

    def action_open_invoice(self):
        self.ensure_one()
        return self.move_id.get_formview_action()

    def action_take_back(self):
        """The claim was handed over and comes back: dunning goes on where it was."""
        self.check_access("write")
        self.filtered("handed_over_on").sudo().write({"handed_over_on": False})

    def _hand_over(self, today):
        """The claims go to a collection agency: no more letters from here."""
        handed = self.filtered(lambda case: case.state == "open" and not case.handed_over_on)
        handed.write({"handed_over_on": today})
        self.env["billing.event"]._record(
            "dunning.handed_over", handed, lambda case: case._prepare_payload()
        )

    @api.model
    def _get_open_domain(self, company):
        return Domain("company_id", "=", company.id) & Domain("state", "=", "open")
