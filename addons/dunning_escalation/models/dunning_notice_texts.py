from datetime import date, timedelta
from decimal import Decimal

from odoo import models
from odoo.tools import format_date, plaintext2html


class DunningNotice(models.Model):
    """What letters say, in the language of the environment."""

    _inherit = "dunning.notice"

    def _get_subject(self):
        """Heading of letter and mail."""
        self.ensure_one()
        return self.env._(
            "%(level)s of %(date)s",
            level=self.level_id.name,
            date=format_date(self.env, self.date),
        )

    def _get_summary_text(self):
        """For the person who calls: what it is about."""
        self.ensure_one()
        names = ", ".join(self._get_lines("item").line_id.move_id.mapped("name"))
        return self.env._(
            "%(customer)s owes %(amount)s: %(invoices)s",
            customer=self.partner_id.display_name,
            amount=self.currency_id.format(self.amount_total),
            invoices=names,
        )

    def _get_opening(self):
        self.ensure_one()
        return self.level_id.opening or self.env._(
            "We have not received your payment for the following invoices."
        )

    def _get_request_text(self):
        """What the customer is asked to do, until when."""
        self.ensure_one()
        amount = " + ".join(
            currency.with_context(lang=self.env.lang).format(float(total))
            for currency, total in self._get_totals().items()
        )
        day = format_date(self.env, self.deadline)
        if self.level_id._is_before_due():
            return self.env._("Please have %(amount)s ready by the due date.", amount=amount)
        return self.env._(
            "Please pay %(amount)s until %(date)s and name the invoice numbers.",
            amount=amount,
            date=day,
        )

    def _get_consequence_texts(self):
        """What follows from each level this letter reaches, with its date."""
        self.ensure_one()
        texts = []
        reached = self._get_lines("item").filtered("is_reached")
        for level, lines in reached.grouped("level_id").items():
            if level.action in ("none", "task"):
                continue
            day = format_date(self.env, self.date + timedelta(days=level.action_days))
            texts.append(level._get_consequence_text(day, lines.line_id.move_id))
        return texts

    def _get_farewell_text(self):
        self.ensure_one()
        if self.level_id._is_before_due():
            return self.env._("If you have paid already, you need not do anything.")
        return self.env._(
            "If you have paid already, please disregard this letter. If you object to one of the "
            "invoices, or cannot pay at once, please tell us: we will find a solution."
        )

    def _get_paragraphs(self):
        """Paragraphs after the list of invoices."""
        self.ensure_one()
        return [
            text
            for text in (
                self._get_request_text(),
                *self._get_consequence_texts(),
                self.level_id.closing or "",
                self._get_farewell_text(),
            )
            if text
        ]

    def _get_mail_body(self):
        self.ensure_one()
        lines = [
            f"{line.line_id.move_id.name}: "
            + line.currency_id.with_context(lang=self.env.lang).format(line.amount_open)
            for line in self._get_lines("item")
        ]
        texts = [self._get_opening(), "\n".join(lines), *self._get_paragraphs()]
        return plaintext2html("\n\n".join(texts))

    # === FIGURES === #

    def _get_totals(self):
        """What is demanded: dict of currency -> Decimal."""
        self.ensure_one()
        totals = {}
        for line in self._get_lines():
            amount = Decimal(str(line.amount_open)) + Decimal(str(line.interest))
            totals[line.currency_id] = totals.get(line.currency_id, Decimal(0)) + amount
        if self.amount_fee:
            fees = totals.get(self.currency_id, Decimal(0)) + Decimal(str(self.amount_fee))
            totals[self.currency_id] = fees
        return {currency: total for currency, total in totals.items() if total}

    def _get_fee_rows(self):
        """Pairs of text and amount of what is charged beside interest."""
        self.ensure_one()
        rows = []
        if self.fee:
            rows.append((self.env._("Cost of this letter"), self.fee))
        for line in self._get_lines("item").filtered("lump_sum"):
            rows.append(
                (
                    self.env._(
                        "Lump sum for late payment of %s (§ 288 (5) BGB)",
                        line.line_id.move_id.name,
                    ),
                    line.lump_sum,
                )
            )
        return rows

    def _get_interest_rows(self):
        """Sentences that explain the interest of each item, span by span."""
        self.ensure_one()
        rows = []
        for line in self._get_lines("item").filtered("interest"):
            money = line.currency_id.with_context(lang=self.env.lang)
            for span in line.interest_spans or []:
                rows.append(
                    {
                        "name": line.line_id.move_id.name,
                        "first": format_date(self.env, date.fromisoformat(span["first"])),
                        "last": format_date(self.env, date.fromisoformat(span["last"])),
                        "days": span["days"],
                        "principal": money.format(float(span["principal"])),
                        "percent": self._format_percent(span["percent"]),
                    }
                )
        return rows

    def _format_percent(self, text):
        lang = self.env["res.lang"]._get_data(code=self.env.lang)
        return lang and text.replace(".", lang.decimal_point or ".") + " %"
