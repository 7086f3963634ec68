from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.ageing import MarkError, parse_marks


class ResCompany(models.Model):
    _inherit = "res.company"

    open_item_marks = fields.Char(
        "Ageing",
        default="30,60,90",
        required=True,
        help="Days overdue at which the next group of open items begins, separated by commas.",
    )
    open_item_warning_days = fields.Integer(
        "Warn before Claims Lapse",
        default=120,
        help="Days before its limitation date at which an open item appears in the work list.",
    )
    open_item_small_amount = fields.Monetary(
        "Small Differences",
        default=1.0,
        help="Open items up to this amount count as small differences, which may be written off "
        "without looking at each.",
    )

    @api.constrains("open_item_marks")
    def _check_open_item_marks(self):
        for company in self:
            try:
                parse_marks(company.open_item_marks or "")
            except MarkError as error:
                raise ValidationError(
                    self.env._(
                        "Ageing: “%(part)s” does not fit. Enter up to six rising numbers of days, "
                        "for example 30,60,90.",
                        part=error,
                    )
                ) from error
