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
    def preview_chunk(self, scope, last=(0, 0)):
        """What a run over the next contracts of a scope would make.

        :param dict scope: as of ``_prepare_scope()``
        :param last: pair as returned with the chunk before
        :return: dict of ``documents``, ``contracts`` and ``carried`` (counts), ``sums`` (lists of
            currency id, untaxed and total amount), ``rows`` (exceptions), ``last`` (False at the
            end), and with the first chunk ``total`` and ``next_text``
        """
        self._check_may_run()
        values = self._prepare_scope(scope)
        company = self.env["res.company"].browse(values["company_id"])
        contracts = self.env["billing.subscription"].with_company(company)
        today = values["date"]
        domain = self._get_scope_domain(values)
        due = domain & contracts._get_due_domain(today)
        run = self.new({"company_id": company.id, "date": today})
        chunk = run._find_chunk(due, PREVIEW_SIZE, tuple(last))
        result = self._preview_contracts(chunk, run._find_carried(chunk), today)
        is_last = len(chunk) < PREVIEW_SIZE
        result["last"] = False if is_last else [chunk[-1].partner_id.id, chunk[-1].id]
        if tuple(last) == (0, 0):
            result["total"] = contracts.search_count(due)
            result["next_text"] = self._get_next_text(domain, today)
        return result

    @api.model
    def _preview_contracts(self, chunk, carried, today):
        """The documents of contracts as a run would make them, counted, and their exceptions.

        :param chunk: contracts that are due
        :param carried: what waited to be invoiced together with these
        """
        rows = []

        def fail(contracts, error):
            if len(contracts) > 1:
                # A shared invoice: find out whose part it is that fails.
                return self._isolate(list(contracts), preview, fail)
            reason = self.env["billing.run.error"]._get_reason(error)
            rows.append(self._prepare_row(contracts, {Cause.ERROR: reason}))
            return [], [contracts]

        def preview(parts):
            return self._preview_documents(chunk.browse().union(*parts), today)

        groups = (chunk | carried).grouped(lambda contract: contract._get_document_key())
        previews, _failed = self._isolate(list(groups.values()), preview, fail)
        documents = [document for part in previews for document in part["documents"]]
        sums = {}
        for document in documents:
            rows += document["rows"]
            untaxed, total = sums.get(document["currency_id"], (0.0, 0.0))
            sums[document["currency_id"]] = (
                untaxed + document["untaxed"],
                total + document["total"],
            )
        return {
            "contracts": len(chunk),
            "documents": len(documents),
            "carried": sum(part["carried"] for part in previews),
            "sums": [[currency, *amounts] for currency, amounts in sums.items()],
            "rows": rows,
        }

    @api.model
    def _preview_documents(self, contracts, today):
        """The documents of contracts, made of the very values billing uses, in memory only.

        :return: dict of ``documents``, dicts of ``currency_id``, ``untaxed``, ``total`` and
            ``rows``, and ``carried``, the number of documents too small to be made now
        """
        standings = contracts.line_ids._get_standings()
        ready, _silent, carried = contracts._get_documents_of(today, standings)
        context = {
            "today": today,
            "standings": standings,
            "last_amounts": self._get_last_amounts(contracts),
            "waiting": self._get_waiting_contracts(contracts),
        }
        documents = [self._preview_document(document, context) for document in ready]
        return {"documents": documents, "carried": len(carried)}

    @api.model
    def _preview_document(self, document, context):
        """One document: its sums, and a row if somebody should look at it.

        :param document: contracts and their items, as of ``_get_documents()``
        :param dict context: what is known of all contracts, see ``_preview_documents()``
        """
        contracts, items = document
        values = contracts._prepare_invoice_values(items, context["today"], None)
        move = self.env["account.move"].new(values)
        sign = -1 if move.move_type == "out_refund" else 1
        totals = move.tax_totals
        facts = self._get_document_facts(contracts, items, move, context)
        limit = Decimal(str(contracts[0].company_id.billing_jump_percent))
        texts = {
            cause: self._get_cause_text(cause, contracts[0], facts)
            for cause in find_causes(facts, limit)
        }
        untaxed = sign * totals["base_amount_currency"]
        total = sign * totals["total_amount_currency"]
        return {
            "currency_id": move.currency_id.id,
            "untaxed": untaxed,
            "total": total,
            "rows": [self._prepare_row(contracts, texts, (untaxed, total))] if texts else [],
        }

    @api.model
    def _get_document_facts(self, contracts, items, move, context):
        """What the rules for exceptions must know of a document."""
        partner = move.partner_id
        last_amounts = [context["last_amounts"].get(contract.id) for contract in contracts]
        lines = move.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        return DocumentFacts(
            amount=sum((item.draft.amount for _line, item in items), Decimal(0)),
            last_amount=None if None in last_amounts else sum(last_amounts),
            has_address=bool(partner.street and partner.city and partner.country_id),
            has_email=bool(partner.email),
            untaxed_lines=sum(not line.tax_ids for line in lines),
            has_new_price=any(
                self._is_first_at_price(context["standings"][line.id].facts, item)
                for line, item in items
            ),
            has_draft=not context["waiting"].isdisjoint(contracts.ids),
        )

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
    def _prepare_row(self, contracts, texts, amounts=()):
        """One exception as the screen shows it.

        :param dict texts: :class:`Cause` -> sentence
        :param tuple amounts: untaxed and total, empty where there will be no document
        """
        main = min(texts, key=RANK.__getitem__)
        first = contracts[0]
        return {
            "id": first.id,
            "contracts": [[contract.id, contract.name] for contract in contracts],
            "partner_id": first.partner_id.id,
            "partner": first.partner_id.display_name,
            "plan": ", ".join(contracts.plan_id.mapped("name")),
            "cause": main.value,
            "texts": [texts[cause] for cause in sorted(texts, key=RANK.__getitem__)],
            "currency_id": first.currency_id.id,
            "amounts": list(amounts),
            "amount": format_amount(self.env, amounts[1], first.currency_id) if amounts else "",
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
