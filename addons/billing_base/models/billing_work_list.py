from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

SEVERITIES = ("danger", "warning", "info")
GROUP = "billing_base.group_billing_user"


class BillingWorkList(models.AbstractModel):
    """What needs somebody: the first page of the app, as cards with a count.

    A card is a question to the database (model and domain) and the list its answer opens. Counts
    see what the user sees: access rights and record rules of companies and units hold.
    """

    _name = "billing.work.list"
    _description = "Work List"

    # === SEAMS === #

    @api.model
    def _get_cards(self):
        """Return the cards of the page.

        Contract: addons override, call super and append cards made by ``_prepare_card``. Nothing
        is counted here: all cards of a model are counted in one query.

        :return: list of dicts
        """
        return []

    @api.model
    def _get_status(self):
        """Return what happens by itself: the next run, the result of the last one.

        Contract: addons override, call super and append dicts with ``key``, ``label``
        (translated), ``value`` (translated, with the date), ``severity`` (one of ``SEVERITIES``
        or False) and ``action`` (a dict for the web client, or False).

        :return: list of dicts
        """
        return []

    # === HELPERS OF THE SEAMS === #

    @api.model
    def _prepare_card(self, key, label, domain, action, help="", severity="warning", sequence=50):
        """Return one card.

        :param str key: unique, for tests and styles
        :param str label: translated, what the records are
        :param Domain domain: what is counted and what a click shows
        :param str action: external id of the ``ir.actions.act_window`` whose list is shown
        :param str help: translated, one sentence: why it waits and what to do
        :param str severity: colour of a count above zero, one of ``SEVERITIES``
        :param int sequence: order of the page
        """
        return {
            "key": key,
            "label": label,
            "help": help,
            "severity": severity,
            "sequence": sequence,
            "domain": Domain(domain),
            "action": action,
        }

    @api.model
    def _get_domain_by_day(self, build):
        """Return a domain that asks each chosen company for its own day.

        :param build: function of ``res.company`` and date that returns a domain
        """
        return Domain.OR(
            Domain("company_id", "=", company.id) & build(company, company._get_billing_today())
            for company in self.env.companies
        )

    # === PAGE === #

    @api.model
    @api.readonly
    def get_work(self):
        """Return the page: ``cards`` with their counts, ``status`` and the ``total``.

        :return: dict of plain values
        :raise AccessError: when the user does no billing
        """
        if not self.env.user.has_group(GROUP):
            raise AccessError(
                self.env._(
                    "The work list is for people who do billing. Ask your administrator for the "
                    "access right “Subscription Billing: User”."
                )
            )
        cards = [self._open_card(card) for card in self._get_cards()]
        cards = sorted(filter(None, cards), key=lambda card: card["sequence"])
        self._count_cards(cards)
        shown = [
            {name: value for name, value in card.items() if name not in ("domain", "model")}
            for card in cards
        ]
        total = sum(card["count"] for card in shown)
        return {"cards": shown, "status": self._get_status(), "total": total}

    @api.model
    def _open_card(self, card):
        """Add the action of a card; None where the user may not read its records."""
        action = self.env["ir.actions.act_window"]._for_xml_id(card["action"])
        model = action["res_model"]
        if not self.env[model].has_access("read"):
            return None
        nothing = self.env._("Nothing to do here")
        opened = {
            **action,
            "name": card["label"],
            "path": False,
            "domain": list(card["domain"]),
            "context": {},
            "help": f'<p class="o_view_nocontent_smiling_face">{nothing}</p>',
        }
        return {**card, "model": model, "action": opened}

    @api.model
    def _count_cards(self, cards):
        """Set the ``count`` of cards, with one query per model."""
        by_model = {}
        for card in cards:
            by_model.setdefault(card["model"], []).append(card)
        for model, members in by_model.items():
            counts = self._count(self.env[model], [card["domain"] for card in members])
            for card, count in zip(members, counts, strict=True):
                card["count"] = count

    @api.model
    def _count(self, model, domains):
        """Return how many records of a model each domain has, as the user sees them."""
        query = model._search(Domain.OR(domains))
        if query.is_empty():
            return [0] * len(domains)
        counts = [
            SQL(
                "count(*) FILTER (WHERE %s)",
                domain.optimize_full(model)._to_sql(model, query.table, query),
            )
            for domain in domains
        ]
        [row] = self.env.execute_query(query.select(*counts))
        return list(row)
