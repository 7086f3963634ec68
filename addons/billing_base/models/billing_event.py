import json
import re

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..exceptions import TransactionConflict

EVENT_TYPE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
# A fact does not change; addons that deliver facts may add columns of their own and write those.
FACT_FIELDS = {
    "type", "res_model", "res_id", "payload", "sequence",
    "company_id", "business_unit_id", "partner_id", "occurred_at",
}  # fmt: skip


class BillingEvent(models.Model):
    _name = "billing.event"
    _description = "Billing Event"
    _order = "id desc"
    _rec_name = "type"

    type = fields.Char(required=True, readonly=True, index=True)
    res_model = fields.Char("Document Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Document ID", model_field="res_model", required=True, readonly=True
    )
    sequence = fields.Integer(
        required=True, readonly=True, help="Counts the events of one document from 1."
    )
    payload = fields.Json(readonly=True)
    payload_text = fields.Text("Content", compute="_compute_payload_text")
    company_id = fields.Many2one("res.company", readonly=True, index=True, ondelete="restrict")
    business_unit_id = fields.Many2one(
        "billing.business.unit", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", readonly=True, index="btree_not_null", ondelete="set null"
    )
    occurred_at = fields.Datetime(required=True, readonly=True)

    _document_sequence_uniq = models.UniqueIndex("(res_model, res_id, sequence)")

    @api.depends("type", "sequence")
    def _compute_display_name(self):
        for event in self:
            event.display_name = f"{event.type} #{event.sequence}"

    @api.depends("payload")
    def _compute_payload_text(self):
        for event in self:
            event.payload_text = json.dumps(event.payload or {}, indent=2, ensure_ascii=False)

    def write(self, vals):
        if FACT_FIELDS & vals.keys():
            raise UserError(
                self.env._("Events are facts and cannot be changed. Record a new event instead.")
            )
        return super().write(vals)

    def action_open_document(self):
        """Open the document this event is about, if it still exists."""
        self.ensure_one()
        document = self._get_document()
        if not document:
            raise UserError(self.env._("The document was deleted. There is nothing left to open."))
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }

    def _get_document(self):
        self.ensure_one()
        if self.res_model not in self.env:
            return None
        return self.env[self.res_model].browse(self.res_id).exists()

    # === RECORDING === #

    @api.model
    def _record(self, type, records, payloads=None):
        """Record that the fact ``type`` happened to each of ``records``.

        Contract: called in the transaction of the fact, so that there is never one without the
        other. Two queries for any number of records, beside the insert. Company, business unit
        and customer are taken from the records' fields ``company_id``, ``business_unit_id`` and
        ``partner_id`` where they exist. Who may cause the fact may record it: needs no rights.

        :param type: dotted lower-case name, ``<noun>.<participle>``, e.g. "invoice.settled"
        :param records: recordset of one model, may be empty
        :param payloads: dict of record id to dict, or a function of a record that returns a
            dict; dates become ISO strings, pass amounts as strings
        :return: the new events, with sudo, in the order of ``records``
        """
        if not EVENT_TYPE.fullmatch(type):
            raise ValueError(f"not a dotted lower-case event type: {type!r}")
        records = records.sudo()
        sequences = self._get_last_sequences(records)
        values = [
            {
                **self._prepare_event_values(type, record, _get_payload(record, payloads)),
                "sequence": sequences.get(record.id, 0) + 1,
            }
            for record in records
        ]
        try:
            return self.sudo().create(values)
        except UniqueViolation as error:
            # Somebody else just recorded a fact of the same document. Seen as what it is, the
            # transaction is repeated instead of showing an error to the user.
            raise TransactionConflict(str(error)) from error

    def _get_last_sequences(self, records):
        if not records:
            return {}
        groups = self.sudo()._read_group(
            [("res_model", "=", records._name), ("res_id", "in", records.ids)],
            ["res_id"],
            ["sequence:max"],
        )
        return dict(groups)

    def _prepare_event_values(self, type, record, payload):
        """Return the values of one event, without its sequence."""
        return {
            "type": type,
            "res_model": record._name,
            "res_id": record.id,
            "payload": payload,
            "company_id": _get_related_id(record, "company_id", "res.company"),
            "business_unit_id": _get_related_id(
                record, "business_unit_id", "billing.business.unit"
            ),
            "partner_id": _get_related_id(record, "partner_id", "res.partner"),
            "occurred_at": self.env.cr.now(),
        }


def _get_payload(record, payloads):
    if callable(payloads):
        return payloads(record)
    return (payloads or {}).get(record.id) or {}


def _get_related_id(record, name, model):
    """Return the id of the record's many2one ``name``, of the record itself if it is one."""
    if record._name == model:
        return record.id
    field = record._fields.get(name)
    return record[name].id if field and field.comodel_name == model else False
