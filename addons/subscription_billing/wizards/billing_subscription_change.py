from odoo import Command, api, fields, models


class BillingSubscriptionChangeWizard(models.TransientModel):
    """Another plan or other quantities from a day on."""

    _name = "billing.subscription.change"
    _description = "Change Contract"
    _inherit = ["billing.subscription.act"]

    what = fields.Selection(
        [("quantity", "Quantities"), ("bundle", "Bundle"), ("plan", "Plan")],
        string="Change",
        required=True,
        compute="_compute_what",
        store=True,
        readonly=False,
        precompute=True,
    )
    company_id = fields.Many2one(related="subscription_id.company_id")
    plan_id = fields.Many2one(
        "billing.plan",
        string="New Plan",
        domain="[('current_version_id.currency_ids', 'in', [currency_id]), "
        "('company_id', 'in', (company_id, False))]",
        help="Plans with prices in the currency of the contract.",
    )
    bundle_id = fields.Many2one(
        "billing.bundle",
        domain="[('version_id', '=', version_id)]",
        help="Options that cost less together.",
    )
    version_id = fields.Many2one(related="subscription_id.version_id")
    line_ids = fields.One2many(
        "billing.subscription.change.line",
        "wizard_id",
        string="Quantities",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    @api.depends("subscription_id")
    def _compute_what(self):
        for wizard in self:
            has_quantities = wizard._get_counted_lines() or wizard._get_options()
            wizard.what = "quantity" if has_quantities else "plan"

    @api.depends("what", "plan_id", "subscription_id")
    def _compute_line_ids(self):
        for wizard in self:
            values = wizard._prepare_lines()
            wizard.line_ids = [Command.clear(), *[Command.create(value) for value in values]]

    @api.depends("what", "plan_id", "bundle_id", "line_ids.quantity", "line_ids.charge_id")
    def _compute_preview(self):
        return super()._compute_preview()

    def _get_counted_lines(self):
        """Lines of today's terms whose quantity counts, and options."""
        return self.subscription_id.line_ids.filtered(
            lambda line: not line.end_date and line.charge_id._is_counted()
        )

    def _get_options(self):
        return self.subscription_id.version_id.charge_ids.filtered("is_option")

    def _prepare_lines(self):
        if self.what == "bundle":
            return []
        if self.what == "plan":
            return [self._prepare_new_line(charge) for charge in self._get_new_charges()]
        lines = self._get_counted_lines()
        return [
            {"charge_id": line.charge_id.id, "old_quantity": line.quantity,
             "quantity": line.quantity}
            for line in lines
        ] + [
            {"charge_id": charge.id} for charge in self._get_options() - lines.charge_id
        ]  # fmt: skip

    def _get_new_charges(self):
        charges = self.plan_id.current_version_id.charge_ids
        return charges.filtered(lambda charge: charge._is_counted() and not charge.is_option)

    def _prepare_new_line(self, charge):
        """A charge of the new plan takes over the quantity of the same thing in the old one."""
        same = self._get_counted_lines().filtered(
            lambda line: (
                (line.charge_id.code and line.charge_id.code == charge.code)
                or line.product_id == charge.product_id
            )
        )
        quantity = same[0].quantity if same else charge.default_quantity
        return {
            "charge_id": charge.id,
            "old_quantity": same[0].quantity if same else 0.0,
            "quantity": quantity,
        }

    def _get_act(self):
        day = self.effective_date
        if self.what == "plan":
            return self._get_plan_act(day)
        if self.what == "bundle":
            return self._get_bundle_act(day)
        changed = [
            (line.charge_id.id, line.old_quantity, line.quantity)
            for line in self.line_ids
            if line.quantity != line.old_quantity
        ]
        if not changed:
            return None

        def act(subscription):
            for charge_id, old, new in changed:
                charge = subscription.env["billing.charge"].browse(charge_id)
                subscription._change_count(charge, old, new, day)

        return act

    def _get_plan_act(self, day):
        version_id = self.plan_id.current_version_id.id
        if not version_id or version_id == self.subscription_id.version_id.id:
            return None
        quantities = {line.charge_id.id: line.quantity for line in self.line_ids}

        def act(subscription):
            version = subscription.env["billing.plan.version"].browse(version_id)
            subscription._change_plan(version, day, quantities)

        return act

    def _get_bundle_act(self, day):
        bundle_id = self.bundle_id.id
        if not bundle_id:
            return None

        def act(subscription):
            bundle = subscription.env["billing.bundle"].browse(bundle_id)
            subscription._add_bundle(bundle, day)

        return act

    def _get_missing_message(self):
        if self.what == "bundle":
            return self.env._("Bundle: choose a bundle to see what it costs.")
        if self.what == "quantity":
            return self.env._("Quantities: enter a new quantity to see what it costs.")
        if self.plan_id:
            return self.env._(
                "New Plan: the contract runs on these terms already. Choose another plan."
            )
        return self.env._("New Plan: choose a plan to see what it costs.")


class BillingSubscription(models.Model):
    _inherit = "billing.subscription"

    def _change_count(self, charge, old, new, effective):
        """Another quantity; an option comes with its first unit and goes with its last."""
        self.ensure_one()
        if charge.is_option and not old:
            self._add_option(charge, new, effective)
        elif charge.is_option and not new:
            self._remove_option(charge, effective)
        else:
            self._change_quantity(charge, new, effective)


class BillingCharge(models.Model):
    _inherit = "billing.charge"

    def _is_counted(self):
        """Whether people choose a quantity: not for a flat fee, unless it is an option."""
        self.ensure_one()
        return self.recurrence == "recurring" and (self.charge_model != "flat" or self.is_option)


class BillingSubscriptionChangeLine(models.TransientModel):
    _name = "billing.subscription.change.line"
    _description = "New Quantity"

    wizard_id = fields.Many2one("billing.subscription.change", required=True, ondelete="cascade")
    charge_id = fields.Many2one("billing.charge", required=True)
    old_quantity = fields.Float(string="So Far", digits="Product Unit")
    quantity = fields.Float(string="New Quantity", digits="Product Unit")
    uom_id = fields.Many2one(related="charge_id.uom_id")
