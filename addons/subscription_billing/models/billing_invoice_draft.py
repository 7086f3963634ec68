import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

_logger = logging.getLogger(__name__)


class BillingPlanVersion(models.Model):
    """On which documents contracts are billed, and when these are posted."""

    _inherit = "billing.plan.version"

    draft_days = fields.Integer(
        string="Days as Draft",
        help="Invoices wait so many days for a look at them and are then posted by the billing "
        "run, with the day of posting as their date. Zero: posted at once.",
    )
    credit_document = fields.Selection(
        [("line", "A line of the next invoice"), ("credit_note", "A credit note of its own")],
        string="Credits Come As",
        default="line",
        required=True,
        help="How time that was paid and is not served is given back. A line that makes an "
        "invoice negative turns it into a credit note in any case.",
    )

    _draft_days_not_negative = models.Constraint(
        "CHECK (draft_days >= 0)",
        "Days as Draft: enter zero to post at once, or the number of days to wait.",
    )


class AccountMove(models.Model):
    """Documents that wait as drafts, and the ledger of billed time that follows them."""

    _inherit = "account.move"

    billing_post_date = fields.Date(
        string="Billing Posts It On",
        copy=False,
        index="btree_not_null",
        help="The billing run posts this draft on that day. Empty it to post by hand.",
    )

    def _get_billed_contracts(self):
        """The contracts each document bills.

        :return: dict of move id -> ``billing.subscription`` records; moves of others are absent
        """
        rows = (
            self.env["billing.period"]
            .sudo()
            ._read_group([("move_id", "in", self.ids)], ["move_id"], ["subscription_id:recordset"])
        )
        return {move.id: contracts for move, contracts in rows}

    def _call_invoiced_hook(self):
        contracts = (
            self.env["billing.subscription"].sudo().union(*self._get_billed_contracts().values())
        )
        if contracts:
            contracts._period_invoiced_hook(self)

    def _record_for_contracts(self, fact, **more):
        """Record a fact about each document on its contracts, for the outbox.

        :param str fact: type of the event
        :param more: further values of the payload
        """
        contracts = self._get_billed_contracts()
        events = self.env["billing.event"]
        # One batch for the first document of each contract, another for the second.
        rest = self.filtered(lambda move: move.id in contracts)
        while rest:
            payloads = {}
            for move in rest:
                if not payloads.keys() & set(contracts[move.id].ids):
                    payload = move._prepare_contract_payload() | more
                    payloads.update(dict.fromkeys(contracts[move.id].ids, payload))
                    rest -= move
            events._record(fact, self.env["billing.subscription"].browse(payloads), payloads)

    def _prepare_contract_payload(self):
        self.ensure_one()
        return {
            "invoice_id": self.id,
            "number": self.name,
            "amount_total": self.amount_total,
            "currency": self.currency_id.name,
        }

    def _log_waiting(self):
        """Say on drafts that they wait, and until when."""
        for day, moves in self.grouped("billing_post_date").items():
            body = self.env._("Waits as a draft; the billing run posts it on %s.", day)
            moves._message_log_batch(bodies={move.id: body for move in moves})
            moves._record_for_contracts("subscription.invoice_drafted", post_date=day.isoformat())

    def _post(self, soft=True):
        """The ledger of billed time says what the posted document says; people edit drafts."""
        posted = super()._post(soft)
        posted.invoice_line_ids.sudo().billing_period_ids._follow_documents()
        if waited := posted.filtered("billing_post_date"):
            waited.billing_post_date = False
            waited._call_invoiced_hook()
        return posted

    def action_release_billing_drafts(self):
        """Post waiting drafts now, each with the day of its company as its date."""
        drafts = self.filtered(lambda move: move.state == "draft")
        for company, moves in drafts.grouped("company_id").items():
            moves.with_company(company)._post_waiting(company._get_billing_today())
        return True

    def _post_waiting(self, today):
        """Post drafts of billing whose day has come, with that day as their date."""
        for move in self:
            values = {"invoice_date": today}
            if not move.invoice_payment_term_id:
                values["invoice_date_due"] = today
            move.write(values)
        self._post(soft=False)
        contracts = self.env["billing.subscription"].union(*self._get_billed_contracts().values())
        contracts._clear_billing_error()


class BillingPeriod(models.Model):
    _inherit = "billing.period"

    def _follow_documents(self):
        """Take over what people have changed on the lines of a draft before it was posted."""
        for period in self:
            line = period.invoice_line_id
            sign = -1 if line.move_id.move_type == "out_refund" else 1
            amount = sign * line.quantity * line.price_unit * (1 - line.discount / 100)
            if period.currency_id.compare_amounts(amount, period.amount):
                period._set_amount(period.currency_id.round(amount))


class BillingRun(models.Model):
    _inherit = "billing.run"

    @api.model
    def _post_drafts(self, company, today, domain):
        """Post the drafts whose day has come, in chunks with a commit each.

        :return: seconds left for the calling cron
        """
        waiting = (
            Domain("subscription_id", "any", domain)
            & Domain("move_id.state", "=", "draft")
            & Domain("move_id.billing_post_date", "<=", today)
            & Domain("move_id.company_id", "=", company.id)
        )
        periods = self.env["billing.period"].with_company(company)
        groups = periods._read_group(waiting, ["move_id"], order="move_id")
        moves = self.env["account.move"].with_company(company)
        ids = [move.id for (move,) in groups]
        size = self._get_chunk_size()
        seconds_left = float("inf")
        for start in range(0, len(ids), size):
            chunk = moves.browse(ids[start : start + size]).try_lock_for_update()
            chunk = chunk.filtered(lambda move: move.state == "draft" and move.billing_post_date)
            self._isolate(
                list(chunk),
                lambda parts: moves.union(*parts)._post_waiting(today),
                lambda move, error: self._leave_draft(move, error, today),
            )
            seconds_left = self._commit_step(len(chunk))
            if not seconds_left:
                break
        return seconds_left

    def _leave_draft(self, move, error, today):
        """What cannot be posted waits for the next day, with the reason on its contract."""
        move.billing_post_date = today + timedelta(days=1)
        message = self.env["billing.run.error"]._get_reason(error)
        _logger.warning("Draft %s cannot be posted: %s", move.id, error)
        move._message_log(body=self.env._("Not posted: %(reason)s", reason=message))
        for contract in move._get_billed_contracts().get(move.id, ()):
            contract._set_billing_error(message, today)
        return [], [move]
