from odoo import api, fields, models
from odoo.exceptions import ValidationError


class UsageFilter(models.Model):
    """Which events count, by one of their properties.

    Belongs to a meter or to a charge; an event counts when all filters of both let it pass.
    """

    _name = "usage.filter"
    _description = "Usage Filter"
    _order = "sequence, id"
    _rec_name = "property_name"

    sequence = fields.Integer(default=10)
    meter_id = fields.Many2one("usage.meter", ondelete="cascade", index="btree_not_null")
    charge_id = fields.Many2one("billing.charge", ondelete="cascade", index="btree_not_null")
    property_name = fields.Char(
        string="Property", required=True, help="Name of the property as events carry it."
    )
    operator = fields.Selection(
        [("in", "is one of"), ("not in", "is none of")], default="in", required=True
    )
    values = fields.Char(required=True, help="One or several values, separated by commas.")

    @api.constrains("meter_id", "charge_id")
    def _check_owner(self):
        for usage_filter in self:
            if bool(usage_filter.meter_id) == bool(usage_filter.charge_id):
                raise ValidationError(
                    self.env._("Filter: choose either a meter or a charge that it belongs to.")
                )

    @api.constrains("values")
    def _check_values(self):
        for usage_filter in self:
            if not usage_filter._get_values():
                raise ValidationError(
                    self.env._(
                        "Values of “%s”: enter at least one value.", usage_filter.property_name
                    )
                )

    def _get_rule(self):
        """The filter as rating knows it: property, whether its values count, and the values."""
        self.ensure_one()
        return self.property_name.strip(), self.operator == "in", tuple(self._get_values())

    def _get_values(self):
        """The values as a list of texts."""
        self.ensure_one()
        return [value.strip() for value in (self.values or "").split(",") if value.strip()]
