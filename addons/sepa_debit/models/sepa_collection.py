from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from ..core.collection import COLLECTION_TRANSITIONS, LIVE
from ..core.sequence import sequence_of


class SepaCollection(models.Model):
    """One amount of one open item, collected with one mandate."""

    _name = "sepa.collection"
    _description = "SEPA Collection"
    _inherit = ["mail.thread", "mail.activity.mixin", "billing.delivery.mixin"]
    _order = "collect_on, id"
    _rec_name = "end_to_end_id"
    _check_company_auto = True

    _delivery_noun = "debit_notice"

    end_to_end_id = fields.Char("End-to-End Reference", readonly=True, copy=False)
    move_line_id = fields.Many2one(
        "account.move.line", "Open Item", required=True, index=True, ondelete="restrict"
    )
    move_id = fields.Many2one("account.move", "Invoice", required=True, index=True)
    partner_id = fields.Many2one("res.partner", "Customer", required=True, index=True)
    mandate_id = fields.Many2one("sepa.mandate", required=True, index=True, ondelete="restrict")
    creditor_id = fields.Many2one("sepa.creditor", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, index=True)
    business_unit_id = fields.Many2one("billing.business.unit", index="btree_not_null")
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary(required=True)
    collect_on = fields.Date("Collection Date", required=True, index=True)
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("notified", "Customer informed"),
            ("submitted", "With the bank"),
            ("settled", "Collected"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="planned",
        index=True,
        readonly=True,
    )
    batch_id = fields.Many2one(
        "sepa.collection.batch", "File", index="btree_not_null", readonly=True, ondelete="restrict"
    )
    sequence_type = fields.Char(readonly=True)
    attempt = fields.Integer(default=1, readonly=True)
    notice_by = fields.Selection(
        [("invoice", "Invoice"), ("mail", "Notice")], required=True, default="mail", readonly=True
    )
    notice_days = fields.Integer(readonly=True)
    told_amount = fields.Monetary(readonly=True)
    told_collect_on = fields.Date(readonly=True)
    told_mandate = fields.Char(readonly=True)
    told_creditor = fields.Char(readonly=True)
    told_on = fields.Date("Informed On", readonly=True)
    problem = fields.Char(readonly=True, help="Why it is not in a file.")
    reason_code = fields.Char(readonly=True)
    is_retry_allowed = fields.Boolean(readonly=True)
    retry_on = fields.Date("Not Collected Before", readonly=True)
    is_attempt = fields.Boolean(
        readonly=True, default=True, help="Counts towards the attempts of the creditor."
    )
    return_ids = fields.One2many("sepa.return", "collection_id", "Returns")
    booking_line_id = fields.Many2one("account.move.line", readonly=True, index="btree_not_null")
    is_booked = fields.Boolean(readonly=True, index=True)

    _end_to_end_uniq = models.UniqueIndex("(end_to_end_id)")
    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "A collection needs an amount above zero."
    )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        collections = super().create(vals_list)
        collections._number()
        return collections

    def _number(self):
        """Give each its reference: from its id, which the database never gives twice."""
        if not self:
            return
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                """UPDATE sepa_collection c SET end_to_end_id = k.id_prefix || 'E' || c.id
                   FROM sepa_creditor k WHERE k.id = c.creditor_id AND c.id IN %s""",
                tuple(self.ids),
            )
        )
        self.invalidate_recordset(["end_to_end_id"])

    @api.ondelete(at_uninstall=False)
    def _unlink_except_references(self):
        if self:
            raise UserError(
                self.env._("Collections are kept, so that no reference is used twice. Cancel it.")
            )

    # === STATES === #

    def _set_state(self, state, **values):
        """Change the state; the only writer of it. Whose state does not allow it are left out.

        :return: those that changed
        """
        changed = self.filtered(lambda c: state in COLLECTION_TRANSITIONS[c.state])
        with changed.move_line_id._track_settlement():
            changed.write({"state": state, **values})
            # The tracking reads sums from the database.
            changed.flush_recordset()
        return changed

    def _cancel_open(self, reason):
        """Cancel what is not with the bank yet; from a file that is written nothing is taken.

        :raise UserError: when one is in a file that is written
        """
        candidates = self.filtered(lambda c: c.state in ("planned", "notified"))
        if written := candidates.batch_id.filtered(lambda b: b.state == "written"):
            raise UserError(
                self.env._(
                    "A collection is in the bank file %(file)s already. Cancel the file first; "
                    "the rest of it can be written again.",
                    file=written[0].name,
                )
            )
        cancelled = candidates._set_state("cancelled", problem=reason, batch_id=False)
        cancelled._cancel_delivery(reason)
        return cancelled

    def action_cancel(self):
        """Do not collect this; the next run may plan it anew."""
        self._cancel_open(self.env._("Cancelled by hand."))

    def action_retry(self):
        """Allow another attempt after a failure."""
        failed = self.filtered(lambda c: c.state == "failed")
        failed.write({"is_retry_allowed": True, "retry_on": False})

    # === OUTCOME === #

    def _set_settled(self):
        """The money has arrived: changes of the mandate are announced now."""
        settled = self._set_state("settled")
        settled._remember_settled()
        settled.mandate_id.filtered(
            lambda m: m.type == "one_off" and m.state in ("active", "suspended")
        )._set_state("ended")
        return settled

    def _get_sequence_type(self):
        """Return the sequence type of the next collection of its mandate."""
        mandate = self.mandate_id
        return sequence_of(
            one_off=mandate.type == "one_off",
            announces_first=self.creditor_id.announces_first,
            was_settled=mandate.was_settled,
        ).value

    # === UPKEEP === #

    def _cancel_stale(self):
        """Cancel plans that do not hold any more: paid otherwise, or no usable mandate."""
        stale = self.filtered(
            lambda c: (
                c.move_line_id.reconciled
                or c.mandate_id.state != "active"
                or c.move_line_id.parent_state != "posted"
                or c.currency_id.compare_amounts(c.amount, c.move_line_id.amount_residual_currency)
                > 0
            )
        )
        return stale._cancel_open(self.env._("The open item or the mandate has changed."))

    def _get_live(self):
        return self.filtered(lambda c: c.state in LIVE)

    def _get_latest_told_day(self):
        return self.collect_on - timedelta(days=self.notice_days)

    def _format_day(self, day):
        return format_date(self.env, day)
