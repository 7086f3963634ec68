from contextlib import closing
from dataclasses import dataclass
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date, formatLang

from ..core.lifecycle import State
from .billing_subscription import BILLABLE_STATES
from .billing_subscription_documents import items_by_line

SHOWN = 3
MOST_STEPS = 1000
# So many days with nothing to invoice, one after the other, and we look no further.
MOST_SILENT = 24


@dataclass(frozen=True)
class NextDocument:
    """A document that a run will make.

    :ivar day: the day of the run
    :ivar contracts: ``billing.subscription`` records
    :ivar items: pairs of a contract line and a :class:`DueItem`
    """

    day: date
    contracts: models.Model
    items: list

    def prepare_values(self):
        """Values for ``account.move``, the very ones that the run will use."""
        return self.contracts._prepare_invoice_values(self.items, self.day, None)


class BillingSubscription(models.Model):
    """Looking ahead: the next documents, made by the code that bills, and nothing is written."""

    _inherit = "billing.subscription"

    next_documents_html = fields.Html(
        string="Next Invoices", compute="_compute_next_documents_html", sanitize=False
    )

    def _get_next_documents(self, count, today=None, until=None):
        """The next documents of the contracts, in the order of their days.

        As the run will make them if nothing changes: catching up what is late today, crediting
        what is owed back, waiting with small amounts. Contracts that share an invoice with these
        are looked at, too.

        :param int count: so many documents at most
        :param date today: nothing is made before this day; by default the customer's today
        :param date until: nothing is made after this day
        :return: list of :class:`NextDocument`
        """
        contracts = self._with_sharing_contracts().with_company(self.company_id)
        standings = contracts.line_ids._get_standings()
        day = today or self.partner_id[:1]._get_billing_today(self.company_id)
        found, steps, quiet = [], 0, 0
        while day and len(found) < count and steps < MOST_STEPS and not (until and day > until):
            ready, silent, carried = contracts._get_documents_of(day, standings)
            found += [
                NextDocument(day, document, items) for document, items in ready if document & self
            ]
            for line, items in items_by_line([*ready, *silent]).items():
                standings[line] = standings[line].after(items)
            day = _get_following_day(day, standings, carried)
            steps += 1
            quiet = 0 if ready else quiet + 1
            if quiet > MOST_SILENT:
                break
            if not self._has_more(standings):
                # Contracts that share invoices with these may go on for ever.
                break
        return found[:count]

    def _has_more(self, standings):
        """Whether anything is left to charge or to credit for these contracts."""
        found = (standings.get(line.id) for line in self.line_ids)
        return any(standing.next_day for standing in found if standing)

    def _get_documents_of(self, day, standings):
        """The documents of a run on a day, what it only notes, and what waits for another one."""
        due = self._get_due_items(standings, day)
        documents, silent = self._split_silent(self._get_documents(due))
        ready, carried = self._split_carried(documents, standings, due, day)
        return ready, silent, carried

    def _with_sharing_contracts(self):
        """These contracts and those that may share an invoice with them."""
        sharing = self.filtered(lambda sub: sub._get_billing_grouping() != "contract")
        if not sharing:
            return self
        others = self.search(
            Domain("company_id", "=", self.company_id.id)
            & Domain("partner_id", "in", sharing.partner_id.ids)
            & Domain("state", "in", BILLABLE_STATES)
            & Domain("id", "not in", self.ids)
        )
        return self | others

    # === FOR PEOPLE === #

    def _try_next_documents(self, count, act=None):
        """The next documents as people read them, after a change that is not made.

        Without a change, and for a contract that runs, nothing has to be tried. Otherwise it is
        done in a transaction of its own that is never committed: a savepoint would not do, taking
        it back empties the cache and with it the form that is being filled in.

        :param act: function of a contract
        :return: list of dicts as of ``_prepare_next_document()``
        """
        self.ensure_one()
        if act is None and self.state != State.DRAFT.value:
            return self._prepare_next_documents(count)
        with closing(self.env.registry.cursor()) as cursor:
            contract = self._origin.with_env(self.env(cr=cursor))
            if contract.state == State.DRAFT.value:
                contract._check_can_activate()
                contract._activate(contract._get_first_run_day())
            if act:
                act(contract)
            return contract._prepare_next_documents(count)

    def _get_first_run_day(self):
        today = self.partner_id._get_billing_today(self.company_id)
        return max(today, self.start_date)

    def _prepare_next_documents(self, count, **limits):
        return [
            self._prepare_next_document(document)
            for document in self._get_next_documents(count, **limits)
        ]

    @api.model
    def _prepare_next_document(self, document):
        """A document to be, in words: dict of texts, free of records."""
        values = document.prepare_values()
        move = self.env["account.move"].new(values)
        totals = move.tax_totals
        currency = document.contracts[0].currency_id
        sign = -1 if values["move_type"] == "out_refund" else 1

        def money(amount):
            return formatLang(self.env, sign * amount, currency_obj=currency)

        day = values.get("billing_post_date") or document.day
        return {
            "date": day,
            "day": format_date(self.env, day),
            "is_refund": sign < 0,
            "contracts": document.contracts.mapped("name"),
            "rows": [line._prepare_preview_row(item) for line, item in document.items],
            "value": sign * totals["total_amount_currency"],
            "untaxed": money(totals["base_amount_currency"]),
            "tax": money(totals["tax_amount_currency"]),
            "total": money(totals["total_amount_currency"]),
        }

    @api.depends("state", "next_billing_date", "line_ids.quantity", "line_ids.unit_price")
    @api.depends_context("lang")
    def _compute_next_documents_html(self):
        for contract in self:
            contract.next_documents_html = contract._render_next_documents(SHOWN)

    def _render_next_documents(self, count):
        """The next documents as HTML, or in words why there are none."""
        values = {
            "documents": [],
            "problem": False,
            "has_contracts": False,
            "nothing": self._get_nothing_text(),
        }
        if self._origin:
            try:
                values["documents"] = self._try_next_documents(count)
            except UserError as error:
                values["problem"] = error.args[0]
        return self.env["ir.qweb"]._render("subscription_billing.next_documents", values)

    def _get_nothing_text(self):
        """Why there is no next document; False where nothing more will be invoiced."""
        return False

    def action_view_next_documents(self):
        self.ensure_one()
        return self.env["billing.preview"]._open(
            self.env._("Next Invoices of %s", self.name), subscription_id=self.id
        )


def _get_following_day(day, standings, carried):
    """The next day on which there is something to do, None when there never will be."""
    days = [standing.next_day for standing in standings.values()]
    days += [entry["day"] for entry in carried]
    return min((found for found in days if found and found > day), default=None)
