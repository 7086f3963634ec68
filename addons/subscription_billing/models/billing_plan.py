from odoo import api, fields, models
from odoo.exceptions import UserError


class BillingPlan(models.Model):
    """What is offered. Its terms live in versions; the current one is edited here."""

    _name = "billing.plan"
    _description = "Plan"
    _inherit = ["mail.thread"]
    _inherits = {"billing.plan.version": "current_version_id"}
    _order = "sequence, name, id"
    _rec_names_search = ["name", "code"]
    # A branch concludes contracts of the plans of its parent companies.
    _check_company_domain = models.check_company_domain_parent_of

    name = fields.Char(required=True, translate=True, tracking=True)
    code = fields.Char(help="Short name for imports and interfaces.", copy=False)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    description = fields.Text(translate=True, help="What the customer gets, for the portal.")
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        help="Leave empty to offer the plan in all companies.",
    )
    current_version_id = fields.Many2one(
        "billing.plan.version", required=True, ondelete="restrict", copy=False, readonly=True
    )
    version_ids = fields.One2many("billing.plan.version", "plan_id", string="Versions")
    version_count = fields.Integer(compute="_compute_version_count")
    plan_subscription_count = fields.Integer(
        string="Contracts", compute="_compute_plan_subscription_count"
    )

    _code_unique = models.UniqueIndex(
        "(code, company_id) WHERE code IS NOT NULL",
        "Code: another plan of this company has the same code. Choose a different one.",
    )

    @api.depends("version_ids")
    def _compute_version_count(self):
        for plan in self:
            plan.version_count = len(plan.version_ids)

    def _compute_plan_subscription_count(self):
        groups = self.env["billing.subscription"]._read_group(
            [("plan_id", "in", self.ids)], ["plan_id"], ["__count"]
        )
        counts = {plan.id: count for plan, count in groups}
        for plan in self:
            plan.plan_subscription_count = counts.get(plan.id, 0)

    @api.model_create_multi
    def create(self, vals_list):
        plans = super().create(vals_list)
        for plan in plans:
            plan.current_version_id.plan_id = plan
        return plans

    def copy(self, default=None):
        copies = super().copy(default)
        for plan, copy in zip(self, copies, strict=True):
            # Charges belong to the version, which delegation does not copy.
            copy.charge_ids = False
            for charge in plan.charge_ids:
                charge.copy({"version_id": copy.current_version_id.id})
        return copies

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for plan, vals in zip(self, vals_list, strict=True):
            if "name" not in (default or {}):
                vals["name"] = self.env._("%s (copy)", plan.name)
        return vals_list

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        if used := self.filtered("plan_subscription_count"):
            raise UserError(
                self.env._(
                    "%(plan)s has contracts and cannot be deleted. Archive it instead: it is "
                    "no longer offered, and its contracts go on.",
                    plan=used[0].name,
                )
            )

    def action_new_version(self):
        """Copy the current terms into a version that may be changed."""
        self.ensure_one()
        new = self.current_version_id.copy({"number": max(self.version_ids.mapped("number")) + 1})
        new.plan_id = self
        self.current_version_id = new
        self.message_post(
            body=self.env._(
                "Version %(number)s: new contracts get its terms, existing ones keep theirs.",
                number=new.number,
            )
        )
        return True

    def action_view_subscriptions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.action_billing_subscription"
        )
        return action | {
            "domain": [("plan_id", "=", self.id)],
            "context": {"default_plan_id": self.id},
        }

    def action_view_versions(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Versions of %s", self.name),
            "res_model": "billing.plan.version",
            "view_mode": "list,form",
            "domain": [("plan_id", "=", self.id)],
        }
