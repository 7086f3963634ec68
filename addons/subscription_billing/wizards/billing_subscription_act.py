from contextlib import closing

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, formatLang

# The invoices that a change is shown with: the next one and what follows.
SHOWN_DOCUMENTS = 3


class BillingSubscriptionAct(models.AbstractModel):
    """A change of a contract on a day, with a look at its next invoice before it is done.

    Wizards inherit it and say in :meth:`_get_act` what is to be done.
    """

    _name = "billing.subscription.act"
    _description = "Dated Change of a Contract"

    subscription_id = fields.Many2one("billing.subscription", required=True, readonly=True)
    currency_id = fields.Many2one(related="subscription_id.currency_id")
    when = fields.Selection(selection="_get_when_choices", required=True, default="now")
    effective_date = fields.Date(
        string="First Day",
        required=True,
        compute="_compute_effective_date",
        store=True,
        readonly=False,
        precompute=True,
    )
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    @api.model
    def _get_when_choices(self):
        """The choices of ``when``; a wizard may call them otherwise."""
        return [
            ("now", self.env._("Today")),
            ("period_end", self.env._("At the end of the billed period")),
            ("date", self.env._("On a date")),
        ]

    @api.depends("when", "subscription_id")
    def _compute_effective_date(self):
        for wizard in self:
            subscription = wizard.subscription_id
            today = wizard._get_today()
            if wizard.when == "period_end" and subscription:
                wizard.effective_date = wizard._get_period_end(today)
            elif wizard.when == "now" or not wizard.effective_date:
                wizard.effective_date = today

    def _get_period_end(self, today):
        return self.subscription_id._get_period_end(today)

    def _get_today(self):
        subscription = self.subscription_id
        company = subscription.company_id or self.env.company
        return subscription.partner_id._get_billing_today(company)

    @api.depends("subscription_id", "effective_date")
    @api.depends_context("lang")
    def _compute_preview(self):
        for wizard in self:
            wizard.preview = self.env["ir.qweb"]._render(
                "subscription_billing.act_preview", wizard._prepare_preview()
            )

    def _get_act(self):
        """What the wizard does, as a function of a contract.

        It is called on a copy of the data for the preview, and on the contract itself on
        confirmation; so it must not keep records, only their ids.

        :return: function taking a ``billing.subscription`` record, or None while a choice is
            missing
        """
        raise NotImplementedError

    def action_confirm(self):
        """Do it, and show today's state at once."""
        self.ensure_one()
        act = self._get_act()
        if act is None:
            raise UserError(self._get_missing_message())
        act(self.subscription_id)
        domain = fields.Domain("id", "in", self.subscription_id.ids)
        self.subscription_id._run_pauses(self._get_today(), domain)
        return {"type": "ir.actions.act_window_close"}

    def _get_missing_message(self):
        """What to say when there is nothing to do yet: field and remedy."""
        return self.env._("First Day: enter the day on which it begins.")

    # === PREVIEW === #

    def _prepare_preview(self):
        """Values of the preview: the next invoice after the change, or why it cannot be made."""
        act = self._get_act() if self.subscription_id and self.effective_date else None
        if act is None:
            return {"hint": self._get_missing_message(), "rows": []}
        try:
            return self._try_out(act)
        except UserError as error:
            return {"problem": error.args[0], "rows": []}

    def _try_out(self, act):
        """Do it in a transaction of its own that is never committed, and look."""
        today = self._get_today()
        with closing(self.env.registry.cursor()) as cursor:
            subscription = self.subscription_id._origin.with_env(self.env(cr=cursor))
            before = subscription.amount_period
            if subscription.state == "draft":
                subscription._activate(subscription._get_first_run_day())
            act(subscription)
            documents = subscription._prepare_next_documents(SHOWN_DOCUMENTS, today=today)
            return self._prepare_outcome(subscription, before, documents)

    def _prepare_outcome(self, subscription, before, documents):
        """Values of the preview, free of records of the other transaction."""
        currency = subscription.currency_id
        after = subscription.amount_period
        return {
            "documents": documents,
            "rows": documents[0]["rows"] if documents else [],
            "before": formatLang(subscription.env, before, currency_obj=currency),
            "after": formatLang(subscription.env, after, currency_obj=currency),
            "is_changed": currency.compare_amounts(before, after) != 0,
            "has_end": bool(subscription.end_date),
        }


class BillingSubscriptionLine(models.Model):
    _inherit = "billing.subscription.line"

    def _prepare_preview_row(self, item):
        """One line of the invoice to be, for people."""
        self.ensure_one()
        draft = item.draft
        value = float(draft.amount)
        return {
            "name": self.charge_id.name,
            "first": format_date(self.env, draft.period.start),
            "last": format_date(self.env, draft.period.last_day),
            "days": draft.days,
            "is_credit": item.is_credit,
            "value": value,
            "amount": formatLang(self.env, value, currency_obj=self.currency_id),
            "discounts": [] if item.is_credit else self._get_discount_names(draft.reductions),
        }

    def _get_discount_names(self, reductions):
        keys = [reduction.discount.key for reduction in reductions]
        return self.env["billing.subscription.discount"].browse(keys).mapped("name")
