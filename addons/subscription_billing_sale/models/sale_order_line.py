from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import float_compare


class SaleOrderLine(models.Model):
    """Lines that a contract is going to bill: what they stand for, and what they cost.

    A line whose product sells plans stands for the main charge of the chosen plan. Lines for the
    plan's other charges, and for its options, belong to it.
    """

    _inherit = "sale.order.line"

    billing_plan_id = fields.Many2one(
        "billing.plan",
        string="Plan",
        compute="_compute_billing_plan_id",
        store=True,
        precompute=True,
        readonly=False,
        domain="[('id', 'in', billing_plan_ids)]",
        ondelete="restrict",
        help="The contract that is concluded when the order is confirmed.",
    )
    billing_plan_ids = fields.Many2many(related="product_template_id.billing_plan_ids")
    billing_charge_id = fields.Many2one(
        "billing.charge",
        string="Billed As",
        compute="_compute_billing_charge_id",
        store=True,
        precompute=True,
        ondelete="restrict",
        index="btree_not_null",
        help="The charge of the contract that bills this line.",
    )
    is_billing_companion = fields.Boolean(
        readonly=True, help="Comes with the plan and goes with it."
    )
    billing_subscription_ids = fields.One2many("billing.subscription", "sale_line_id")
    is_billing_done = fields.Boolean(
        readonly=True, copy=False, help="Added to the contract the order extends."
    )

    @api.depends("product_id", "display_type", "company_id")
    def _compute_billing_plan_id(self):
        for line in self:
            if line.state in ("sale", "cancel") or line.order_id.billing_subscription_id:
                continue
            plans = line.product_id.product_tmpl_id.billing_plan_ids.filtered(
                lambda plan, companies=line.company_id.parent_ids: (
                    not plan.company_id or plan.company_id in companies
                )
            )
            if line.billing_plan_id not in plans:
                line.billing_plan_id = plans[:1]

    @api.depends(
        "product_id", "billing_plan_id", "order_id.billing_subscription_id",
        "order_id.order_line.billing_plan_id", "is_billing_companion",
    )  # fmt: skip
    def _compute_billing_charge_id(self):
        for line in self.filtered(lambda line: line.state not in ("sale", "cancel")):
            charges = line._get_possible_charges()
            if line.billing_charge_id not in charges:
                line.billing_charge_id = charges[:1]

    def _get_possible_charges(self):
        """Charges of the contract that the line may stand for, the likeliest first."""
        self.ensure_one()
        none = self.env["billing.charge"]
        if self.display_type or not self.product_id or self.is_downpayment:
            return none
        if self.order_id.billing_subscription_id:
            versions = self.order_id.billing_subscription_id.version_id
            main = none
        elif self.billing_plan_id:
            return self.billing_plan_id.current_version_id._get_main_charge(self.product_id)
        else:
            plan_lines = self.order_id.order_line.filtered("billing_plan_id")
            versions = plan_lines.billing_plan_id.current_version_id
            main = none.union(
                *[
                    plan_line.billing_plan_id.current_version_id._get_main_charge(
                        plan_line.product_id
                    )
                    for plan_line in plan_lines
                ]
            )
        charges = versions.charge_ids - main
        return charges.filtered(lambda charge: charge.product_id == self.product_id)

    def _get_plan_line(self):
        """The line whose contract bills this one: itself, or the last before it with the plan."""
        self.ensure_one()
        if self.billing_plan_id or not self.billing_charge_id:
            return self if self.billing_plan_id else self.browse()
        fitting = self.order_id.order_line.filtered(
            lambda line: (
                line.billing_plan_id
                and line.billing_charge_id.version_id == self.billing_charge_id.version_id
            )
        ).sorted(lambda line: (line.sequence, line.id))
        place = (self.sequence, self.id)
        before = fitting.filtered(lambda line: (line.sequence, line.id) < place)
        return before[-1:] or fitting[:1]

    # === PRICE === #

    @api.depends("product_id", "product_uom_id", "product_uom_qty", "billing_charge_id")
    def _compute_price_unit(self):
        return super()._compute_price_unit()

    def _get_display_price(self):
        """What a full period costs by the plan, whatever the price list of products says."""
        if not self.billing_charge_id:
            return super()._get_display_price()
        return self._get_charge_price()

    def _get_charge_price(self):
        """The price per unit of the charge, in the currency of the order.

        :raises UserError: the plan has no price in that currency
        """
        self.ensure_one()
        terms = self.billing_charge_id._get_terms(self.currency_id)
        quantity = Decimal(str(self.product_uom_qty or 1.0))
        amount = terms.price(quantity).amount
        return float(
            amount if self.billing_charge_id.charge_model == "flat" else amount / quantity
        )

    def _compute_pricelist_item_id(self):
        """Rules of price lists are for what is sold once."""
        planned = self.filtered("billing_charge_id")
        planned.pricelist_item_id = False
        return super(SaleOrderLine, self - planned)._compute_pricelist_item_id()

    def _compute_discount(self):
        """Discounts of price lists are for what is sold once; others are entered by hand."""
        listed = self.filtered(lambda line: not line.billing_charge_id)
        return super(SaleOrderLine, listed)._compute_discount()

    def _has_other_price(self):
        """Whether the order agrees on another unit price than the plan's."""
        self.ensure_one()
        digits = self.env["decimal.precision"].precision_get("Product Price")
        planned = self.with_context(sale_write_from_compute=True)._get_planned_price_unit()
        return float_compare(self.price_unit, planned, precision_digits=digits) != 0

    def _get_planned_price_unit(self):
        """The plan's price as it stands on the order, after the fiscal position."""
        self.ensure_one()
        taxes = self.product_id.taxes_id._filter_taxes_by_company(self.company_id)
        return self.product_id._get_tax_included_unit_price_from_price(
            self._get_charge_price(),
            product_taxes=taxes,
            fiscal_position=self.order_id.fiscal_position_id,
        )

    # === THE ORDER DOES NOT INVOICE IT === #

    @api.depends("billing_charge_id")
    def _compute_qty_to_invoice(self):
        result = super()._compute_qty_to_invoice()
        self.filtered("billing_charge_id").qty_to_invoice = 0
        return result

    @api.depends("billing_charge_id")
    def _compute_invoice_status(self):
        """Nothing is left to do for the order: the contract invoices these lines."""
        result = super()._compute_invoice_status()
        handled = self.filtered(lambda line: line.billing_charge_id and line.state == "sale")
        handled.invoice_status = "invoiced"
        return result

    @api.depends("billing_charge_id")
    def _compute_untaxed_amount_to_invoice(self):
        result = super()._compute_untaxed_amount_to_invoice()
        self.filtered("billing_charge_id").untaxed_amount_to_invoice = 0
        return result

    @api.depends("billing_charge_id")
    def _compute_amount_to_invoice(self):
        result = super()._compute_amount_to_invoice()
        self.filtered("billing_charge_id").amount_to_invoice = 0
        return result

    def _add_precomputed_values(self, vals_list):
        """A price that comes with the values is an agreed one, whenever the charge is found.

        Odoo takes it for the computed price, which would be computed anew with the charge.
        """
        given = [
            vals
            for vals in vals_list
            if "price_unit" in vals and "technical_price_unit" not in vals
        ]
        result = super()._add_precomputed_values(vals_list)
        ids = {vals.get("product_id") for vals in given}
        charges = self.env["billing.charge"].sudo().search([("product_id", "in", list(ids))])
        planned = set(charges.product_id.ids)
        for vals in given:
            if vals.get("product_id") in planned:
                vals["technical_price_unit"] = 0.0
        return result

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if any(lines.mapped("billing_plan_id")):
            lines.order_id._complete_plans()
        return lines
