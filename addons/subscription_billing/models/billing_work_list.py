from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date, format_datetime

from .billing_price_notice import NOTICE_ACTIVITY
from .billing_subscription import RUNNING_STATES

CONTRACTS = "subscription_billing.action_billing_subscription"
DRAFTS = "subscription_billing.action_billing_draft"
RUNS = "subscription_billing.action_billing_run"
RUN_SCREEN = "subscription_billing.action_billing_run_screen"
ENDING_DAYS = 30
TRIAL_DAYS = 14


class BillingSubscription(models.Model):
    _inherit = "billing.subscription"

    has_open_price_notice = fields.Boolean(
        string="Price Notice Not Delivered",
        compute="_compute_has_open_price_notice",
        search="_search_has_open_price_notice",
        compute_sudo=False,
        help="A notice of a new price waits for a person, or its email could not be sent.",
    )

    def _compute_has_open_price_notice(self):
        found = self.search([("id", "in", self.ids), ("has_open_price_notice", "=", True)])
        for contract in self:
            contract.has_open_price_notice = contract in found

    @api.model
    def _search_has_open_price_notice(self, operator, value):
        if operator != "in" or True not in value:
            return NotImplemented
        activity_type = self.env.ref(NOTICE_ACTIVITY, raise_if_not_found=False)
        by_hand = Domain("activity_ids.activity_type_id", "=", activity_type.id)
        # Who may see the contract may know that its mail failed; the mails are the system's.
        failed = (
            self.env["billing.price.notice"]
            .sudo()
            ._search(Domain("mail_message_id.mail_ids.state", "=", "exception"))
        )
        return by_hand | Domain(
            "id", "in", failed.subselect('"billing_price_notice"."subscription_id"')
        )


class BillingWorkList(models.AbstractModel):
    _inherit = "billing.work.list"

    @api.model
    def _get_cards(self):
        return [
            *super()._get_cards(),
            *self._get_run_cards(),
            *self._get_customer_cards(),
            *self._get_planned_cards(),
        ]

    @api.model
    def _get_run_cards(self):
        """What a run did not do, or waits with."""
        return [
            self._prepare_card(
                "set_aside",
                self.env._("Not billed, set aside"),
                Domain("billing_error_date", "!=", False),
                CONTRACTS,
                self.env._(
                    "Something kept them from being billed. The reason is on the contract."
                ),
                "danger",
                10,
            ),
            self._prepare_card(
                "late",
                self.env._("Due, but not billed"),
                self._get_domain_by_day(self._get_late_domain),
                CONTRACTS,
                self.env._("Their day has passed without an invoice: start a billing run."),
                "danger",
                20,
            ),
            self._prepare_card(
                "stopped",
                self.env._("Billing runs stopped"),
                Domain("state", "=", "stopped"),
                RUNS,
                self.env._("Contracts of these runs wait until you resume or end them."),
                "warning",
                25,
            ),
            self._prepare_card(
                "held",
                self.env._("Billing held"),
                Domain("billing_hold_reason", "!=", False),
                CONTRACTS,
                self.env._("Somebody wanted to look at them before they are billed."),
                "warning",
                30,
            ),
            self._prepare_card(
                "drafts",
                self.env._("Drafts to release"),
                Domain("state", "=", "draft")
                & (
                    Domain("billing_post_date", "!=", False)
                    | Domain("invoice_line_ids.billing_period_ids", "!=", False)
                ),
                DRAFTS,
                self.env._("Invoices that wait for a look at them."),
                "info",
                40,
            ),
        ]

    @api.model
    def _get_customer_cards(self):
        """What customers do not know yet, or we of them."""
        running = Domain("state", "in", RUNNING_STATES)
        no_address = Domain.OR(
            Domain(f"partner_id.{name}", "=", False) for name in ("street", "city", "country_id")
        )
        return [
            self._prepare_card(
                "notices",
                self.env._("Price notices not delivered"),
                Domain("has_open_price_notice", "=", True),
                CONTRACTS,
                self.env._("Tell these customers of their new price yourself."),
                "warning",
                50,
            ),
            self._prepare_card(
                "incomplete",
                self.env._("Address or email missing"),
                running & (no_address | Domain("partner_id.email", "=", False)),
                CONTRACTS,
                self.env._("An invoice needs an address, and its way to the customer."),
                "warning",
                60,
            ),
        ]

    @api.model
    def _get_planned_cards(self):
        """What comes soon and somebody may want to act on before."""
        running = Domain("state", "in", RUNNING_STATES)
        return [
            self._prepare_card(
                "to_activate",
                self.env._("Contracts to activate"),
                self._get_domain_by_day(
                    lambda _company, today: (
                        Domain("state", "=", "draft") & Domain("start_date", "<=", today)
                    )
                ),
                CONTRACTS,
                self.env._("Their start has come and they are still drafts."),
                "warning",
                70,
            ),
            self._prepare_card(
                "trials",
                self.env._("Trials ending"),
                self._get_domain_by_day(
                    lambda _company, today: (
                        Domain("state", "=", "trial")
                        & Domain("trial_end_date", "<=", today + timedelta(days=TRIAL_DAYS))
                    )
                ),
                CONTRACTS,
                self.env._("Within %s days. The last moment to win them over.", TRIAL_DAYS),
                "info",
                80,
            ),
            self._prepare_card(
                "ending",
                self.env._("Contracts ending"),
                self._get_domain_by_day(
                    lambda _company, today: (
                        running & Domain("end_date", "<=", today + timedelta(days=ENDING_DAYS))
                    )
                ),
                CONTRACTS,
                self.env._("Within %s days.", ENDING_DAYS),
                "info",
                90,
            ),
        ]

    @api.model
    def _get_late_domain(self, company, today):
        """Contracts whose invoice should have come yesterday and that nobody keeps back.

        Customers with a test clock have another today.
        """
        clocked = self.env["billing.test.clock"]._get_clocked_partners(company)
        return (
            self.env["billing.subscription"]._get_due_domain(today - timedelta(days=1))
            & Domain("billing_error_date", "=", False)
            & Domain("partner_id", "not in", clocked.ids)
        )

    # === WHAT HAPPENS BY ITSELF === #

    @api.model
    def _get_status(self):
        status = super()._get_status()
        if not self.env["billing.run"].has_access("read"):
            return status
        return status + [
            item
            for company in self.env.companies
            for item in (self._get_next_run(company), self._get_last_run(company))
            if item
        ]

    @api.model
    def _get_next_run(self, company):
        """How much is due now, or when something is next; opens the preview."""
        today = company._get_billing_today()
        runs = self.env["billing.run"].with_company(company)
        scope = runs._get_scope_domain(runs._prepare_scope({}))
        contracts = self.env["billing.subscription"]
        due = contracts.search_count(scope & contracts._get_due_domain(today))
        if due:
            value = self.env._("Contracts due now: %s", due)
        else:
            value = runs._get_next_text(scope, today) or self.env._("Nothing is planned")
        action = self.env["ir.actions.client"]._for_xml_id(RUN_SCREEN)
        return {
            "key": f"next_{company.id}",
            "label": self._get_company_label(self.env._("Next billing run"), company),
            "value": value,
            "severity": False,
            "action": action if company == self.env.company else False,
        }

    @api.model
    def _get_last_run(self, company):
        """How the last run went; opens it."""
        run = self.env["billing.run"].search([("company_id", "=", company.id)], limit=1)
        if not run:
            return None
        values = {
            "date": format_date(self.env, run.date),
            "invoices": run.invoice_count,
            "errors": run.error_count,
        }
        if run.state == "done":
            value = self.env._("%(date)s: invoices %(invoices)s, set aside %(errors)s", **values)
        elif run.state == "stopped":
            value = self.env._("%(date)s: stopped after %(invoices)s invoices", **values)
        else:
            started = format_datetime(self.env, run.started_at, dt_format="short")
            value = self.env._(
                "%(date)s: at work since %(started)s, invoices %(invoices)s",
                started=started,
                **values,
            )
        return {
            "key": f"last_{company.id}",
            "label": self._get_company_label(self.env._("Last billing run"), company),
            "value": value,
            "severity": "danger" if run.error_count else False,
            "action": {
                "type": "ir.actions.act_window",
                "res_model": "billing.run",
                "res_id": run.id,
                "views": [(False, "form")],
            },
        }

    @api.model
    def _get_company_label(self, label, company):
        return f"{label} ({company.name})" if len(self.env.companies) > 1 else label
