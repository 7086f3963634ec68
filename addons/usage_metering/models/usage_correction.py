from odoo import api, fields, models
from odoo.fields import Domain


class UsageCorrection(models.Model):
    """A difference between what was billed of a period and what its usage costs by now."""

    _name = "usage.correction"
    _description = "Usage Correction"
    _order = "id desc"
    _check_company_auto = True

    line_id = fields.Many2one(
        "billing.subscription.line", required=True, readonly=True, index=True, ondelete="restrict"
    )
    subscription_id = fields.Many2one(
        related="line_id.subscription_id", string="Contract", store=True, index=True
    )
    partner_id = fields.Many2one(
        related="subscription_id.partner_id", string="Customer", store=True, index=True
    )
    company_id = fields.Many2one(related="line_id.company_id", store=True)
    currency_id = fields.Many2one(related="line_id.currency_id")
    charge_id = fields.Many2one(related="line_id.charge_id", store=True)
    origin_id = fields.Many2one(
        "billing.period", string="Billed Period", required=True, readonly=True, index=True,
        ondelete="restrict",
    )  # fmt: skip
    period_id = fields.Many2one(
        "billing.period", string="Difference", readonly=True, index="btree_not_null",
        ondelete="cascade",
    )  # fmt: skip
    start_date = fields.Date(related="origin_id.start_date", store=True)
    last_day = fields.Date(related="origin_id.last_day")
    quantity_before = fields.Float(digits="Product Unit", readonly=True)
    quantity = fields.Float(string="Quantity Now", digits="Product Unit", readonly=True)
    amount = fields.Monetary(
        string="Difference in Price", readonly=True, help="Negative: in favour of the customer."
    )
    state = fields.Selection(
        [("billed", "Billed"), ("ignored", "Too Small")], required=True, readonly=True
    )
    origin_move_id = fields.Many2one(related="origin_id.move_id", string="Billed With")
    move_id = fields.Many2one(related="period_id.move_id", string="Corrected With")

    _one_ignored = models.UniqueIndex(
        "(origin_id) WHERE state = 'ignored'", "This difference is listed already."
    )

    @api.model_create_multi
    def create(self, vals_list):
        """A difference that is billed by now does not wait any more."""
        self._forget_ignored(
            [values["origin_id"] for values in vals_list if values["state"] == "billed"]
        )
        return super().create(vals_list)

    @api.model
    def _forget_ignored(self, origin_ids):
        """Periods that cost what was billed of them, or are corrected, have nothing waiting."""
        if origin_ids:
            waiting = Domain("origin_id", "in", origin_ids) & Domain("state", "=", "ignored")
            self.sudo().search(waiting).unlink()


class BillingPeriod(models.Model):
    _inherit = "billing.period"

    usage_correction_ids = fields.One2many("usage.correction", "period_id", readonly=True)


class BillingSubscriptionLine(models.Model):
    _inherit = "billing.subscription.line"

    def _prepare_correction_values(self, item, state):
        return {
            "line_id": self.id,
            "origin_id": item.corrects.id,
            "quantity_before": float(item.before or 0),
            "quantity": float(item.rated.quantity),
            "amount": float(item.draft.amount),
            "state": state,
        }

    def _note_ignored(self, items):
        """List differences that are too small to be billed, each period once, as it is now."""
        self.ensure_one()
        found = {item.corrects.id: item for item in items if item.is_correction}
        corrections = self.env["usage.correction"].sudo()
        listed = corrections.search([("origin_id", "in", list(found)), ("state", "=", "ignored")])
        for correction in listed:
            item = found.pop(correction.origin_id.id)
            correction.write(self._prepare_correction_values(item, "ignored"))
        corrections.create(
            [self._prepare_correction_values(item, "ignored") for item in found.values()]
        )
