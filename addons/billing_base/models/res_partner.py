from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    invoice_sending_method = fields.Selection(
        selection_add=[("portal", "in the Customer Portal"), ("post", "by Post")]
    )

    can_simulate_billing = fields.Boolean(compute="_compute_can_simulate_billing")

    @api.depends_context("company", "uid")
    def _compute_can_simulate_billing(self):
        """Whether the user may move the date of this customer: in a sandbox, as a manager."""
        manager = self.env.user.has_group("billing_base.group_billing_manager")
        self.can_simulate_billing = manager and self.env.company.sudo().is_billing_sandbox

    def action_simulate_billing(self):
        """Open the test clock of the customer; made when there is none yet."""
        self.ensure_one()
        clocks = self.env["billing.test.clock"]
        customer, company = self.commercial_partner_id, self.env.company
        clock = clocks.search(
            [("company_id", "=", company.id), ("partner_id", "=", customer.id)]
        ) or clocks.create({"company_id": company.id, "partner_id": customer.id})
        return clock._open()

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
