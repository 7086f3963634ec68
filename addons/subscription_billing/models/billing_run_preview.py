from datetime import timedelta
from decimal import Decimal

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, format_amount, format_date

from ..core.periods import full_period
from ..core.preview import RANK, Cause, DocumentFacts, find_causes, jump_percent

PREVIEW_SIZE = 50

# The last posted document of each contract: what of it is about the contract.
LAST_AMOUNTS = """
    SELECT DISTINCT ON (period.subscription_id) period.subscription_id, sum(period.amount)
      FROM billing_period period
      JOIN account_move move ON move.id = period.move_id
     WHERE period.subscription_id IN %s
       AND period.voided IS NOT TRUE
       AND move.state = 'posted'
     GROUP BY period.subscription_id, move.id, move.invoice_date
     ORDER BY period.subscription_id, move.invoice_date DESC, move.id DESC
"""


class BillingRun(models.Model):
    """What a run would do, by the same code and without writing anything."""

    _inherit = "billing.run"

    @api.model
    @api.readonly
    def open_preview(self):
        """What the screen starts with: day, currency names, the run that is not at its end.

        :return: dict of plain values
        """
        self._check_may_run()
        company = self.env.company
        run = self._find_open_run()
        return {
            "date": company._get_billing_today().isoformat(),
            "company": company.name,
            "is_automatic": company.billing_release == "automatic",
            "jump_percent": company.billing_jump_percent,
            "causes": self._get_cause_labels(),
            "run_id": run.id,
        }

    @api.model
    @api.readonly
    def preview_chunk(self, scope, last_id=0):
        """What a run over the next contracts of a scope would make.

        :param dict scope: as of ``_prepare_scope()``
        :param int last_id: of the chunk before
        :return: dict of ``documents`` and ``contracts`` (counts), ``sums`` (list of currency id,
            untaxed and total amount), ``rows`` (exceptions), ``last_id`` (False at the end), and
            with the first chunk ``total`` and ``next_text``
        """
        self._check_may_run()
        values = self._prepare_scope(scope)
        company = self.env["res.company"].browse(values["company_id"])
        contracts = self.env["billing.subscription"].with_company(company)
        today = values["date"]
        due = self._get_scope_domain(values) & contracts._get_due_domain(today)
        chunk = contracts.search(due & Domain("id", ">", last_id), limit=PREVIEW_SIZE, order="id")
        result = self._preview_contracts(chunk, today)
        result["last_id"] = chunk[-1].id if len(chunk) == PREVIEW_SIZE else False
        if not last_id:
            result["total"] = contracts.search_count(due)
            result["next_text"] = self._get_next_text(self._get_scope_domain(values), today)
        return result

    @api.model
    def _preview_contracts(self, contracts, today):
        """The documents of contracts as a run would make them, counted, and their exceptions."""
        rows = []

        def fail(contract, error):
            reason = self.env["billing.run.error"]._get_reason(error)
            rows.append(self._prepare_row(contract, {Cause.ERROR: reason}))

        previews, _failed = self._isolate(
            contracts, lambda part: self._preview_documents(part, today), fail
        )
        documents = [document for part in previews for document in part]
        sums = {}
        for document in documents:
            rows += document["rows"]
            untaxed, total = sums.get(document["currency_id"], (0.0, 0.0))
            sums[document["currency_id"]] = (
                untaxed + document["untaxed"],
                total + document["total"],
            )
        return {
            "contracts": len(contracts),
            "documents": len(documents),
            "sums": [[currency, *amounts] for currency, amounts in sums.items()],
            "rows": rows,
        }

    @api.model
    def _preview_documents(self, contracts, today):
        """The documents of contracts, made of the very values billing uses, in memory only.

        :return: list of dicts of ``currency_id``, ``untaxed``, ``total`` and ``rows``
        """
        standings = contracts.line_ids._get_standings()
        due = contracts._get_due_items(standings, today)
        last_amounts = self._get_last_amounts(contracts)
        waiting = self._get_waiting_contracts(contracts)
        return [
            self._preview_document(contract, items, today, standings, last_amounts, waiting)
            for contract, items in contracts._get_documents(due)
        ]

    @api.model
    def _preview_document(self, contract, items, today, standings, last_amounts, waiting):
        move = self.env["account.move"].new(contract._prepare_invoice_values(items, today, None))
        sign = -1 if move.move_type == "out_refund" else 1
        totals = move.tax_totals
        amount = sum((item.draft.amount for _line, item in items), Decimal(0))
        partner = move.partner_id
        facts = DocumentFacts(
            amount=amount,
            last_amount=last_amounts.get(contract.id),
            has_address=bool(partner.street and partner.city and partner.country_id),
            has_email=bool(partner.email),
            untaxed_lines=sum(not line.tax_ids for line in move.invoice_line_ids),
            has_new_price=any(
                self._is_first_at_price(standings[line.id].facts, item) for line, item in items
            ),
            has_draft=contract.id in waiting,
        )
        limit = Decimal(str(contract.company_id.billing_jump_percent))
        texts = {
            cause: self._get_cause_text(cause, contract, facts)
            for cause in find_causes(facts, limit)
        }
        total = sign * totals["total_amount_currency"]
        return {
            "currency_id": move.currency_id.id,
            "untaxed": sign * totals["base_amount_currency"],
            "total": total,
            "rows": [self._prepare_row(contract, texts, total)] if texts else [],
        }

    @api.model
    def _is_first_at_price(self, facts, item):
        """Whether a planned price counts for the item and did not for the period before."""
        start = item.draft.period.start
        days = [day for day, _terms in facts.price_changes if day <= start]
        if item.is_credit or not days or start <= facts.start:
            return False
        before = full_period(facts.anchor, facts.cadence, start - timedelta(days=1))
        return max(days) > max(facts.start, before.start)

    @api.model
    def _get_last_amounts(self, contracts):
        """What the last posted document of each contract says of it, in the price mode."""
        if not contracts:
            return {}
        self.env["billing.period"].flush_model()
        self.env["account.move"].flush_model(["state", "invoice_date"])
        rows = self.env.execute_query(SQL(LAST_AMOUNTS, tuple(contracts.ids)))
        return {contract_id: Decimal(str(amount)) for contract_id, amount in rows}

    @api.model
    def _get_waiting_contracts(self, contracts):
        """Ids of contracts with a document that waits as a draft."""
        groups = self.env["billing.period"]._read_group(
            [
                ("subscription_id", "in", contracts.ids),
                ("voided", "=", False),
                ("move_id.state", "=", "draft"),
            ],
            ["subscription_id"],
        )
        return {contract.id for (contract,) in groups}

    # === FOR PEOPLE === #

    @api.model
    def _prepare_row(self, contract, texts, total=None):
        """One exception as the screen shows it.

        :param dict texts: :class:`Cause` -> sentence
        """
        main = min(texts, key=RANK.__getitem__)
        return {
            "id": contract.id,
            "name": contract.name,
            "partner_id": contract.partner_id.id,
            "partner": contract.partner_id.display_name,
            "plan": contract.plan_id.name,
            "cause": main.value,
            "texts": [texts[cause] for cause in sorted(texts, key=RANK.__getitem__)],
            "amount": (
                format_amount(self.env, total, contract.currency_id) if total is not None else ""
            ),
        }

    @api.model
    def _get_cause_labels(self):
        """Headings of the causes, in their order.

        :return: list of pairs of code and label
        """
        labels = {
            Cause.ERROR: self.env._("Cannot be billed"),
            Cause.NEGATIVE: self.env._("More is given back than charged"),
            Cause.ZERO: self.env._("Nothing to pay"),
            Cause.NO_TAX: self.env._("No tax on a line"),
            Cause.NO_ADDRESS: self.env._("Address incomplete"),
            Cause.NO_EMAIL: self.env._("No email address"),
            Cause.JUMP: self.env._("Unusual change"),
            Cause.PRICE_CHANGE: self.env._("New price for the first time"),
            Cause.DRAFT: self.env._("Earlier document still a draft"),
        }
        return [[cause.value, labels[cause]] for cause in Cause]

    @api.model
    def _get_cause_text(self, cause, contract, facts):
        """What a person reads about one cause of one document."""
        currency = contract.currency_id
        if cause is Cause.JUMP:
            percent = jump_percent(facts.amount, facts.last_amount)
            return self.env._(
                "%(percent)s %% against the last invoice (%(last)s)",
                percent=f"{percent:+.0f}",
                last=format_amount(self.env, float(facts.last_amount), currency),
            )
        if cause is Cause.NO_TAX:
            return self.env._("No tax on %s lines", facts.untaxed_lines)
        return dict(self._get_cause_labels())[cause.value]

    @api.model
    def _get_next_text(self, domain, today):
        """When something is due next, for those who find nothing to do; empty if never."""
        later = Domain("next_billing_date", ">", today) & Domain("state", "!=", "draft")
        groups = self.env["billing.subscription"]._read_group(
            domain & later,
            ["next_billing_date:day"],
            ["__count"],
            limit=1,
            order="next_billing_date:day",
        )
        if not groups:
            return ""
        day, count = groups[0]
        return self.env._(
            "Next: %(date)s, contracts: %(count)s", date=format_date(self.env, day), count=count
        )
