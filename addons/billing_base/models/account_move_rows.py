from decimal import Decimal

from odoo import models

from ..core.document import DocumentRow

SECTIONS = {"line_section": "section", "line_subsection": "subsection"}


def to_decimal(value):
    """Return the exact decimal of a float as Odoo shows it."""
    return Decimal(str(value))


class AccountMove(models.Model):
    _inherit = "account.move"

    def _get_document_rows(self):
        """Return the table of the document as list of ``DocumentRow``."""
        self.ensure_one()
        lines = self.invoice_line_ids
        if any(line.display_type in SECTIONS for line in lines):
            # Odoo decides which lines are hidden behind the section they belong to. Finding the
            # sections of lines costs more than all the rest, so only where there are any.
            lines = self._get_move_lines_to_report()
        else:
            lines = lines.sorted(lambda line: line.sequence)
        return [row for line in lines for row in line._get_document_rows()]


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _get_document_rows(self):
        """Return the rows of this line, for a closed section those of all it holds."""
        self.ensure_one()
        if self.display_type == "line_note":
            return [DocumentRow("note", self.name or "", level=self._get_section_depth())]
        if self.display_type not in SECTIONS:
            return [self._get_item_row()]
        if self.collapse_composition:
            return self._get_composition_rows()
        amount = self._sum_printed(self._get_section_lines())
        section = DocumentRow(
            SECTIONS[self.display_type],
            self.name or "",
            amount=amount,
            level=self._get_section_depth(),
            is_summed=self.collapse_prices,
        )
        return [section, *(self._get_unpriced_rows() if self.collapse_prices else [])]

    def _get_section_depth(self):
        if not any(line.display_type in SECTIONS for line in self.move_id.invoice_line_ids):
            return 0
        depth, parent = 0, self.parent_id
        while parent:
            depth, parent = depth + 1, parent.parent_id
        return depth

    def _get_item_row(self):
        return DocumentRow(
            "item",
            self.name or "",
            quantity=to_decimal(self.quantity),
            unit=self._get_unit_name(),
            price=to_decimal(self.price_unit),
            discount=to_decimal(self.discount),
            taxes=self._get_tax_labels(),
            amount=self._sum_printed(self),
            level=self._get_section_depth(),
        )

    def _get_composition_rows(self):
        """One row per tax: what it consists of is not shown."""
        lines = self._get_section_lines().filtered(lambda line: line.display_type == "product")
        rows = []
        for same_taxes in lines.grouped("tax_ids").values():
            amount = self._sum_printed(same_taxes)
            rows.append(
                DocumentRow(
                    "item",
                    self.name or "",
                    quantity=Decimal(1),
                    price=amount,
                    taxes=same_taxes[0]._get_tax_labels(),
                    amount=amount,
                    level=self._get_section_depth(),
                )
            )
        return rows or [DocumentRow("note", self.name or "", level=self._get_section_depth())]

    def _get_unpriced_rows(self):
        """What a section holds, with quantities but without prices."""
        rows = []
        for line in self._get_section_lines().sorted("sequence"):
            depth = line._get_section_depth()
            if line.display_type == "product":
                quantity, unit = to_decimal(line.quantity), line._get_unit_name()
                rows.append(DocumentRow("item", line.name or "", quantity, unit, level=depth))
            else:
                kind = SECTIONS.get(line.display_type, "note")
                rows.append(DocumentRow(kind, line.name or "", level=depth))
        return rows

    def _get_unit_name(self):
        """The unit of the quantity, unless it is just "Units"."""
        unit = self.product_uom_id
        return "" if unit == self.env.ref("uom.product_uom_unit", False) else unit.name or ""

    def _get_tax_labels(self):
        return ", ".join(tax.tax_label for tax in self.tax_ids if tax.tax_label)

    def _sum_printed(self, lines):
        """Sum the amounts of the last column: without taxes, or with them where prices are."""
        move = self.move_id
        included = move.company_price_include == "tax_included"
        amounts = lines.mapped("price_total" if included else "price_subtotal")
        return to_decimal(move.currency_id.round(sum(amounts)))
