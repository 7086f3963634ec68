from decimal import Decimal

from odoo import Command, api, models

from ..core.write_off import net_of, shares


def exact(amount):
    return Decimal(str(amount))


class AccountMoveLine(models.Model):
    """The entry that writes an open item off."""

    _inherit = "account.move.line"

    def _prepare_write_off_values(self, reason, journal, day, note):
        """Values of the entry that clears this item, in the currency of the item.

        The loss carries the taxes of the invoice, so Odoo itself books the correction with the
        tags of a refund; what rounding leaves is a loss without tax.
        """
        self.ensure_one()
        currency, sign = self.currency_id, 1 if self.amount_residual_currency > 0 else -1
        amount = exact(abs(self.amount_residual_currency))
        parts = self._get_write_off_parts(amount) if reason.is_tax_corrected else []
        losses, rest = [], amount
        for taxes, net in parts:
            losses.append((taxes, net))
            rest -= exact(self._get_taxed(taxes, net, currency))
        if rest:
            losses.append((self.env["account.tax"], rest))
        name = self.env._("%(reason)s: %(document)s", reason=reason.name, document=self.move_name)
        common = {"partner_id": self.partner_id.id, "currency_id": currency.id, "name": name}
        lines = [
            {
                **common,
                "account_id": reason.account_id.id,
                "amount_currency": sign * float(net),
                "tax_ids": [Command.set(taxes.ids)],
            }
            for taxes, net in losses
        ]
        item = {
            **common,
            "account_id": self.account_id.id,
            "amount_currency": -self.amount_residual_currency,
            "tax_ids": [Command.clear()],
        }
        return {
            "move_type": "entry",
            "journal_id": journal.id,
            "company_id": self.company_id.id,
            "currency_id": currency.id,
            "date": day,
            "ref": name,
            "narration": note,
            "partner_id": self.partner_id.id,
            "business_unit_id": self.move_id.business_unit_id.id,
            "open_item_reason_id": reason.id,
            "line_ids": [Command.create(values) for values in [item, *lines]],
        }

    def _get_write_off_parts(self, amount):
        """Pairs of taxes and net amount, in proportion to the invoice; none for other entries."""
        move = self.move_id
        if not move.is_sale_document(include_receipts=True):
            return []
        groups = move.invoice_line_ids.filtered(lambda ln: ln.display_type == "product")
        groups = [
            (taxes, sum(lines.mapped("price_total")), sum(lines.mapped("price_subtotal")))
            for taxes, lines in groups.grouped("tax_ids").items()
        ]
        unit = exact(self.currency_id.rounding)
        parts = shares(amount, [exact(round(gross, 6)) for _t, gross, _n in groups], unit)
        return [
            (taxes, net_of(part, exact(gross) / exact(net) if net else Decimal(1), unit))
            for (taxes, gross, net), part in zip(groups, parts, strict=True)
            if taxes and part
        ]

    @api.model
    def _get_taxed(self, taxes, net, currency):
        """What the entry will book for ``net`` with its taxes."""
        computed = taxes.compute_all(
            float(net), currency=currency, is_refund=True, handle_price_include=False
        )
        return currency.round(computed["total_included"])

    def _write_off(self, reason, journal, day, note=""):
        """Write these open items off: an entry each, reconciled, told in their history.

        :return: the entries
        """
        entries = self.env["account.move"].create(
            [line._prepare_write_off_values(reason, journal, day, note) for line in self]
        )
        entries._post(soft=False)
        pairs = [
            line | entry.line_ids.filtered(lambda ln, line=line: ln.account_id == line.account_id)
            for line, entry in zip(self, entries, strict=True)
        ]
        self._reconcile_plan(pairs)
        for line, entry in zip(self, entries, strict=True):
            line.move_id._message_log(
                body=self.env._(
                    "Written off with %(entry)s: %(reason)s. %(note)s",
                    entry=entry.name,
                    reason=reason.name,
                    note=note or "",
                )
            )
        return entries
