from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .sepa_mandate import ORIGINALS

# What a debit said of its mandate -> where the mandate remembers that the bank knows it so.
SENT = {
    "sent_reference": "original_reference",
    "sent_creditor": "original_creditor_identifier",
    "sent_creditor_name": "original_creditor_name",
    "sent_iban": "original_iban",
}


class SepaCollection(models.Model):
    """What the file has told the debtor's bank of the mandate."""

    _inherit = "sepa.collection"

    sent_reference = fields.Char(readonly=True, copy=False)
    sent_creditor = fields.Char(readonly=True, copy=False)
    sent_creditor_name = fields.Char(readonly=True, copy=False)
    sent_iban = fields.Char("IBAN", readonly=True, copy=False, index="btree_not_null")

    def _remember_settled(self):
        """The debtor's bank has taken these: it knows the mandate as the file has said.

        What was changed since the file was written has to be announced next time, and nothing
        else any more.
        """
        self.mandate_id.filtered(lambda m: not m.was_settled).write({"was_settled": True})
        for collection in self.filtered("sent_reference"):
            mandate = collection.mandate_id
            values = {
                original: collection[sent] if collection[sent] != now else False
                for (sent, original), now in zip(
                    SENT.items(), mandate._get_present_values(), strict=True
                )
            }
            if any((mandate[name] or False) != value for name, value in values.items()):
                mandate.write(values)


class SepaMandate(models.Model):
    _inherit = "sepa.mandate"

    def _get_present_values(self):
        """Return what banks are told of the mandate now, in the order of ``ORIGINALS``."""
        self.ensure_one()
        creditor = self.sudo().creditor_id
        values = {
            "reference": self.name,
            "creditor_id": creditor.identifier,
            "creditor_name": creditor.name,
            "iban": self.partner_bank_id.sanitized_acc_number,
        }
        return [values[rule] for rule in ORIGINALS.values()]


class SepaCollectionBatch(models.Model):
    _inherit = "sepa.collection.batch"

    def _set_state(self, state, **values):
        result = super()._set_state(state, **values)
        if state == "written":
            self._keep_what_is_sent()
        return result

    def _keep_what_is_sent(self):
        """Remember what the files say of the mandates: later they may be changed."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE sepa_collection collection
                   SET sent_reference = mandate.name,
                       sent_creditor = creditor.identifier,
                       sent_creditor_name = creditor.name,
                       sent_iban = bank.sanitized_acc_number
                  FROM sepa_mandate mandate
                  JOIN sepa_creditor creditor ON creditor.id = mandate.creditor_id
                  JOIN res_partner_bank bank ON bank.id = mandate.partner_bank_id
                 WHERE mandate.id = collection.mandate_id AND collection.batch_id IN %s
                """,
                tuple(self.ids),
            )
        )
        self.env["sepa.collection"].invalidate_model(list(SENT))

    def action_submit(self):
        self._check_mandates()
        return super().action_submit()

    def _check_mandates(self):
        """Refuse a file with mandates that were revoked or suspended since it was written."""
        for batch in self:
            gone = batch.collection_ids.mandate_id.filtered(lambda m: m.state != "active")
            if gone:
                raise UserError(
                    self.env._(
                        "The file %(file)s collects with mandates that cannot be used any more: "
                        "%(mandates)s. Cancel the file; the rest of it can be written again.",
                        file=batch.name,
                        mandates=", ".join(gone[:10].mapped("name")),
                    )
                )
