from odoo import Command, models
from odoo.fields import Domain
from odoo.tools import format_date, formatLang, plaintext2html

from ..core import invoicing
from .billing_subscription import BILLABLE_STATES

BILLING_ERROR_ACTIVITY = "subscription_billing.mail_activity_billing_error"


class BillingSubscription(models.Model):
    """From contracts to posted invoices: due, price, create, post.

    The border to the rules is always the same: facts (records to dataclasses), a pure function,
    ``_prepare_*`` (dataclass to dict, no side effect), create.
    """

    _inherit = "billing.subscription"

    def _bill(self, today, run=None):
        """Bill all that is due on a day and not billed yet, and post the invoices.

        All contracts belong to one company. Everything happens in the current transaction and
        either as a whole or not at all: the caller isolates errors.

        :param date today: the day to bill for, also the date of the invoices
        :param run: the ``billing.run`` this belongs to, if any
        :return: the posted ``account.move`` records
        """
        subscriptions = self.with_company(self.company_id)
        facts = subscriptions.line_ids._get_billing_facts()
        drafts = subscriptions._get_due_charges(facts, today)
        billed = subscriptions.filtered(
            lambda sub: any(drafts.get(line.id) for line in sub.line_ids)
        )
        moves = billed._create_invoices(drafts, today, run)
        subscriptions.line_ids._advance_billed_until(facts, drafts)
        # A day that is stored too early would be found by the run again and again.
        (subscriptions - billed)._compute_next_billing_date()
        if moves:
            moves._post(soft=False)
            billed._clear_billing_error()
            billed._period_invoiced_hook(moves)
        return moves

    def _get_due_charges(self, facts, today):
        """Priced periods that are due.

        :param dict facts: as of ``_get_billing_facts()``
        :return: dict of line id -> list of :class:`core.invoicing.DraftCharge`
        """
        digits = {line.id: line.currency_id.decimal_places for line in self.line_ids}
        return {
            line_id: invoicing.due_charges(fact, today, digits[line_id])
            for line_id, fact in facts.items()
        }

    def _create_invoices(self, drafts, today, run):
        """One draft invoice per contract, with its periods, in one batch."""
        values = [sub._prepare_invoice_values(drafts, today, run) for sub in self]
        quiet = {"tracking_disable": True, "mail_create_nolog": True}
        return self.env["account.move"].with_context(**quiet).create(values)

    def _prepare_invoice_values(self, drafts, today, run):
        """Values of the invoice of one contract.

        Addons that add to the invoice call ``super()`` and extend the dict.

        :param dict drafts: line id -> list of :class:`core.invoicing.DraftCharge`
        :param date today: date of the invoice
        :param run: ``billing.run`` or None
        :return: dict for ``account.move.create``
        """
        self.ensure_one()
        lines = [
            Command.create(line._prepare_invoice_line_values(draft, run))
            for line in self.line_ids
            for draft in drafts.get(line.id, ())
        ]
        last_days = [
            draft.period.last_day for line in self.line_ids for draft in drafts.get(line.id, ())
        ]
        values = {
            "move_type": "out_invoice",
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "currency_id": self.currency_id.id,
            "invoice_date": today,
            "delivery_date": max(last_days),
            "invoice_origin": self.name,
            "ref": self.client_reference or False,
            "invoice_user_id": self.user_id.id,
            "invoice_line_ids": lines,
            **self.business_unit_id._prepare_invoice_defaults(self.partner_id),
        }
        terms = values.get("invoice_payment_term_id") or self.partner_id.property_payment_term_id
        if self.invoice_payment_term_id:
            values["invoice_payment_term_id"] = self.invoice_payment_term_id.id
        elif not terms:
            # Without terms Odoo would take the real date, which is not the day of a late run.
            values["invoice_date_due"] = today
        return values

    def _period_invoiced_hook(self, moves):
        """Called once per chunk after the invoices of a run were posted, before the commit.

        Override to act on new invoices in the same transaction; call ``super()``. Work that
        leaves the database (mail, collection) belongs into a cron of its own.

        :param moves: the posted ``account.move`` records, one per contract, in the order of
            ``self``
        """
        body = self.env._("Invoiced by the billing run.")
        moves._message_log_batch(bodies={move.id: body for move in moves})
        payloads = {
            sub.id: {
                "invoice_id": move.id,
                "number": move.name,
                "amount_total": move.amount_total,
                "currency": move.currency_id.name,
            }
            for sub, move in zip(self, moves, strict=True)
        }
        self.env["billing.event"]._record("subscription.invoiced", self, payloads)

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

    def _prepare_invoice_line_values(self, draft, run=None):
        """Values of the invoice line of one period, with the period itself.

        Addons that add to the line call ``super()`` and extend the dict. Taxes are not given:
        Odoo takes them from the product through the fiscal position.

        :param draft: :class:`core.invoicing.DraftCharge`
        :param run: ``billing.run`` or None
        :return: dict for an invoice line of ``account.move``
        """
        self.ensure_one()
        quantity, unit_price = invoicing.line_shape(draft, *self._get_stored_digits())
        return {
            "product_id": self.product_id.id,
            "name": self._get_invoice_line_text(draft),
            "quantity": float(quantity),
            "price_unit": float(unit_price),
            "billing_period_ids": [Command.create(self._prepare_period_values(draft, run))],
        }

    def _prepare_period_values(self, draft, run=None):
        """Values of the ledger row of one billed period."""
        self.ensure_one()
        return {
            "line_id": self.id,
            "kind": "charge",
            "start_date": draft.period.start,
            "end_date": draft.period.end,
            "quantity": float(draft.quantity),
            "amount": float(draft.amount),
            "explanation": self._prepare_explanation(draft),
            "run_id": run.id if run else False,
        }

    def _prepare_explanation(self, draft):
        """How the amount came about, as JSON with decimals as strings."""
        return {
            "model": self.charge_model,
            "days": list(draft.days),
            "steps": [
                {
                    "quantity": str(step.quantity),
                    "unit_price": str(step.unit_price),
                    "amount": str(step.amount),
                }
                for step in draft.price.steps
            ],
        }

    def _get_stored_digits(self):
        """Decimal places an invoice line keeps: of quantity, unit price and currency."""
        precision = self.env["decimal.precision"].precision_get
        return (
            precision("Product Unit"),
            precision("Product Price"),
            self.currency_id.decimal_places,
        )

    def _get_invoice_line_text(self, draft):
        """Name of the charge and the period, in the customer's language."""
        self.ensure_one()
        language = self.subscription_id.partner_id.lang or self.env.lang
        line = self.with_context(lang=language)
        text = line.env._(
            "%(charge)s\n%(first)s – %(last)s",
            charge=line.charge_id.name,
            first=format_date(line.env, draft.period.start, lang_code=language),
            last=format_date(line.env, draft.period.last_day, lang_code=language),
        )
        if draft.is_partial:
            days, of_days = draft.days
            text += line.env._(" (%(days)s of %(of_days)s days)", days=days, of_days=of_days)
        quantity, _unit_price = invoicing.line_shape(draft, *self._get_stored_digits())
        if self.charge_model != "flat" and quantity != draft.quantity:
            text += line.env._(
                "\n%(quantity)s %(unit)s",
                quantity=formatLang(line.env, float(draft.quantity), dp="Product Unit"),
                unit=line.uom_id.name,
            )
        return text

    def _advance_billed_until(self, facts, drafts):
        """Move the mark up to which all is billed, for lines that were charged."""
        by_day = {}
        for line in self:
            if not drafts.get(line.id):
                continue
            day = self._get_covered_until(facts[line.id], drafts[line.id])
            by_day.setdefault(day, self.browse())
            by_day[day] |= line
        for day, lines in by_day.items():
            lines.billed_until = day

    def _get_covered_until(self, fact, new):
        covered = invoicing.with_billed(fact, [draft.period for draft in new])
        return invoicing.covered_until(covered) or fact.end
