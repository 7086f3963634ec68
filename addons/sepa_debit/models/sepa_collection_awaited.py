from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.bank_statement_matching.core.matching import OpenItem


class SepaCollectionBatch(models.Model):
    """What waits in the clearing for the bank, offered to the matching of statements."""

    _inherit = "sepa.collection.batch"

    # === BOOKED BEFORE THE BANK IS READ === #

    @api.model
    def _book_what_arrived(self, journal, payments):
        """Book files whose money is on a statement before the daily run has booked them.

        :param list payments: ``core.matching.Payment`` s of bank_statement_matching
        """
        named = {payment.batch_id for payment in payments} - {""}
        debits = {payment.end_to_end_id for payment in payments if payment.amount > 0} - {""}
        arrived = self.search(
            Domain("creditor_id.journal_id", "=", journal.id)
            & Domain("state", "=", "submitted")
            & (
                Domain("payment_id", "in", list(named))
                | Domain("collection_ids.end_to_end_id", "in", list(debits))
            )
        )
        for batch in arrived:
            batch._book_all()
        single = self.env["sepa.collection"].search(
            [
                ("end_to_end_id", "in", list(debits)),
                ("batch_id", "in", arrived.ids),
                ("booking_line_id", "!=", False),
                ("clearing_line_id", "=", False),
            ]
        )
        for batch, collections in single.grouped("batch_id").items():
            batch._split_clearing(collections)

    def _book_all(self):
        """Book what is left of a file, as of its collection date."""
        self.ensure_one()
        while self._book(self.collect_on):
            pass

    # === DEBITS BY THEMSELVES === #

    def _split_clearing(self, collections):
        """Give debits lines of their own in the clearing: the bank credits them one by one.

        One entry moves them from the total of the file, without touching what is posted.
        """
        self.ensure_one()
        account = self.creditor_id.clearing_account_id
        lines = [collection._prepare_clearing_values() for collection in collections]
        values = self._prepare_entry_values(lines, self.collect_on, sepa_batch_id=self.id)
        move = self.env["account.move"].create(values)
        move.with_context(tracking_disable=True)._post(soft=False)
        debits = move.line_ids.filtered(lambda line: line.debit > 0).sorted("id")
        waiting = collections.booking_line_id.move_id.line_ids.filtered(
            lambda line: line.account_id == account and not line.reconciled
        )
        (waiting | (move.line_ids - debits)).reconcile()
        for collection, line in zip(collections, debits, strict=True):
            collection.clearing_line_id = line

    # === CANDIDATES === #

    @api.model
    def _get_awaited_items(self, journal):
        """Return what of the journal's files waits in the clearing, as ``OpenItem`` s.

        A file that is credited as one is one item with all its lines; debits that have lines of
        their own are items each. Two queries.
        """
        rows = self._fetch_clearing(journal)
        files, items = {}, []
        for row in rows:
            if row["collection_id"]:
                items.append(_single_item(row))
            else:
                files.setdefault((row["batch_id"], row["payment_id"], row["name"]), []).append(row)
        items += [_file_item(key, lines) for key, lines in files.items()]
        return items

    @api.model
    def _fetch_clearing(self, journal):
        for model in ("account.move.line", "account.move", "sepa.collection", self._name):
            self.env[model].flush_model()
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT line.id, line.amount_residual_currency::text AS residual,
                       batch.id AS batch_id, batch.payment_id, batch.name,
                       collection.id AS collection_id, collection.end_to_end_id,
                       mandate.name AS mandate, partner.commercial_partner_id AS partner_id,
                       partner.name AS partner_name, invoice.name AS invoice,
                       bank.sanitized_acc_number AS iban
                  FROM sepa_collection_batch batch
                  JOIN sepa_creditor creditor ON creditor.id = batch.creditor_id
                  JOIN account_move move ON move.sepa_batch_id = batch.id
                  JOIN account_move_line line ON line.move_id = move.id
                   AND line.account_id = creditor.clearing_account_id
             LEFT JOIN sepa_collection collection ON collection.clearing_line_id = line.id
             LEFT JOIN sepa_mandate mandate ON mandate.id = collection.mandate_id
             LEFT JOIN res_partner_bank bank ON bank.id = mandate.partner_bank_id
             LEFT JOIN res_partner partner ON partner.id = collection.partner_id
             LEFT JOIN account_move invoice ON invoice.id = collection.move_id
                 WHERE creditor.journal_id = %(journal)s AND batch.state = 'submitted'
                   AND move.state = 'posted' AND line.reconciled IS NOT TRUE
                   AND line.amount_residual_currency != 0
              ORDER BY line.id
                """,
                journal=journal.id,
            )
        )


class SepaCollection(models.Model):
    _inherit = "sepa.collection"

    clearing_line_id = fields.Many2one(
        "account.move.line", "In Clearing", readonly=True, index="btree_not_null"
    )

    def _prepare_clearing_values(self):
        """Values of a line of the clearing for this debit alone."""
        self.ensure_one()
        booked = self.booking_line_id
        return {
            "account_id": self.creditor_id.clearing_account_id.id,
            "partner_id": self.move_line_id.partner_id.id,
            "name": self.end_to_end_id,
            "currency_id": self.currency_id.id,
            "amount_currency": -booked.amount_currency,
            "balance": -booked.balance,
        }


def _file_item(key, lines):
    _batch, payment_id, name = key
    return OpenItem(
        keys=tuple(row["id"] for row in lines),
        amount=sum((_amount(row) for row in lines), Decimal(0)),
        numbers=(payment_id, name),
        end_to_end_ids=(payment_id,),
        batch_ids=(payment_id, name),
        name="",
    )


def _single_item(row):
    return OpenItem(
        keys=(row["id"],),
        amount=_amount(row),
        partner=row["partner_id"] or 0,
        numbers=tuple(filter(None, (row["end_to_end_id"], row["invoice"]))),
        end_to_end_ids=(row["end_to_end_id"],),
        mandate_ids=(row["mandate"],) if row["mandate"] else (),
        ibans=(row["iban"],) if row["iban"] else (),
        name=row["partner_name"] or "",
    )


def _amount(row):
    return Decimal(row["residual"]).quantize(Decimal("0.001")).normalize()
