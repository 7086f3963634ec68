from decimal import Decimal

from odoo import api, models
from odoo.fields import Domain

from ..core.standing import OpenItem, balances, urgency

# More rows than this are a click away, in the list of all invoices.
MAX_ROWS = 80
PENDING_STATES = ("pending", "authorized")
# As in core: bank transfers "pending" for weeks do not keep anybody from paying.
OFFLINE_PROVIDERS = ("none", "custom")


class CustomerPortalAccount(models.AbstractModel):
    """What a customer sees of the account: the one place that turns open items into pages.

    All methods trust the partner they are given: the caller passes the commercial partner of the
    user (``_get_customer``), never an id of the request. They read with sudo and hand plain
    values to the templates.
    """

    _name = "customer.portal.account"
    _description = "Customer Account"

    # === SEAMS === #

    @api.model
    def _prepare_account_sections(self, partner):
        """Return the sections of the page below the open items.

        Contract: addons override, call super and append dicts with ``anchor`` (id in the page),
        ``title`` (translated heading), ``template`` (xmlid, rendered with ``section`` in scope),
        ``sequence`` (int, order of the page) and ``values`` (dict for the template, plain values
        or records whose access was checked).

        :param partner: commercial partner, sudo
        :return: list of dicts
        """
        return []

    @api.model
    def _prepare_upcoming(self, partner):
        """Return what will happen next on the account, e.g. the next invoice or debit.

        Contract: addons override, call super and append dicts with ``date``, ``text``
        (translated, one sentence with date and amount) and ``url``. The page shows the first few
        by date.

        :param partner: commercial partner, sudo
        :return: list of dicts
        """
        return []

    @api.model
    def _get_item_facts(self, lines):
        """Return what the rules must know of each line.

        Contract: addons that know more (day of a debit, returned, disputed) override, call super
        and put ``dataclasses.replace(fact, ...)`` in place, for all lines in a fixed number of
        queries.

        :param lines: receivable ``account.move.line``, sudo
        :return: dict of line id to :class:`core.standing.OpenItem`, for every line
        """
        in_collection = lines._get_amount_in_collection()
        return {line.id: self._prepare_item(line, in_collection[line.id]) for line in lines}

    @api.model
    def _get_item_label(self, line):
        """Return what an item is called on the page: its number, or words where it has none.

        Numbers of entries that are no invoices are the accountants' own and are not shown.
        """
        if line.move_id.is_sale_document(include_receipts=True):
            return line.move_id.name
        if line.amount_currency < 0:
            return self.env._("Payment received, not assigned to an invoice yet")
        return self.env._("Other open amount")

    # === FACTS === #

    @api.model
    def _get_customer(self, partner):
        """Return the partner whose account a person sees, with sudo."""
        return partner.sudo().commercial_partner_id

    @api.model
    def _get_open_lines(self, partner):
        """Return the open items of a commercial partner and its contacts, oldest first."""
        domain = self._get_receivable_domain(partner) & Domain("reconciled", "=", False)
        return self.env["account.move.line"].sudo().search(domain, order="date_maturity, id")

    @api.model
    def _get_receivable_domain(self, partner):
        return (
            Domain("partner_id", "child_of", partner.id)
            & Domain("account_type", "=", "asset_receivable")
            & Domain("parent_state", "=", "posted")
            & Domain("company_id", "in", self.env.companies.ids)
        )

    @api.model
    def _is_customer(self, partner):
        """Whether anything was ever booked for this customer."""
        lines = self.env["account.move.line"].sudo()
        return bool(lines.search_count(self._get_receivable_domain(partner), limit=1))

    @api.model
    def _prepare_item(self, line, in_collection):
        move = line.move_id
        return OpenItem(
            ledger=(line.company_id, line.currency_id),
            residual=Decimal(str(line.amount_residual_currency)),
            total=Decimal(str(line.amount_currency)),
            due=line.date_maturity or line.date,
            in_collection=Decimal(str(in_collection)),
            is_processing=any(
                tx.state in PENDING_STATES and tx.provider_code not in OFFLINE_PROVIDERS
                for tx in move.transaction_ids
            ),
            is_reversed=move.payment_state == "reversed",
        )

    @api.model
    def _get_todays(self, partner, companies):
        """Return what today is for the customer, as dict of company id to date."""
        return {company.id: partner._get_billing_today(company) for company in companies}

    # === PAGE === #

    @api.model
    def _prepare_account_values(self, partner, limit=MAX_ROWS):
        """Return what the page and the block on the home page show.

        :param partner: commercial partner, see ``_get_customer``
        :param limit: rows of open items at most
        :return: dict with ``balances``, ``rows``, ``more_count``, ``upcoming``, ``is_customer``
        """
        lines = self._get_open_lines(partner)
        facts = self._get_item_facts(lines)
        todays = self._get_todays(partner, lines.company_id)
        lines = lines.sorted(lambda line: urgency(facts[line.id], todays[line.company_id.id]))
        upcoming = self._prepare_upcoming(partner)
        return {
            "balances": self._prepare_balances(lines, facts, todays),
            "rows": self._prepare_rows(partner, lines[:limit], facts),
            "more_count": max(len(lines) - limit, 0),
            "upcoming": sorted(upcoming, key=lambda event: event["date"]),
            "is_customer": bool(lines or upcoming) or self._is_customer(partner),
        }

    @api.model
    def _prepare_balances(self, lines, facts, todays):
        values = []
        for company, members in lines.grouped("company_id").items():
            items = [facts[line.id] for line in members]
            for balance in balances(items, todays[company.id]):
                currency = balance.ledger[1]
                values.append({"company": company.name, "currency": currency, "sums": balance})
        return values
