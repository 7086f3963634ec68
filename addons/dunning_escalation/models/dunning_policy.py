from datetime import timedelta
from decimal import Decimal

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..core import policy as rules

# What running cases keep: it changes by a new version only.
VERSIONED = {
    "company_id", "tolerance", "minimum_amount", "letter_gap", "restarts_gap",
    "is_date_agreed", "is_period_told", "action_minimum", "level_ids",
}  # fmt: skip


class DunningPolicy(models.Model):
    """A ladder of levels for a group of customers.

    Once cases run by it, its terms change by a new version: the old one is archived and its
    cases keep it to their end.
    """

    _name = "dunning.policy"
    _description = "Dunning Policy"
    _order = "sequence, id"
    _check_company_auto = True
    _check_company_domain = models.check_company_domain_parent_of

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10, help="The first policy that fits a customer counts.")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    version = fields.Integer(default=1, readonly=True, copy=False)
    previous_id = fields.Many2one("dunning.policy", "Version Before", readonly=True, copy=False)

    # === WHOM IT IS FOR === #

    debtor = fields.Selection(
        [
            ("any", "Everybody"),
            ("consumer", "Consumers"),
            ("business", "Businesses"),
            ("public", "Public bodies"),
        ],
        "For",
        default="any",
        required=True,
    )
    category_ids = fields.Many2many(
        "res.partner.category", string="Customers Tagged", help="Empty: with any tag or none."
    )
    business_unit_ids = fields.Many2many(
        "billing.business.unit",
        string="Business Units",
        check_company=True,
        help="Empty: invoices of all units.",
    )
    amount_from = fields.Monetary("Invoices From", help="Only invoices of at least this total.")

    # === TERMS === #

    tolerance = fields.Monetary(help="An invoice of which no more than this is open rests.")
    minimum_amount = fields.Monetary(
        "No Letter Below", help="Of what a customer owes altogether, less credits."
    )
    letter_gap = fields.Integer(
        "Days Between Letters",
        help="A customer gets the next letter no sooner; what falls due meanwhile waits for it.",
    )
    restarts_gap = fields.Boolean(
        "Part Payment Gives Time",
        help="After a part payment the days until the next level count anew.",
    )
    is_automatic = fields.Boolean(
        "Send Without Asking", help="Otherwise letters wait until somebody has looked at them."
    )
    fallback_channel = fields.Selection(
        [("none", "A person decides"), ("mail", "Email"), ("post", "Letter")],
        "When a Letter Cannot Be Delivered",
        default="none",
        required=True,
    )
    is_date_agreed = fields.Boolean(
        "Date of Payment Is Agreed",
        help="The contract names the date of payment: default begins with it, without a reminder.",
    )
    is_period_told = fields.Boolean(
        "Invoices Tell Consumers of the 30 Days",
        help="Consumers are in default 30 days after the invoice only if it says so. Businesses "
        "always are.",
    )
    action_minimum = fields.Monetary(
        "No Restriction Below",
        default=100.0,
        help="Services are restricted and contracts ended only for at least this amount.",
    )
    user_id = fields.Many2one("res.users", "Responsible", default=lambda self: self.env.user)
    level_ids = fields.One2many("dunning.level", "policy_id", "Levels", copy=True)
    case_count = fields.Integer(compute="_compute_case_count")

    _amounts_not_negative = models.Constraint(
        "CHECK (tolerance >= 0 AND minimum_amount >= 0 AND amount_from >= 0 "
        "AND action_minimum >= 0 AND letter_gap >= 0)",
        "Tolerance, No Letter Below, Invoices From, No Restriction Below, Days Between Letters: "
        "enter zero or more.",
    )

    def _compute_case_count(self):
        groups = self.env["dunning.case"]._read_group(
            [("policy_id", "in", self.ids)], ["policy_id"], ["__count"]
        )
        counts = {policy.id: count for policy, count in groups}
        for policy in self:
            policy.case_count = counts.get(policy.id, 0)

    @api.depends("name", "version")
    def _compute_display_name(self):
        for policy in self:
            policy.display_name = (
                self.env._(
                    "%(policy)s (version %(number)s)", policy=policy.name, number=policy.version
                )
                if policy.version > 1
                else policy.name
            )

    # === VERSIONS === #

    def write(self, vals):
        changed = VERSIONED & vals.keys()
        if changed and not self.env.context.get("install_mode"):
            self._check_not_in_use()
        return super().write(vals)

    def _check_not_in_use(self):
        used = self.env["dunning.case"].sudo().search([("policy_id", "in", self.ids)], limit=1)
        if used:
            raise UserError(
                self.env._(
                    "%s: invoices are dunned by this policy, and they keep its terms. Use “New "
                    "Version”; it counts for invoices that begin from now on.",
                    used.policy_id.display_name,
                )
            )

    def action_new_version(self):
        """Archive this version and open a copy of it."""
        self.ensure_one()
        copy = self.copy({"name": self.name, "sequence": self.sequence})
        copy.sudo().write({"version": self.version + 1, "previous_id": self.id})
        self.active = False
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": copy.id,
            "view_mode": "form",
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        self._check_not_in_use()

    def action_view_cases(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dunning_escalation.action_dunning_case"
        )
        return action | {"domain": [("policy_id", "=", self.id)], "context": {}}

    # === FACTS === #

    def _get_terms(self):
        """The policy for the rules: tuple of core terms and the levels by number."""
        self.ensure_one()
        levels = self.level_ids.sorted(lambda level: (level.number, level.id))
        return rules.Terms(
            tuple(rules.Level(level.number, level.days, level.gap) for level in levels),
            Decimal(str(self.tolerance)),
            self.restarts_gap,
        )

    @api.model
    def _get_policies(self, company):
        """The policies that new cases of a company may begin with, in their order.

        A branch has its own before those of its parents.
        """
        found = self.sudo().search(
            [("company_id", "parent_of", company.id), ("level_ids", "!=", False)]
        )
        return found.sorted(lambda policy: policy.company_id != company)

    @api.model
    def _get_days_ahead(self, company):
        """A function of a day: the last due date that a reminder before it may concern."""
        levels = self.env["dunning.level"].sudo().search([("company_id", "parent_of", company.id)])
        days = max([0, *(-level.days for level in levels)])
        return lambda today: today + timedelta(days=days)

    def _fits(self, row):
        """Whether an open item belongs to this policy.

        Contract: addons override, call super and add what they know of the item.

        :param row: ``ItemRow`` of ``dunning.decision``
        """
        self.ensure_one()
        if self.debtor not in ("any", row.debtor) or row.worth_total < self.amount_from:
            return False
        units, tags = self.business_unit_ids, self.category_ids
        return (not units or row.unit_id in units.ids) and (
            not tags or bool(row.category_ids & set(tags.ids))
        )

    @api.model
    def _load_examples(self, company):
        """Make the usual policies of a company that has none, for people to change."""
        if self.sudo().search_count([("company_id", "=", company.id)], limit=1):
            return self.browse()
        return self.sudo().create(self._prepare_examples(company))

    @api.model
    def action_load_examples(self):
        self.check_access("create")
        self._load_examples(self.env.company)
        return self.env["ir.actions.act_window"]._for_xml_id(
            "dunning_escalation.action_dunning_policy"
        )

    @api.model
    def _prepare_examples(self, company):
        reminder = {
            "name": self.env._("Payment reminder"),
            "days": 7,
            "deadline_days": 7,
            "opening": self.env._(
                "Perhaps you have overlooked our invoice. We kindly ask you to pay the open "
                "amount."
            ),
        }
        first = {
            "name": self.env._("First dunning notice"),
            "days": 21,
            "gap": 10,
            "deadline_days": 7,
            "is_interest": True,
            "opening": self.env._(
                "In spite of our reminder we have not received your payment. Please pay the open "
                "amount."
            ),
        }
        last = {
            "name": self.env._("Last dunning notice"),
            "days": 35,
            "gap": 10,
            "deadline_days": 10,
            "is_interest": True,
            "action": "task",
            "action_days": 12,
            "opening": self.env._(
                "We have asked for your payment several times. This is our last notice before we "
                "take further steps."
            ),
        }
        common = {"company_id": company.id, "letter_gap": 5, "minimum_amount": 5.0}
        return [
            {
                **common,
                "name": self.env._("Businesses"),
                "debtor": "business",
                "sequence": 10,
                "level_ids": [
                    Command.create(reminder),
                    Command.create(first | {"is_lump_sum": True}),
                    Command.create(last),
                ],
            },
            {
                **common,
                "name": self.env._("Consumers and others"),
                "debtor": "any",
                "sequence": 20,
                "level_ids": [
                    Command.create(reminder),
                    Command.create(first),
                    Command.create(last),
                ],
            },
        ]
