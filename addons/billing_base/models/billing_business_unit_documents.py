from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import email_normalize

from ..core.letter import is_colour


class BillingBusinessUnit(models.Model):
    """How the documents of a unit look."""

    _inherit = "billing.business.unit"

    primary_color = fields.Char(
        "Primary Color", help="Color of lines and headings on documents. Empty: the company's."
    )
    secondary_color = fields.Char(
        "Secondary Color", help="Second color of documents. Empty: the company's."
    )
    return_address = fields.Char(
        help="Small line above the customer's address in the window of the envelope. "
        "Empty: name and address of the company."
    )
    document_intro = fields.Html(
        "Opening Text",
        translate=True,
        help="Printed above the lines of invoices. Empty: a standard sentence.",
    )
    document_closing = fields.Html(
        "Closing Text", translate=True, help="Printed below the payment details of invoices."
    )
    document_footer = fields.Html(
        "Footer Text",
        translate=True,
        help="Further details at the foot of each page, e.g. managing directors and court of "
        "registration. Address, contact, VAT ID and bank account are printed anyway. "
        "Empty: the report footer of the company.",
    )
    email_from_normalized = fields.Char(compute="_compute_email_from_normalized")

    @api.depends("email_from")
    def _compute_email_from_normalized(self):
        for unit in self:
            unit.email_from_normalized = email_normalize(unit.email_from or "") or False

    @api.constrains("primary_color", "secondary_color")
    def _check_colors(self):
        for unit in self:
            for color in filter(None, (unit.primary_color, unit.secondary_color)):
                if not is_colour(color):
                    raise ValidationError(
                        self.env._(
                            "%(color)s is not a color. Choose one of the palette for business "
                            "unit %(unit)s or enter it like #1a73e8.",
                            color=color,
                            unit=unit.display_name,
                        )
                    )

    def action_preview_document(self):
        """Open a sample invoice with the letterhead of the unit as PDF."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/billing/unit/{self.id}/preview",
            "target": "new",
        }
