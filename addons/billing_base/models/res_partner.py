from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    invoice_sending_method = fields.Selection(
        selection_add=[("portal", "in the Customer Portal"), ("post", "by Post")]
    )

    def _get_billing_today(self, company):
        """Return what today is for this customer in ``company``.

        The date of the customer's test clock (sandbox companies only), otherwise the company's.
        An empty partner has the company's.
        """
        if self and company.sudo().is_billing_sandbox:
            self.ensure_one()
            clock = (
                self.env["billing.test.clock"]
                .sudo()
                .search(
                    [
                        ("company_id", "=", company.id),
                        ("partner_id", "=", self.sudo().commercial_partner_id.id),
                    ]
                )
            )
            if clock:
                return clock.date
        return company._get_billing_today()
