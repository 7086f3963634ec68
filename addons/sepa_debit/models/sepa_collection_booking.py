from odoo import Command, models

BOOKING_SIZE = 500


class SepaCollectionBatch(models.Model):
    """One collective entry per piece of a file, reconciled with the open items in bulk."""

    _inherit = "sepa.collection.batch"

    def _get_clearing_lines(self):
        return self.move_ids.filtered(lambda m: m.state == "posted").line_ids.filtered(
            lambda line: line.account_id == self.creditor_id.clearing_account_id
        )

    def _book(self, today, size=BOOKING_SIZE):
        """Book what was submitted and is due: open items against the clearing account.

        What is booked is not booked again, whatever crashed in between.

        :return: number of collections booked, at most ``size``; 0 when nothing is left
        """
        self.ensure_one()
        if self.collect_on > today:
            return 0
        todo = self.env["sepa.collection"].search(
            [
                ("batch_id", "=", self.id),
                ("state", "=", "submitted"),
                ("is_booked", "=", False),
            ],
            order="id",
            limit=size,
        )
        if todo:
            self._book_piece(todo)
        return len(todo)

    def _book_piece(self, collections):
        """Book some debits; what was paid by other means meanwhile is open on the customer.

        The bank collects it all the same, so it is in the total that the bank credits.
        """
        collections.move_line_id._lock_for_collection()
        # Odoo would write a message to each invoice for each field that changes; one says it all.
        self, collections = (r.with_context(tracking_disable=True) for r in (self, collections))
        move = self.env["account.move"].sudo().create(self._prepare_booking_values(collections))
        credits = move.line_ids.filtered(lambda line: line.credit > 0).sorted("id")
        move._post(soft=False)
        plan = []
        for collection, line in zip(collections, credits, strict=True):
            collection.write({"booking_line_id": line.id, "is_booked": True, "problem": False})
            if not collection.move_line_id.reconciled:
                plan.append(collection.move_line_id | line)
        collections.flush_recordset()
        if plan:
            self.env["account.move.line"].sudo()._reconcile_plan(plan)
        self.env.flush_all()
        self._log_booking(collections)
        if not self.creditor_id.is_one_booking:
            self._split_clearing(collections)

    def _log_booking(self, collections):
        """Tell the history of each invoice, all at once."""
        texts = {
            move.id: self.env._(
                "Collected by direct debit: %s.", ", ".join(debits.mapped("end_to_end_id"))
            )
            for move, debits in collections.grouped("move_id").items()
        }
        collections.move_id.sudo()._message_log_batch(bodies=texts)

    def _prepare_booking_values(self, collections):
        lines = [self._prepare_credit_values(collection) for collection in collections]
        return self._prepare_entry_values(lines, self.collect_on, sepa_batch_id=self.id)

    def _prepare_entry_values(self, lines, day, **values):
        """Values of an entry: some lines, and their total on the clearing account.

        :param list lines: values of journal items, all on the same side
        """
        clearing = {
            "account_id": self.creditor_id.clearing_account_id.id,
            "name": self.payment_id,
            "currency_id": self.currency_id.id,
            "amount_currency": -sum(line["amount_currency"] for line in lines),
            "balance": -sum(line["balance"] for line in lines),
        }
        return {
            "move_type": "entry",
            "journal_id": self.creditor_id.journal_id.id,
            "company_id": self.company_id.id,
            "business_unit_id": self.business_unit_id.id,
            "date": day,
            "ref": self.payment_id,
            "line_ids": [Command.create(line) for line in (clearing, *lines)],
            **values,
        }

    def _prepare_credit_values(self, collection):
        item = collection.move_line_id
        company = self.company_id
        balance = collection.currency_id._convert(
            collection.amount, company.currency_id, company, self.collect_on
        )
        return {
            "account_id": item.account_id.id,
            "partner_id": item.partner_id.id,
            "name": f"{collection.move_id.name} {collection.end_to_end_id}",
            "amount_currency": -collection.amount,
            "balance": -balance,
            "currency_id": collection.currency_id.id,
        }
