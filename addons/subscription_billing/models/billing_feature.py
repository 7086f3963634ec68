from odoo import api, fields, models
from odoo.tools import formatLang

from ..core.entitlements import UNLIMITED, Combine


class BillingFeature(models.Model):
    """Something a customer may use: a function that is on or off, or a limit with a number."""

    _name = "billing.feature"
    _description = "Feature"
    _order = "sequence, name, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="What interfaces call the feature.", copy=False)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    description = fields.Text(translate=True, help="What it is, for customers.")
    kind = fields.Selection(
        [("flag", "On or off"), ("limit", "Limit")],
        default="flag",
        required=True,
        help="On or off: the customer has it or not. Limit: the customer has so many of it.",
    )
    unit = fields.Char(translate=True, help="What the limit counts, e.g. “users” or “GB”.")
    combine = fields.Selection(
        [("sum", "Added up"), ("max", "The largest counts")],
        string="From Several Sources",
        default="sum",
        required=True,
        help="What a customer has whose plan and options, or several contracts, each give some. "
        "Of a feature that is on or off one source is enough.",
    )
    entitlement_ids = fields.One2many("billing.entitlement", "feature_id")
    entitlement_count = fields.Integer(
        string="Plans and Options", compute="_compute_entitlement_count"
    )

    _code_unique = models.UniqueIndex(
        "(code)", "Code: another feature has the same code. Choose a different one."
    )

    @api.depends("entitlement_ids")
    def _compute_entitlement_count(self):
        for feature in self:
            feature.entitlement_count = len(feature.entitlement_ids)

    @api.model
    def _get_combine(self):
        """How the values of each feature combine, for the rules: code -> ``Combine``."""
        features = self.sudo().with_context(active_test=False).search_fetch([], ["code", "kind"])
        return {
            feature.code: Combine(feature.combine if feature.kind == "limit" else "max")
            for feature in features
        }

    def _get_value_text(self, value):
        """A value in words, e.g. “5 users”, “unlimited” or “included”.

        :param Decimal value: as the rules answer; zero: not granted
        """
        self.ensure_one()
        if not value:
            return self.env._("not included")
        if self.kind == "flag":
            return self.env._("included")
        if value == UNLIMITED:
            return self.env._("unlimited")
        digits = 0 if value == value.to_integral_value() else 2
        number = formatLang(self.env, float(value), digits=digits)
        return f"{number} {self.unit}" if self.unit else number

    @api.model
    def _prepare_payload(self, values):
        """What holds, for interfaces: code -> true, a number, or ``"unlimited"``.

        :param dict values: code -> Decimal, as the rules answer
        """
        features = self.sudo().with_context(active_test=False)
        kinds = {
            feature.code: feature.kind for feature in features.search_fetch([], ["code", "kind"])
        }
        return {code: _get_plain(kinds.get(code), value) for code, value in sorted(values.items())}


def _get_plain(kind, value):
    if kind == "flag":
        return True
    if value == UNLIMITED:
        return "unlimited"
    return int(value) if value == value.to_integral_value() else float(value)
