import io
import re

from pypdf import PdfReader

from odoo import Command
from odoo.tests import tagged

from .documents import DocumentsCommon

AMOUNT = r"([\d,]+\.\d\d)"


@tagged("post_install", "-at_install")
class TestDocumentPages(DocumentsCommon):
    """Long tables over pages, with the sums that are carried over."""

    @classmethod
    def _create_long_document(cls, count=120, **values):
        lines = [
            cls._prepare_line(
                f"Item-{number:03}\n01/01/2026 – 01/31/2026", 10.01 + number, taxes=cls.tax
            )
            for number in range(count)
        ]
        lines.insert(count // 2, Command.create({"display_type": "line_section", "name": "Half"}))
        return cls._create_document(*lines, **values)

    def _find_amount(self, label, page):
        found = re.findall(rf"{label}: \D*{AMOUNT}", page)
        self.assertLessEqual(len(found), 1, page)
        return float(found[0].replace(",", "")) if found else None

    def _has_totals(self, page):
        return bool(re.search(r"^Total ", page, re.M))

    def test_carried_sums(self):
        """Recomputed from the items found on each page."""
        move = self._create_long_document()
        amounts = {line.name[:8]: line.price_subtotal for line in move.invoice_line_ids}
        pages = self._read_pages(self._print(move))
        self.assertGreaterEqual(len(pages), 5)
        total, seen, is_open = 0.0, [], False
        for page in pages:
            items = re.findall(r"Item-\d{3}", page)
            before, was_open = round(total, 2), is_open
            seen += items
            total += sum(amounts[item] for item in items)
            # The table is over where the totals are.
            is_open = not self._has_totals(page) and (was_open or bool(items))
            brought = self._find_amount("Brought forward", page)
            carried = self._find_amount("Carried forward", page)
            self.assertEqual(brought, before if was_open else None, page)
            self.assertEqual(carried, round(total, 2) if is_open else None, page)
        self.assertFalse(is_open)
        self.assertEqual(seen, sorted(name for name in amounts if name.startswith("Item")))
        self.assertAlmostEqual(total, move.amount_untaxed)

    def test_head_and_foot_of_every_page(self):
        move = self._create_long_document()
        pages = self._read_pages(self._print(move))
        for number, page in enumerate(pages, 1):
            self.assertIn(f"Page {number} of {len(pages)}", page)
            self.assertEqual(page.count("HRB 12345"), 1)
            self.assertIn(f"Invoice {move.name}", page)
            self.assertEqual("Description" in page, "Item-" in page)

    def test_totals_on_a_page_of_their_own(self):
        """Whatever the number of lines, the sum is handed over to the page that goes on."""
        outcomes = set()
        for count in range(2, 14):
            pages = self._read_pages(self._print(self._create_long_document(count)))
            total = round(sum(10.01 + number for number in range(count)), 2)
            for page, following in zip(pages, pages[1:], strict=False):
                carried = self._find_amount("Carried forward", page)
                self.assertEqual(carried, self._find_amount("Brought forward", following))
                self.assertEqual(carried is None, self._has_totals(page))
            self.assertIsNone(self._find_amount("Carried forward", pages[-1]))
            is_alone = self._has_totals(pages[-1]) and "Item-" not in pages[-1]
            outcomes.add((len(pages), is_alone))
            if is_alone:
                self.assertEqual(self._find_amount("Brought forward", pages[-1]), total)
        self.assertIn((1, False), outcomes)
        self.assertIn((2, True), outcomes, "no count left the totals alone on a page")

    def test_row_longer_than_a_page(self):
        """It is split; its amount is carried once."""
        text = "\n".join(f"Detail {number}" for number in range(150))
        move = self._create_document(
            self._prepare_line("First", 10),
            self._prepare_line(text, 5),
            self._prepare_line("Last", 1),
        )
        pages = self._read_pages(self._print(move))
        self.assertGreaterEqual(len(pages), 3)
        self.assertIn("Detail 149", "".join(pages))
        for page, following in zip(pages, pages[1:], strict=False):
            carried = self._find_amount("Carried forward", page)
            self.assertEqual(carried, self._find_amount("Brought forward", following))
        self.assertEqual(self._find_amount("Brought forward", pages[-1]), 15.0)

    def test_window_of_the_envelope(self):
        """DIN 5008 form B: sender's line and address stand in the window, 20-105 x 45-90 mm."""
        move = self._create_document()
        page = PdfReader(io.BytesIO(self._print(move))).pages[0]
        positions = []

        def visitor(text, cm, tm, font, size):
            if text.strip():
                x = tm[4] * cm[0] + cm[4]
                y = tm[5] * cm[3] + cm[5]
                positions.append((text.strip(), x / 72 * 25.4, 297 - y / 72 * 25.4))

        page.extract_text(visitor_text=visitor)
        inside = " ".join(text for text, x, y in positions if 24.9 <= x <= 105 and 45 <= y <= 90)
        for line in (
            "Nordlicht Systeme GmbH · Kastanienallee 12",
            "Acme Widgets Ltd",
            "Hafenstr. 27",
        ):
            self.assertIn(line, inside)
        self.assertNotIn(move.name, inside)
