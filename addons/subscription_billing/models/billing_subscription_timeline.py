from collections import defaultdict
from datetime import date

from odoo import api, fields, models
from odoo.tools import format_amount, format_date, formatLang

from ..core.lifecycle import State
from .billing_subscription_hold import PAUSE

UPCOMING = 3
# Kind of an entry -> icon and colour.
LOOKS = {
    "start": ("fa-play", "success"),
    "trial": ("fa-clock-o", "info"),
    "change": ("fa-exchange", "primary"),
    "hold": ("fa-pause", "warning"),
    "resume": ("fa-play", "success"),
    "discount": ("fa-tag", "info"),
    "price": ("fa-line-chart", "primary"),
    "invoice": ("fa-file-text-o", "secondary"),
    "notice": ("fa-bell-o", "warning"),
    "end": ("fa-stop", "danger"),
}


class BillingSubscription(models.Model):
    """The life of a contract as people read it: what has been, and what will come."""

    _inherit = "billing.subscription"

    timeline_html = fields.Html(
        string="Timeline", compute="_compute_timeline_html", sanitize=False
    )

    @api.depends("state", "end_date", "next_billing_date", "line_ids", "hold_ids", "discount_ids")
    @api.depends_context("lang")
    def _compute_timeline_html(self):
        for contract in self:
            contract.timeline_html = self.env["ir.qweb"]._render(
                "subscription_billing.timeline",
                {"entries": contract._get_timeline() if contract._origin else []},
            )

    def _get_timeline(self):
        """What happened to the contract and what will, in the order of time.

        Addons add entries in :meth:`_get_timeline_facts`.

        :return: list of dicts: ``date`` and ``day`` (its text), ``text``, ``icon``, ``colour``,
            ``is_future``, ``is_today`` for the first that is not past, ``move_id`` or False
        """
        self.ensure_one()
        today = self.partner_id._get_billing_today(self.company_id)
        facts = sorted(self._get_timeline_facts(today), key=lambda fact: fact["date"])
        entries = []
        is_past = True
        for fact in facts:
            is_future = fact["date"] > today
            icon, colour = LOOKS[fact["kind"]]
            entries.append(
                {
                    "move_id": False,
                    **fact,
                    "day": format_date(self.env, fact["date"]),
                    "icon": icon,
                    "colour": colour,
                    "is_future": is_future,
                    "is_today": is_past and is_future,
                }
            )
            is_past = not is_future
        return entries

    def _get_timeline_facts(self, today):
        """Entries of the timeline: list of dicts with ``date``, ``kind`` and ``text``."""
        return [
            *self._get_life_facts(today),
            *self._get_part_facts(),
            *self._get_hold_facts(),
            *self._get_discount_facts(),
            *self._get_price_facts(),
            *self._get_document_facts(),
            *self._get_upcoming_facts(today),
        ]

    def _get_life_facts(self, today):
        facts = [_fact(self.start_date, "start", self.env._("The contract starts"))]
        if self.trial_end_date:
            facts.append(
                _fact(
                    self.trial_end_date, "trial", self.env._("The trial is over, charged from now")
                )
            )
        if self.end_date:
            facts.append(_fact(self.end_date, "end", self.env._("The contract ends")))
        elif self.cancellable_until and self.cancellable_until >= today:
            facts.append(
                _fact(
                    self.cancellable_until,
                    "notice",
                    self.env._(
                        "Last day to cancel to %s",
                        format_date(
                            self.env, fields.Date.subtract(self.earliest_end_date, days=1)
                        ),
                    ),
                )
            )
        return facts

    # === WHAT IT IS MADE OF === #

    def _get_part_facts(self):
        """Changes of plan, quantities and options, from where lines begin and end."""
        days = defaultdict(lambda: (self.env["billing.subscription.line"],) * 2)
        for line in self.line_ids:
            first = line._get_first_day()
            if line.start_date and line.start_date > self.start_date and first == line.start_date:
                ended, begun = days[line.start_date]
                days[line.start_date] = (ended, begun | line)
            if line.end_date and line.end_date > first and line.end_date != self.end_date:
                ended, begun = days[line.end_date]
                days[line.end_date] = (ended | line, begun)
        return [
            _fact(day, "change", text)
            for day, (ended, begun) in days.items()
            for text in self._get_part_texts(ended, begun)
        ]

    def _get_part_texts(self, ended, begun):
        old, new = ended.charge_id.version_id, begun.charge_id.version_id
        if old and new and old != new:
            return [
                self.env._(
                    "Plan changed from %(old)s to %(new)s",
                    old=old[0].plan_id.name,
                    new=new[0].plan_id.name,
                )
            ]
        texts = []
        for line in begun:
            before = ended.filtered(lambda other, line=line: other.charge_id == line.charge_id)[:1]
            if before and before.quantity != line.quantity:
                texts.append(
                    self.env._(
                        "%(charge)s: %(old)s → %(new)s",
                        charge=line.charge_id.name,
                        old=self._get_count_text(before),
                        new=self._get_count_text(line),
                    )
                )
            elif not before:
                texts.append(self.env._("%s added", line.charge_id.name))
        gone = ended.charge_id - begun.charge_id
        return texts + [self.env._("%s removed", charge.name) for charge in gone]

    def _get_count_text(self, line):
        number = formatLang(self.env, line.quantity, digits=2)
        return number[:-3] if float(line.quantity).is_integer() else number

    def _get_hold_facts(self):
        facts = []
        for hold in self.hold_ids:
            if hold.code == PAUSE:
                text, after = self.env._("Paused"), self.env._("Goes on after the pause")
            else:
                text = self.env._("On hold: %s", hold.origin or hold.code)
                after = self.env._("No longer on hold: %s", hold.origin or hold.code)
            if hold.end_date and hold.end_date <= hold.start_date:
                continue
            facts.append(_fact(hold.start_date, "hold", text))
            if hold.end_date:
                facts.append(_fact(hold.end_date, "resume", after))
        return facts

    def _get_discount_facts(self):
        facts = []
        for discount in self.discount_ids:
            span = discount._get_span()
            if span.is_empty:
                continue
            label = f"{discount.name} ({discount._get_value_text()})"
            facts.append(_fact(span.start, "discount", self.env._("Discount: %s", label)))
            if span.end:
                facts.append(_fact(span.end, "discount", self.env._("Discount over: %s", label)))
        return facts

    def _get_price_facts(self):
        """New prices of the charges the contract has on that day."""
        facts = []
        for line in self.line_ids:
            if line._has_agreed_price():
                continue
            for day, _terms in line._get_price_changes():
                begins_later = line._get_first_day() >= day
                if begins_later or (line._get_end() and line._get_end() <= day):
                    continue
                text = self.env._("New price of %s", line.charge_id.name)
                facts.append(_fact(day, "price", text))
        return facts

    # === DOCUMENTS === #

    def _get_document_facts(self):
        labels = dict(
            self.env["account.move"]._fields["payment_state"]._description_selection(self.env)
        )
        facts = []
        for move in self.sudo().period_ids.move_id:
            if move.state != "posted":
                continue
            text = self.env._(
                "%(document)s: %(amount)s, %(state)s",
                document=move.name,
                amount=format_amount(self.env, move.amount_total, move.currency_id),
                state=labels.get(move.payment_state, ""),
            )
            facts.append(_fact(move.invoice_date, "invoice", text) | {"move_id": move.id})
        return facts

    def _get_upcoming_facts(self, today):
        if self.state in (State.DRAFT.value, State.ENDED.value):
            return []
        facts = []
        for document in self._prepare_next_documents(UPCOMING, today=today):
            name = self.env._("Credit note") if document["is_refund"] else self.env._("Invoice")
            facts.append(_fact(document["date"], "invoice", f"{name}: {document['total']}"))
        return facts


def _fact(day: date, kind: str, text: str) -> dict:
    return {"date": day, "kind": kind, "text": text}
