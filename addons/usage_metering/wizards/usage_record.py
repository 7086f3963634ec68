from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.usage_rating import to_utc


class UsageRecord(models.TransientModel):
    """One event, entered by hand."""

    _name = "usage.record"
    _description = "Record Usage"

    # Made with the form: pressing the button twice records one event.
    key = fields.Char(required=True, default=lambda self: f"manual-{uuid4()}")
    subscription_id = fields.Many2one(
        "billing.subscription",
        string="Contract",
        required=True,
        domain="[('line_ids.charge_id.meter_id', '!=', False), ('state', '!=', 'draft')]",
    )
    meter_ids = fields.Many2many("usage.meter", compute="_compute_meter_ids")
    meter_id = fields.Many2one(
        "usage.meter",
        required=True,
        compute="_compute_meter_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', meter_ids)]",
    )
    aggregation = fields.Selection(related="meter_id.aggregation")
    at = fields.Datetime(
        string="Time", required=True, compute="_compute_at", store=True, readonly=False
    )
    quantity = fields.Float(digits=(16, 6), default=1.0)
    value = fields.Char(help="What is counted once however often it comes, e.g. a user.")
    replaces = fields.Char(string="Replaces Event", readonly=True)

    @api.depends("subscription_id")
    def _compute_meter_ids(self):
        for record in self:
            record.meter_ids = record.subscription_id.line_ids.charge_id.meter_id

    @api.depends("subscription_id")
    def _compute_meter_id(self):
        for record in self:
            if record.meter_id not in record.meter_ids:
                record.meter_id = record.meter_ids[:1]

    @api.depends("subscription_id")
    def _compute_at(self):
        """Now; in a sandbox the beginning of the customer's day."""
        for record in self:
            contract = record.subscription_id
            record.at = record.at or fields.Datetime.now()  # timestamp
            if contract.company_id.sudo().is_billing_sandbox:
                today = contract.partner_id._get_billing_today(contract.company_id)
                record.at = to_utc(today, contract._get_usage_zone())

    def _get_properties(self):
        """Those of the event that is replaced: meters and charges may choose by them."""
        if not self.replaces:
            return None
        company = self.subscription_id.company_id
        domain = [("key", "=", self.replaces), ("company_id", "=", company.id)]
        return self.env["usage.event"].search(domain).properties or None

    def action_record(self):
        """Take the event in; what speaks against it is shown."""
        self.ensure_one()
        event = {
            "key": self.key,
            "contract": self.subscription_id.id,
            "meter": self.meter_id.code,
            "at": self.at,
            "quantity": self.quantity,
            "value": self.value or None,
            "replaces": self.replaces or None,
            "properties": self._get_properties(),
        }
        company = self.subscription_id.company_id
        [result] = self.env["usage.event"]._ingest([event], company)
        if result["status"] == "rejected":
            raise UserError(result["message"])
        return {"type": "ir.actions.act_window_close"}
