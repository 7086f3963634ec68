from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DunningLevel(models.Model):
    """A step of a policy: when it comes, what it says, what it costs and what follows."""

    _name = "dunning.level"
    _description = "Dunning Level"
    _order = "policy_id, days, id"

    policy_id = fields.Many2one("dunning.policy", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="policy_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    number = fields.Integer(
        compute="_compute_number", store=True, help="Levels in the order of their days."
    )
    name = fields.Char("Heading", required=True, translate=True)
    days = fields.Integer(
        "Days After Due Date", help="Negative: a reminder before the due date. Zero: on the day."
    )
    gap = fields.Integer(
        "Least Days Since the Level Before",
        default=7,
        help="Counted from the day the letter before was delivered.",
    )
    channel = fields.Selection(
        [
            ("customer", "As the customer wants"),
            ("mail", "Email"),
            ("post", "Letter"),
            ("portal", "Customer portal"),
            ("task", "Task for the responsible"),
            ("call", "Phone call"),
        ],
        default="customer",
        required=True,
    )
    deadline_days = fields.Integer(
        "Days to Pay", default=7, help="The letter names the date until which to pay."
    )
    opening = fields.Text(translate=True, help="First sentences, before the list of invoices.")
    closing = fields.Text(translate=True, help="Last sentences, after what will follow.")
    fee_total = fields.Monetary(
        "Fees up to Here",
        help="All fees once this level is reached; what was charged before is deducted. Never for "
        "the letter with which default begins; consumers pay no more than the settings allow.",
    )
    is_interest = fields.Boolean("Default Interest")
    is_lump_sum = fields.Boolean("Lump Sum", help="From businesses, once per invoice.")
    action = fields.Selection(
        [
            ("none", "Nothing"),
            ("task", "A task for the responsible"),
            ("hand_over", "Hand over to collection"),
        ],
        "What Follows",
        default="none",
        required=True,
        help="The letter warns of it with its date.",
    )
    action_days = fields.Integer(
        "Days Until It Follows", default=14, help="Counted from the delivery of the letter."
    )

    _days_not_negative = models.Constraint(
        "CHECK (gap >= 0 AND deadline_days >= 0 AND action_days >= 0 AND fee_total >= 0)",
        "Least Days, Days to Pay, Days Until It Follows, Fees: enter zero or more.",
    )

    @api.depends("days", "policy_id.level_ids.days")
    def _compute_number(self):
        for policy in self.policy_id:
            ordered = policy.level_ids.sorted(lambda level: (level.days, level._origin.id or 0))
            for number, level in enumerate(ordered, 1):
                level.number = number
        for level in self.filtered(lambda level: not level.policy_id):
            level.number = 1

    @api.constrains("days", "policy_id")
    def _check_days(self):
        for policy in self.policy_id:
            days = policy.level_ids.mapped("days")
            if len(days) != len(set(days)):
                raise ValidationError(
                    self.env._(
                        "Days After Due Date: two levels of %s have the same number of days. "
                        "Change one of them.",
                        policy.name,
                    )
                )

    @api.constrains("action", "action_days", "deadline_days", "days")
    def _check_action(self):
        for level in self.filtered(lambda level: level.action != "none"):
            if level.days < 0:
                raise ValidationError(
                    self.env._(
                        "What Follows: nothing can follow from “%s”, which comes before the due "
                        "date. Choose “Nothing”.",
                        level.name,
                    )
                )
            if level.action_days < level.deadline_days:
                raise ValidationError(
                    self.env._(
                        "Days Until It Follows: “%(level)s” gives %(days)s days to pay. Enter at "
                        "least as many days.",
                        level=level.name,
                        days=level.deadline_days,
                    )
                )

    @api.constrains("days", "fee_total", "is_interest", "is_lump_sum")
    def _check_charges(self):
        for level in self:
            if level.days < 0 and (level.fee_total or level.is_interest or level.is_lump_sum):
                raise ValidationError(
                    self.env._(
                        "“%s” comes before the due date: nobody owes fees or interest by then. "
                        "Leave them empty.",
                        level.name,
                    )
                )

    # === OF A POLICY IN USE === #

    def write(self, vals):
        if vals.keys() - {"name", "opening", "closing", "number"}:
            self.policy_id._check_not_in_use()
        return super().write(vals)

    @api.model_create_multi
    def create(self, vals_list):
        levels = super().create(vals_list)
        levels.policy_id._check_not_in_use()
        return levels

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        self.policy_id._check_not_in_use()

    def _is_before_due(self):
        self.ensure_one()
        return self.days < 0

    def _get_consequence_text(self, day, moves):
        """What follows, as a sentence for the customer, in the language of the environment.

        Contract: addons that add an ``action`` override and call super for the others.

        :param str day: the formatted date on which it follows
        :param moves: the invoices that reach this level
        """
        self.ensure_one()
        if self.action == "hand_over":
            return self.env._(
                "If we have not received your payment by then, we will hand the claim over to a "
                "collection agency from %s on. This causes further costs.",
                day,
            )
        return ""
