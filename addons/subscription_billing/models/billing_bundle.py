from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ..core.lifecycle import State


class BillingBundle(models.Model):
    """Options of a plan that are sold together, for less than one by one."""

    _name = "billing.bundle"
    _description = "Bundle of Options"
    _order = "version_id, sequence, id"

    version_id = fields.Many2one(
        "billing.plan.version", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True, help="Printed on the invoice.")
    charge_ids = fields.Many2many(
        "billing.charge",
        string="Options",
        domain="[('version_id', '=', version_id), ('is_option', '=', True)]",
        required=True,
    )
    kind = fields.Selection(
        [("percent", "Percent"), ("amount", "Amount per period")],
        string="Saves",
        default="percent",
        required=True,
    )
    percent = fields.Float(digits=(5, 2))
    amount = fields.Monetary(help="In the currency of the plan.")
    currency_id = fields.Many2one(related="version_id.currency_id")

    _in_range = models.Constraint(
        "CHECK (percent BETWEEN 0 AND 100 AND amount >= 0)",
        "Saves: enter a percentage from 0 to 100, or an amount of zero or more.",
    )

    @api.constrains("charge_ids", "version_id")
    def _check_charges(self):
        for bundle in self:
            wrong = bundle.charge_ids.filtered(
                lambda charge, bundle=bundle: (
                    not charge.is_option or charge.version_id != bundle.version_id
                )
            )
            if wrong or len(bundle.charge_ids) < 2:
                raise ValidationError(
                    self.env._(
                        "%s: a bundle needs at least two options, all of this plan.", bundle.name
                    )
                )

    def _prepare_discount_values(self, language):
        """Values of the discount of a contract, None where the bundle saves nothing."""
        self.ensure_one()
        value = self.percent if self.kind == "percent" else self.amount
        if not value:
            return None
        return {
            "name": self.with_context(lang=language).name,
            "kind": self.kind,
            self.kind: value,
            "bundle_id": self.id,
            "charge_ids": [Command.set(self.charge_ids.ids)],
        }


class BillingPlanVersion(models.Model):
    _inherit = "billing.plan.version"

    bundle_ids = fields.One2many("billing.bundle", "version_id", string="Bundles")

    def copy(self, default=None):
        """The bundles of a new version hold the charges of the new version."""
        copies = super().copy(default)
        for version, copy in zip(self, copies, strict=True):
            new = dict(zip(version.charge_ids, copy.charge_ids, strict=False))
            for bundle in version.bundle_ids:
                charges = [new[charge].id for charge in bundle.charge_ids if charge in new]
                values = {"version_id": copy.id, "charge_ids": [Command.set(charges)]}
                bundle.copy(values)
        return copies


class BillingCharge(models.Model):
    _inherit = "billing.charge"

    requires_ids = fields.Many2many(
        "billing.charge",
        "billing_charge_requires_rel",
        "charge_id",
        "required_id",
        string="Only With",
        copy=False,
        domain="[('version_id', '=', version_id), ('is_option', '=', True)]",
        help="Other options the contract must have.",
    )
    excludes_ids = fields.Many2many(
        "billing.charge",
        "billing_charge_excludes_rel",
        "charge_id",
        "excluded_id",
        string="Not With",
        copy=False,
        domain="[('version_id', '=', version_id), ('is_option', '=', True)]",
        help="Other options the contract must not have at the same time.",
    )


class BillingSubscriptionDiscount(models.Model):
    _inherit = "billing.subscription.discount"

    bundle_id = fields.Many2one("billing.bundle", readonly=True, ondelete="restrict")
    charge_ids = fields.Many2many("billing.charge", string="Charges", readonly=True)

    def _applies_to(self, charge):
        """The discount of a bundle reduces its options, and while all of them are there."""
        if self.bundle_id:
            return charge in self.charge_ids
        return super()._applies_to(charge)


class BillingSubscription(models.Model):
    """Options that belong together, or must not."""

    _inherit = "billing.subscription"

    def _add_bundle(self, bundle, effective):
        """Add the options of a bundle that the contract does not have yet, and its discount.

        :param bundle: ``billing.bundle`` of the contract's terms
        :param date effective: first day with it; of no matter on a draft
        :raises UserError: another plan's bundle, had already, or an option that does not fit
        """
        self.ensure_one()
        if bundle.version_id != self.version_id:
            raise UserError(
                self.env._(
                    "Bundle: %(bundle)s does not belong to %(version)s. "
                    "Choose one of its bundles.",
                    bundle=bundle.name,
                    version=self.version_id.display_name,
                )
            )
        if self._has_bundle(bundle, effective):
            raise UserError(
                self.env._(
                    "Bundle: %(contract)s has %(bundle)s already.",
                    contract=self.name,
                    bundle=bundle.name,
                )
            )
        is_draft = self.state == State.DRAFT.value
        lines = self.line_ids if is_draft else self._get_lines_after(effective)
        missing = bundle.charge_ids - lines.charge_id
        if is_draft:
            self.line_ids = [
                Command.create({"charge_id": charge.id, "quantity": charge.default_quantity})
                for charge in missing
            ]
        else:
            for charge in missing.sorted(lambda charge: len(charge.requires_ids & missing)):
                self._add_option(charge, charge.default_quantity, effective)
        if values := bundle._prepare_discount_values(self.partner_id.lang or self.env.lang):
            # Periods that began before cost what they cost, whether they are billed or not.
            self._create_discount(values, None if is_draft else effective)

    def _has_bundle(self, bundle, day):
        found = self.discount_ids.filtered(lambda one: one.bundle_id == bundle)
        return any(not one.end_date or one.end_date > day for one in found)

    def _remove_option(self, charge, effective):
        """Without one of its options a bundle is none any more."""
        self._check_not_required(charge, effective)
        result = super()._remove_option(charge, effective)
        for discount in self.discount_ids.filtered("bundle_id"):
            is_over = discount.end_date and discount.end_date <= effective
            if charge in discount.charge_ids and not is_over:
                discount.end_date = effective
        return result

    def _add_option(self, charge, quantity, effective):
        self._check_fits(charge, effective)
        return super()._add_option(charge, quantity, effective)

    def _check_fits(self, charge, effective):
        """Refuse an option that needs another one, or cannot be beside another one."""
        there = self._get_lines_after(effective).charge_id
        missing = charge.requires_ids - there
        if missing:
            raise UserError(
                self.env._(
                    "Option: %(charge)s is available only together with %(others)s. "
                    "Add that first.",
                    charge=charge.name,
                    others=", ".join(missing.mapped("name")),
                )
            )
        others = there.filtered(
            lambda other: other in charge.excludes_ids or charge in other.excludes_ids
        )
        if others:
            raise UserError(
                self.env._(
                    "Option: %(charge)s cannot be combined with %(others)s. Remove that first.",
                    charge=charge.name,
                    others=", ".join(others.mapped("name")),
                )
            )

    def _check_not_required(self, charge, effective):
        """Refuse to take out what another option needs."""
        there = self._get_lines_after(effective).charge_id - charge
        needing = there.filtered(lambda other: charge in other.requires_ids)
        if needing:
            raise UserError(
                self.env._(
                    "Option: %(others)s is available only together with %(charge)s. From "
                    "%(date)s on, remove that first.",
                    charge=charge.name,
                    others=", ".join(needing.mapped("name")),
                    date=format_date(self.env, effective),
                )
            )
