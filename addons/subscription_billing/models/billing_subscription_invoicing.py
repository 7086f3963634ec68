from decimal import Decimal

from odoo import Command, api, models
from odoo.fields import Domain
from odoo.tools import plaintext2html

from ..core import explaining, invoicing
from .billing_subscription import BILLABLE_STATES
from .billing_subscription_documents import items_by_line

BILLING_ERROR_ACTIVITY = "subscription_billing.mail_activity_billing_error"


class BillingSubscription(models.Model):
    """From contracts to posted invoices: due, price, create, post.

    The border to the rules is always the same: facts (records to dataclasses), a pure function,
    ``_prepare_*`` (dataclass to dict, no side effect), create.
    """

    _inherit = "billing.subscription"

    def _bill(self, today, run=None):
        """Bill all that is due on a day and not billed yet, and post what does not wait as draft.

        All contracts belong to one company. Everything happens in the current transaction and
        either as a whole or not at all: the caller isolates errors.

        :param date today: the day to bill for, also the date of the invoices
        :param run: the ``billing.run`` this belongs to, if any
        :return: the new ``account.move`` records
        """
        subscriptions = self.with_company(self.company_id)
        standings = subscriptions.line_ids._get_standings()
        due = subscriptions._get_due_items(standings, today)
        documents, silent = self._split_silent(subscriptions._get_documents(due))
        documents, carried = subscriptions._split_carried(documents, standings, due, today)
        moves = self._create_invoices(documents, today, run)
        self._record_silent(silent, run)
        billed = self.browse().union(*[contracts for contracts, _items in documents])
        done = items_by_line([*documents, *silent])
        subscriptions.line_ids._advance_billed_until(standings, done, today)
        # A day that is stored too early would be found by the run again and again.
        (subscriptions - billed)._compute_next_billing_date()
        subscriptions._carry(carried)
        if moves:
            waiting = moves.filtered("billing_post_date")
            waiting._log_waiting()
            posted = moves - waiting
            posted._post_billing_documents()
            billed._clear_billing_error()
            posted._call_invoiced_hook()
        return moves

    def _get_due_items(self, standings, today):
        """Charges and credits that are due, priced.

        :param dict standings: as of ``_get_standings()``
        :return: dict of line id -> list of :class:`DueItem`
        """
        digits = {line.id: line.currency_id.decimal_places for line in self.line_ids}
        return {
            line_id: standing.get_due(today, digits[line_id])
            for line_id, standing in standings.items()
        }

    @api.model
    def _create_invoices(self, documents, today, run):
        """The drafts of documents as of ``_get_documents()``, with their periods, in one batch."""
        values = [
            contracts._prepare_invoice_values(items, today, run) for contracts, items in documents
        ]
        quiet = {"tracking_disable": True, "mail_create_nolog": True}
        moves = self.env["account.move"].with_context(**quiet)._create_billing_documents(values)
        # Charges and credits at different tax rates: the sign of the net says not all.
        moves.filtered(lambda move: move.amount_total < 0).action_switch_move_type()
        return moves

    @api.model
    def _record_silent(self, documents, run):
        """Note in the ledger what is settled without a document."""
        self.env["billing.period"].create(
            [
                line._prepare_period_values(item, run)
                for _contracts, pairs in documents
                for line, item in pairs
            ]
        )

    def _period_invoiced_hook(self, moves):
        """Called once per chunk after documents of contracts were posted, before the commit.

        Documents that waited as drafts come here when they are posted, by whomever. Override to
        act in the same transaction; call ``super()``. Work that leaves the database (mail,
        collection) belongs into a cron of its own. Which contracts a document bills says
        ``moves._get_billed_contracts()``.

        :param moves: the posted ``account.move`` records; ``self`` are their contracts
        """
        body = self.env._("Invoiced by the billing run.")
        moves._message_log_batch(bodies={move.id: body for move in moves})
        moves._record_for_contracts("subscription.invoiced")

    def _get_due_domain(self, today):
        """Contracts with something due on a day; those set aside on it are left out."""
        return (
            Domain("state", "in", BILLABLE_STATES)
            & Domain("next_billing_date", "<=", today)
            & (Domain("billing_error_date", "=", False) | Domain("billing_error_date", "<", today))
        )

    def _set_billing_error(self, message, today):
        """Set the contract aside for the day and tell people: field, chatter, activity."""
        self.ensure_one()
        self.write({"billing_error": message, "billing_error_date": today})
        self._message_log(
            body=self.env._("Not billed, set aside: %(reason)s", reason=message),
        )
        if self.user_id and not self.activity_search([BILLING_ERROR_ACTIVITY]):
            self.activity_schedule(
                BILLING_ERROR_ACTIVITY, user_id=self.user_id.id, note=plaintext2html(message)
            )

    def _clear_billing_error(self):
        failed = self.filtered("billing_error_date")
        failed.write({"billing_error": False, "billing_error_date": False})
        failed.activity_unlink([BILLING_ERROR_ACTIVITY])

    def action_retry_billing(self):
        """Let the next run try again at once, after the cause was removed."""
        self._clear_billing_error()
        return self.env["billing.run"].action_run_now()


class BillingSubscriptionLine(models.Model):
    _inherit = "billing.subscription.line"

    def _prepare_invoice_line_values(self, item, run=None, sign=1, origin_taxes=None):
        """Values of the invoice line of one period, with the period itself.

        Addons that add to the line call ``super()`` and extend the dict. Taxes are not given:
        Odoo takes them from the product through the fiscal position; only a credit takes those
        of what it gives back.

        :param item: :class:`DueItem`
        :param run: ``billing.run`` or None
        :param int sign: -1 on a credit note, where amounts count the other way round
        :param dict origin_taxes: as of ``_get_origin_taxes()``
        :return: dict for an invoice line of ``account.move``
        """
        self.ensure_one()
        shape = self._get_line_shape(item)
        values = {
            "product_id": self.product_id.id,
            "name": self._get_invoice_line_text(item),
            "quantity": float(sign * shape.quantity),
            "price_unit": float(shape.unit_price),
            "discount": float(shape.discount),
            "billing_period_ids": [Command.create(self._prepare_period_values(item, run))],
        }
        if self.subscription_id.analytic_distribution:
            values["analytic_distribution"] = self.subscription_id.analytic_distribution
        if item.mirrors and item.corrects.id in (origin_taxes or {}):
            values["tax_ids"] = [Command.set(origin_taxes[item.corrects.id])]
        return values

    def _get_line_shape(self, item):
        """Quantity, unit price and discount of the invoice line, on an invoice."""
        if item.is_credit:
            return invoicing.LineShape(Decimal(-1), -item.draft.amount)
        return invoicing.line_shape(item.draft, *self._get_stored_digits())

    def _prepare_period_values(self, item, run=None):
        """Values of the ledger row of one billed or credited period."""
        self.ensure_one()
        draft = item.draft
        return {
            "line_id": self.id,
            "kind": item.kind.value,
            "start_date": draft.period.start,
            "end_date": draft.period.end,
            "quantity": self.quantity,
            "amount": float(draft.amount),
            "explanation": self._prepare_explanation(item),
            "corrects_id": item.corrects.id if item.corrects else False,
            "cause": f"{item.kind.value} {draft.period.start}" if item.corrects else False,
            "run_id": run.id if run else False,
        }

    def _prepare_explanation(self, item):
        """How the amount came about, as JSON with decimals as strings.

        What it must hold says :func:`core.explaining.explain`.
        """
        return self._prepare_credit_facts(item) if item.is_credit else self._prepare_facts_of(item)

    def _prepare_facts_of(self, item):
        draft = item.draft
        return {
            "model": self.charge_model,
            "days": list(draft.days),
            "full": [draft.full.start.isoformat(), draft.full.end.isoformat()],
            "full_amount": str(draft.full_amount),
            "steps": [explaining.step_facts(step) for step in draft.price.steps],
            "discounts": self._prepare_discount_facts(draft.reductions),
        }

    def _prepare_credit_facts(self, item):
        charge, draft = item.corrects, item.draft
        facts = {
            "model": self.charge_model,
            "days": list(draft.days),
            "full": [charge.full.start.isoformat(), charge.full.end.isoformat()],
            "full_amount": str(charge.full_amount),
        }
        computed = explaining.explain(facts).amount(self.currency_id.decimal_places, True)
        if computed != draft.amount:
            # More than was left of the charge cannot be given back.
            facts["limit"] = str(-draft.amount)
        return facts

    def _prepare_discount_facts(self, reductions):
        """What discounts took off the full period, with the names they had."""
        discounts = self.env["billing.subscription.discount"].browse(
            [reduction.discount.key for reduction in reductions]
        )
        return [
            {
                "id": discount.id,
                "name": discount.name,
                "rate": str(reduction.discount.rate) if reduction.discount.rate else None,
                "amount": str(reduction.amount),
            }
            for discount, reduction in zip(discounts, reductions, strict=True)
        ]

    def _get_stored_digits(self):
        """Decimal places an invoice line keeps: of quantity and unit price."""
        precision = self.env["decimal.precision"].precision_get
        return precision("Product Unit"), precision("Product Price")

    def _advance_billed_until(self, standings, due, today):
        """Move the mark up to which all is settled, for lines with something billed."""
        by_day = {}
        for line in self.filtered(lambda line: due.get(line.id)):
            day = standings[line.id].get_settled(due[line.id], today)
            by_day.setdefault(day, self.browse())
            by_day[day] |= line
        for day, lines in by_day.items():
            lines.billed_until = day
