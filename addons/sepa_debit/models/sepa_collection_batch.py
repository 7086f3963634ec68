from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..core.calendar import submission_window
from ..core.collection import BATCH_TRANSITIONS


class SepaCollectionBatch(models.Model):
    """One bank file: collections of one creditor, scheme, sequence type and day."""

    _name = "sepa.collection.batch"
    _description = "SEPA Direct Debit File"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char("Message Reference", required=True, readonly=True, copy=False)
    payment_id = fields.Char("Reference of Its Debits", readonly=True, copy=False)
    creditor_id = fields.Many2one("sepa.creditor", required=True, readonly=True, index=True)
    company_id = fields.Many2one(related="creditor_id.company_id", store=True, index=True)
    business_unit_id = fields.Many2one(
        related="creditor_id.business_unit_id", store=True, index="btree_not_null"
    )
    scheme = fields.Selection([("CORE", "Core"), ("B2B", "B2B")], required=True, readonly=True)
    sequence_type = fields.Char(required=True, readonly=True)
    collect_on = fields.Date("Collection Date", required=True, readonly=True, index=True)
    submit_by = fields.Date(compute="_compute_submit_by", help="Last day for the bank.")
    state = fields.Selection(
        [
            ("draft", "To be written"),
            ("written", "To be submitted"),
            ("submitted", "With the bank"),
            ("settled", "Collected"),
            ("failed", "Rejected"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        readonly=True,
        index=True,
        tracking=True,
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.ref("base.EUR")
    )
    collection_ids = fields.One2many("sepa.collection", "batch_id", "Collections", readonly=True)
    count = fields.Integer("Number of Debits", readonly=True)
    amount = fields.Monetary(readonly=True)
    file = fields.Binary("Bank File", attachment=True, readonly=True, copy=False)
    file_name = fields.Char(readonly=True, copy=False)
    written_at = fields.Datetime(readonly=True, copy=False)
    submitted_on = fields.Date(readonly=True, copy=False)
    problems = fields.Text(readonly=True, copy=False)
    move_ids = fields.One2many("account.move", "sepa_batch_id", "Bookings", readonly=True)

    _name_uniq = models.UniqueIndex("(name)", "This reference was used before.")

    @api.depends("collect_on", "creditor_id.lead_days")
    def _compute_submit_by(self):
        for batch in self:
            lead = batch.creditor_id._get_lead()
            batch.submit_by = submission_window(batch.collect_on, lead).closes

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            creditor = self.env["sepa.creditor"].browse(vals["creditor_id"])
            number = self.env["ir.sequence"].sudo().next_by_code("sepa.collection.batch")
            vals["name"] = f"{creditor.id_prefix}{number}"
            vals["payment_id"] = f"{vals['name']}-1"
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_references(self):
        if self:
            raise UserError(
                self.env._("Bank files are kept, so that no reference is used twice. Cancel it.")
            )

    # === STATES === #

    def _set_state(self, state, **values):
        """Change the state; the only writer of it.

        :raise UserError: when the file cannot go there from where it is
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        for batch in self:
            if state not in BATCH_TRANSITIONS[batch.state]:
                raise UserError(
                    self.env._(
                        "The file %(file)s is “%(old)s” and cannot become “%(new)s”. "
                        "Reload the page to see what can be done with it.",
                        file=batch.name,
                        old=labels[batch.state],
                        new=labels[state],
                    )
                )
        return self.write({"state": state, **values})

    def action_write(self):
        """Check every debit and write the file."""
        for batch in self:
            batch._write_file()

    def action_download(self):
        """Download the file."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/file/{self.file_name}?download=1",
            "target": "self",
        }

    def action_submit(self):
        """The file was handed to the bank: from now on the amounts are on their way."""
        for batch in self:
            batch.company_id._check_may_reach_outside(
                self.env._("Submit the bank file %s", batch.name)
            )
            today = batch.company_id._get_billing_today()
            batch._check_in_time(today)
            batch._set_state("submitted", submitted_on=today)
            submitted = batch.collection_ids._set_state("submitted")
            submitted.mandate_id.write({"last_presented_on": batch.collect_on})
            self.env["billing.event"]._record(
                "collection.submitted", submitted, lambda c: {"reference": c.end_to_end_id}
            )

    def _check_in_time(self, today):
        if today > self.submit_by:
            raise UserError(
                self.env._(
                    "The bank wanted the file %(file)s by %(date)s. Cancel it: the next run finds "
                    "another day and tells the customers.",
                    file=self.name,
                    date=format_date(self.env, self.submit_by),
                )
            )

    def action_cancel(self):
        """Take the collections out again; the reference of the file is used up."""
        for batch in self:
            batch._set_state("cancelled")
            batch.message_post(
                body=self.env._(
                    "Cancelled with %(count)s debits.", count=len(batch.collection_ids)
                )
            )
            batch.collection_ids.write({"batch_id": False})

    def action_settle(self):
        """Confirm that the money has arrived, where no statement is imported."""
        for batch in self:
            batch._book(batch.collect_on)
            batch._settle()

    def _settle(self):
        self._set_state("settled")
        self.collection_ids.filtered(lambda c: c.state == "submitted")._set_settled()

    def _settle_received(self):
        """Those whose amounts in clearing are all reconciled with the bank are collected."""
        for batch in self.filtered(lambda b: b.state == "submitted"):
            clearing = batch._get_clearing_lines()
            all_booked = all(c.is_booked or c.state == "failed" for c in batch.collection_ids)
            if clearing and all_booked and all(clearing.mapped("reconciled")):
                batch._settle()

    def action_view_collections(self):
        """Open the collections of this file."""
        action = self.env["ir.actions.act_window"]._for_xml_id("sepa_debit.action_sepa_collection")
        return action | {"domain": [("batch_id", "in", self.ids)], "context": {}}
