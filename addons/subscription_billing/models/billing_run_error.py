from psycopg2 import IntegrityError

from odoo import api, fields, models
from odoo.exceptions import UserError


class BillingRunError(models.Model):
    """A contract that a run set aside, and why."""

    _name = "billing.run.error"
    _description = "Contract Set Aside"
    _order = "id desc"

    run_id = fields.Many2one(
        "billing.run", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(related="run_id.company_id", store=True)
    subscription_id = fields.Many2one(
        "billing.subscription", required=True, ondelete="cascade", index=True, readonly=True
    )
    message = fields.Text(string="Reason", readonly=True)

    @api.model
    def _get_reason(self, error):
        """What kept a contract from being billed, in words for people."""
        message = str(error).strip()
        if isinstance(error, UserError) and message:
            return message
        if isinstance(error, IntegrityError):
            # The message of the constraint, not PostgreSQL's with the values of the row.
            tables = {model._table: name for name, model in self.env.registry.items()}
            name = tables.get(error.diag.table_name, "base")
            text = self.env[name]._sql_error_to_message(error)
            return error.diag.message_primary if "DETAIL:" in text else text
        return self.env._(
            "Unexpected error %(type)s: %(message)s. Ask your administrator to look for the "
            "contract in the server log.",
            type=type(error).__name__,
            message=message,
        )
