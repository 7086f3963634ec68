from odoo import api, fields, models
from odoo.exceptions import UserError

from .sepa_reasons import describe_reason

KINDS = [("rejected", "Rejected before it was debited"), ("returned", "Came back")]


class SepaReturn(models.Model):
    """A debit that the bank rejected or that came back; each debit has at most one."""

    _name = "sepa.return"
    _description = "SEPA Return"
    _inherit = ["mail.thread", "mail.activity.mixin", "billing.delivery.mixin"]
    _order = "returned_on desc, id desc"
    _check_company_auto = True

    _delivery_noun = "debit_return"

    collection_id = fields.Many2one(
        "sepa.collection", required=True, readonly=True, ondelete="restrict"
    )
    move_id = fields.Many2one(related="collection_id.move_id", store=True, index=True)
    partner_id = fields.Many2one(related="collection_id.partner_id", store=True, index=True)
    mandate_id = fields.Many2one(related="collection_id.mandate_id", store=True, index=True)
    creditor_id = fields.Many2one(related="collection_id.creditor_id", store=True)
    company_id = fields.Many2one(related="collection_id.company_id", store=True, index=True)
    business_unit_id = fields.Many2one(
        related="collection_id.business_unit_id", store=True, index="btree_not_null"
    )
    currency_id = fields.Many2one(related="collection_id.currency_id", store=True)
    amount = fields.Monetary(related="collection_id.amount", store=True)
    charge_amount = fields.Monetary(
        "Bank Charges", readonly=True, help="What the banks took for the return."
    )
    kind = fields.Selection(KINDS, required=True, readonly=True)
    returned_on = fields.Date("Date", required=True, readonly=True, index=True)
    reason_code = fields.Char("Code", readonly=True, help="As the bank has given it.")
    reason = fields.Char(compute="_compute_reason")
    is_disputed = fields.Boolean(
        "Disputed",
        readonly=True,
        help="The customer denies the debit or the mandate. Clarify that before anything else.",
    )
    next_step = fields.Selection(
        [
            ("retry", "Again by itself"),
            ("fix", "Again after a repair"),
            ("person", "Somebody decides"),
            ("none", "Not again"),
        ],
        required=True,
        readonly=True,
        default="person",
    )
    retry_on = fields.Date(
        "Not Collected Before", readonly=True, help="The customer is told again before."
    )
    state = fields.Selection(
        [("open", "To be decided"), ("done", "Done")],
        "Status",
        required=True,
        readonly=True,
        default="done",
        index=True,
        tracking=True,
    )
    statement_line_id = fields.Many2one(
        "account.bank.statement.line",
        "Bank Entry",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    reversal_id = fields.Many2one(
        "account.move",
        "Booking",
        readonly=True,
        index="btree_not_null",
        help="Takes back what was booked before the bank rejected it.",
    )
    fee_move_id = fields.Many2one("account.move", "Fee", readonly=True, index="btree_not_null")

    _collection_uniq = models.UniqueIndex(
        "(collection_id)", "This debit has come back already. It cannot do so twice."
    )

    @api.depends("reason_code")
    @api.depends_context("lang")
    def _compute_reason(self):
        for returned in self:
            returned.reason = describe_reason(self.env, returned.reason_code or "")

    @api.depends("collection_id.end_to_end_id", "move_id.name")
    def _compute_display_name(self):
        for returned in self:
            names = (returned.move_id.name, returned.collection_id.end_to_end_id)
            returned.display_name = " · ".join(filter(None, names))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_kept(self):
        if self:
            raise UserError(
                self.env._(
                    "Return debits are kept: what followed from them points to them. Mark them as "
                    "done."
                )
            )

    # === DECISIONS OF A PERSON === #

    def _set_state(self, state):
        """The only writer of ``state``."""
        changed = self.filtered(lambda r: r.state != state)
        changed.write({"state": state})
        return changed

    def action_collect_again(self):
        """Allow another attempt, with a notice of its own, where the mandate can be used.

        :raise UserError: when it cannot, or the invoice is not open any more
        """
        for returned in self:
            returned._check_collectable()
            returned.collection_id.action_retry()
        return self._set_state("done")

    def _check_collectable(self):
        self.ensure_one()
        if self.mandate_id.state != "active":
            raise UserError(
                self.env._(
                    "The mandate %(mandate)s cannot be collected with as it is. Activate it once "
                    "the reason is clarified, or have the customer sign a new one.",
                    mandate=self.mandate_id.name,
                )
            )
        if self.collection_id.move_line_id.reconciled:
            raise UserError(
                self.env._(
                    "The invoice %(invoice)s is not open, there is nothing to collect. If the "
                    "money is missing, open the invoice again first.",
                    invoice=self.move_id.name,
                )
            )

    def action_done(self):
        """Nothing more is to be done about it."""
        return self._set_state("done")

    def action_reopen(self):
        """Open the invoice again although the bank says that it was collected twice."""
        self._undo_booking()
        return True

    def action_view_invoice(self):
        """Open the invoice."""
        self.ensure_one()
        return self.move_id._get_records_action()

    # === SEAM === #

    def _returned_hook(self):
        """Called in the transaction in which debits came back, when all their effects are there.

        Contract: override, call super, react; ``self`` is never empty, comes with sudo and may
        hold returns of several companies. ``reason_code``, ``kind``, ``is_disputed``,
        ``next_step`` and ``retry_on`` say what happened and what happens next by itself.
        """
