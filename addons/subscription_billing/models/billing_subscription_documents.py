from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import Command, models

from ..core.collecting import waits_until
from .billing_subscription_line_facts import AHEAD


class BillingSubscription(models.Model):
    """What goes on which document, what waits for more, and the values of a document."""

    _inherit = "billing.subscription"

    # === WHICH DOCUMENTS === #

    def _get_documents(self, due):
        """What goes on which document.

        Contracts share one where their policy says so. A contract has several where its credits,
        or charges of some product category, have a document of their own; charges come last.

        :param dict due: line id -> list of :class:`DueItem`
        :return: list of pairs of the contracts of a document and its ``(line, item)`` pairs
        """
        groups = defaultdict(lambda: (self.browse(), []))
        for sub in self.sorted("id"):
            pairs = [(line, item) for line in sub.line_ids for item in due.get(line.id, ())]
            if pairs:
                key = sub._get_document_key()
                contracts, together = groups[key]
                groups[key] = (contracts | sub, together + pairs)
        return [
            document
            for contracts, pairs in groups.values()
            for document in contracts._split_document(pairs)
        ]

    @staticmethod
    def _split_silent(documents):
        """Set documents apart on which nothing asks for a document.

        :return: tuple of the documents, and of those whose items are only noted in the ledger
        """
        needed = [
            any(item.needs_document for _line, item in pairs) for _contracts, pairs in documents
        ]
        pairs = list(zip(documents, needed, strict=True))
        return (
            [document for document, is_needed in pairs if is_needed],
            [document for document, is_needed in pairs if not is_needed],
        )

    def _get_document_key(self):
        """What contracts must have in common to share a document."""
        self.ensure_one()
        grouping = self._get_billing_grouping()
        if grouping == "contract":
            return (self.id,)
        terms = self.invoice_payment_term_id or self.partner_id.property_payment_term_id
        version = self.version_id
        return (
            grouping,
            self.partner_id.id,
            self.currency_id.id,
            self.business_unit_id.id,
            terms.id,
            version.draft_days,
            version.credit_document,
            (self.client_reference or "").strip() if grouping == "reference" else "",
        )

    def _split_document(self, pairs):
        """Documents of contracts that share one, cut where something needs its own."""
        parts = defaultdict(list)
        for line, item in pairs:
            parts[self._get_part_key(line, item)].append((line, item))
        return [
            (self.browse().union(*[line.subscription_id for line, _item in part]), part)
            for _key, part in sorted(parts.items(), key=lambda entry: entry[0])
        ]

    def _get_part_key(self, line, item):
        """What items of a document must have in common to stay on one; smaller keys come first."""
        category = line.product_id.categ_id
        own_category = category.id if category.billing_document == "own" else 0
        has_credit_notes = self[0].version_id.credit_document == "credit_note"
        return not (has_credit_notes and item.gives_back), -own_category

    # === SMALL AMOUNTS === #

    def _split_carried(self, documents, standings, due, today):
        """Set documents apart whose amount is too small.

        :param list documents: as of ``_get_documents()``
        :return: tuple of the documents to make, and of dicts for ``_carry()``
        """
        ready, carried = [], []
        for contracts, pairs in documents:
            policy = contracts[0]._get_carry_over(today)
            day = policy and contracts._get_waiting_day(policy, pairs, standings, due)
            if day and day > today:
                carried.append({"contracts": contracts, "pairs": pairs, "day": day})
            else:
                ready.append((contracts, pairs))
        return ready, carried

    def _get_waiting_day(self, policy, pairs, standings, due):
        """The day on which to look again at a document to be, None to make it now."""
        if any(line._is_deposit() or item.is_credit for line, item in pairs):
            return None
        days = [
            standings[line.id].get_next_day(due.get(line.id, ()))
            for line in self.line_ids
            if line.id in standings
        ]
        return waits_until(
            policy,
            [item.draft.amount for _line, item in pairs],
            min(item.draft.period.end for _line, item in pairs),
            min(filter(None, days), default=None),
        )

    def _carry(self, carried):
        """Note on contracts what waits, and when to look at it again."""
        amounts, days = defaultdict(Decimal), {}
        for entry in carried:
            for line, item in entry["pairs"]:
                contract = line.subscription_id
                amounts[contract] += item.draft.amount
                days[contract] = min(entry["day"], days.get(contract, entry["day"]))
        for contract, amount in amounts.items():
            contract.write({"carried_amount": float(amount), "next_billing_date": days[contract]})
        released = self.filtered("carried_amount") - self.browse().union(*amounts)
        released.carried_amount = 0.0

    # === VALUES === #

    def _prepare_invoice_values(self, items, today, run):
        """Values of one document: an invoice, or a credit note if it is negative.

        Addons that add to the invoice call ``super()`` and extend the dict. ``self`` are the
        contracts of the document, of which the first decides where they may differ.

        :param list items: pairs of a contract line and a :class:`DueItem`
        :param date today: date of the invoice
        :param run: ``billing.run`` or None
        :return: dict for ``account.move.create``
        """
        first = self[0]
        is_refund = sum(item.draft.amount for _line, item in items) < 0
        values = {
            "move_type": "out_refund" if is_refund else "out_invoice",
            "company_id": first.company_id.id,
            "partner_id": first.partner_id.id,
            "currency_id": first.currency_id.id,
            "invoice_date": today,
            "delivery_date": self._get_delivery_date(items, today),
            "invoice_origin": ", ".join(self.mapped("name")),
            "ref": ", ".join(dict.fromkeys(filter(None, self.mapped("client_reference")))),
            "invoice_user_id": first.user_id.id,
            "invoice_line_ids": self._prepare_document_lines(items, run, -1 if is_refund else 1),
            **first.business_unit_id._prepare_invoice_defaults(first.partner_id),
        }
        if first.version_id.draft_days:
            values["billing_post_date"] = today + timedelta(days=first.version_id.draft_days)
        terms = values.get("invoice_payment_term_id") or first.partner_id.property_payment_term_id
        if first.invoice_payment_term_id:
            values["invoice_payment_term_id"] = first.invoice_payment_term_id.id
        elif not terms:
            # Without terms Odoo would take the real date, which is not the day of a late run.
            values["invoice_date_due"] = today
        return values

    def _prepare_document_lines(self, items, run, sign):
        """Commands for the lines of a document, under headings where they help to read it."""
        origin_taxes = self._get_origin_taxes([item for _line, item in items])
        commands = []
        for contract in self:
            own = [pair for pair in items if pair[0].subscription_id == contract]
            heading = contract._get_document_heading() if len(self) > 1 else False
            if not heading and contract.cost_centre:
                heading = self.env._("Cost centre: %s", contract.cost_centre)
            if heading:
                commands.append(_heading(heading, "line_section"))
            under = "line_subsection" if heading else "line_section"
            for category, pairs in _by_heading(own):
                if category:
                    commands.append(_heading(category.name, under))
                commands += [
                    Command.create(
                        line._prepare_invoice_line_values(item, run, sign, origin_taxes)
                    )
                    for line, item in pairs
                ]
        return commands

    def _get_document_heading(self):
        """What stands above the lines of one contract on an invoice for several."""
        self.ensure_one()
        language = self.partner_id.lang or self.env.lang
        contract = self.with_context(lang=language)
        parts = [contract.name, contract.plan_id.name]
        if self.client_reference:
            parts.append(contract.env._("your reference %s", self.client_reference))
        if self.cost_centre:
            parts.append(contract.env._("cost centre %s", self.cost_centre))
        return " · ".join(parts)

    def _get_delivery_date(self, items, today):
        """The end of the service that a document is about (§ 14 (4) No. 6 UStG)."""
        days = [item.draft.period.last_day for line, item in items if not line._is_deposit()]
        return max(days, default=today)

    def _get_origin_taxes(self, items):
        """Taxes of the invoice lines that credits give back: a credit mirrors its charge.

        :return: dict of ledger row id -> ids of ``account.tax``
        """
        row_ids = [item.corrects.id for item in items if item.mirrors and item.corrects.id < AHEAD]
        rows = self.env["billing.period"].browse(row_ids)
        return {row.id: row.invoice_line_id.tax_ids.ids for row in rows if row.invoice_line_id}


def _heading(text, display_type):
    return Command.create({"display_type": display_type, "name": text})


def _by_heading(pairs):
    """Lines by the category whose name stands above them; those without a heading come first."""
    groups = {}
    for line, item in pairs:
        category = line.product_id.categ_id
        if category.billing_document != "heading":
            category = category.browse()
        groups.setdefault(category, []).append((line, item))
    return sorted(groups.items(), key=lambda entry: (bool(entry[0]), entry[0].id))


def items_by_line(documents):
    """The items of documents, as a dict of line id -> list of :class:`DueItem`."""
    items = defaultdict(list)
    for _contracts, pairs in documents:
        for line, item in pairs:
            items[line.id].append(item)
    return items
