from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from .billing_subscription import RUNNING_STATES

NOTICE_ACTIVITY = "subscription_billing.mail_activity_price_notice"
NOTICE_TEMPLATE = "subscription_billing.mail_template_price_notice"
# A notice that was missed for longer than this says nothing new any more.
LATE_DAYS = 31


class BillingPriceNotice(models.Model):
    """That a customer was told of a new price: once per planned price and contract."""

    _name = "billing.price.notice"
    _description = "Notice of a New Price"
    _order = "id desc"

    change_id = fields.Many2one(
        "billing.price.change", required=True, ondelete="cascade", index=True, readonly=True
    )
    subscription_id = fields.Many2one(
        "billing.subscription",
        string="Contract",
        required=True,
        ondelete="cascade",
        index=True,
        readonly=True,
    )
    company_id = fields.Many2one(related="subscription_id.company_id", store=True)
    partner_id = fields.Many2one(related="subscription_id.partner_id")
    notice_date = fields.Date(string="Told On", required=True, readonly=True)
    channel = fields.Selection(
        [("mail", "Email"), ("person", "By a person")], required=True, readonly=True
    )
    mail_message_id = fields.Many2one(
        "mail.message",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        groups="base.group_system",
    )

    _once = models.UniqueIndex(
        "(change_id, subscription_id)", "The customer was told of this price already."
    )


class BillingPriceChange(models.Model):
    _inherit = "billing.price.change"

    notice_days = fields.Integer(
        string="Notice (days)",
        help="Customers are told of the new price by email so many days ahead. Zero: they are "
        "not told by Odoo.",
    )
    notice_ids = fields.One2many("billing.price.notice", "change_id", readonly=True)
    notice_count = fields.Integer(string="Customers Told", compute="_compute_notice_count")

    _notice_days_not_negative = models.Constraint(
        "CHECK (notice_days >= 0)", "Notice (days): enter zero or the number of days."
    )

    def _compute_notice_count(self):
        groups = self.env["billing.price.notice"]._read_group(
            [("change_id", "in", self.ids)], ["change_id"], ["__count"]
        )
        counts = {change.id: count for change, count in groups}
        for change in self:
            change.notice_count = counts.get(change.id, 0)

    @api.constrains("notice_days", "effective_date", "is_for_existing")
    def _check_notice_in_time(self):
        for change in self.filtered(lambda change: change.notice_days and change.is_for_existing):
            company = change.charge_id.version_id.plan_id.company_id or self.env.company
            first = company._get_billing_today() + timedelta(days=change.notice_days)
            if change.effective_date < first:
                raise ValidationError(
                    self.env._(
                        "Valid From: with %(days)s days of notice the price can count from "
                        "%(date)s on at the earliest. Choose that day or a later one.",
                        days=change.notice_days,
                        date=format_date(self.env, first),
                    )
                )

    def _find_to_tell(self, today):
        """Planned prices that customers must have been told of by a day."""
        candidates = self.search(
            [
                ("is_for_existing", "=", True),
                ("notice_days", ">", 0),
                ("effective_date", ">", today - timedelta(days=LATE_DAYS)),
            ]
        )
        return candidates.filtered(
            lambda change: change.effective_date - timedelta(days=change.notice_days) <= today
        )

    def _find_affected(self, domain):
        """Running contracts that the price will count for and that were not told of it."""
        self.ensure_one()
        day = self.effective_date
        is_open = Domain("end_date", "=", False) | Domain("end_date", ">", day)
        lines = Domain("charge_id", "=", self.charge_id.id) & is_open
        found = self.env["billing.subscription"].search(
            domain
            & Domain("state", "in", RUNNING_STATES)
            & Domain("currency_id", "=", self.currency_id.id)
            & is_open
            & Domain("line_ids", "any", lines)
            & ~Domain("price_notice_ids", "any", [("change_id", "=", self.id)])
        )
        return found.filtered(
            lambda contract: any(
                line.charge_id == self.charge_id and not line._has_agreed_price()
                for line in contract._get_lines_after(day)
            )
        )

    def _get_price_before(self):
        """The record with the price that counts up to this one."""
        self.ensure_one()
        earlier = self.charge_id._get_planned_prices(self.currency_id).filtered(
            lambda change: change.effective_date < self.effective_date
        )
        last = earlier.sorted("effective_date")[-1:]
        return last or self.charge_id._get_price_record(self.currency_id)


class BillingSubscription(models.Model):
    _inherit = "billing.subscription"

    price_notice_ids = fields.One2many("billing.price.notice", "subscription_id", readonly=True)

    def _tell_prices(self, changes, today):
        """Tell customers of the prices that count from one day on, each once.

        :param changes: ``billing.price.change`` of one effective date
        """
        reachable = self.filtered("partner_id.email")
        notices = self.env["billing.price.notice"].create(
            [
                {
                    "change_id": change.id,
                    "subscription_id": contract.id,
                    "notice_date": today,
                    "channel": "mail" if contract in reachable else "person",
                }
                for contract in self
                for change in changes
            ]
        )
        template = self.env.ref(NOTICE_TEMPLATE).with_context(price_changes=changes.ids)
        if reachable:
            mails = template.send_mail_batch(
                reachable.ids, email_layout_xmlid="mail.mail_notification_light"
            )
            messages = {mail.res_id: mail.mail_message_id for mail in mails.sudo()}
            for notice in notices.sudo():
                notice.mail_message_id = messages.get(notice.subscription_id.id)
        for contract in self - reachable:
            contract.activity_schedule(
                NOTICE_ACTIVITY, user_id=(contract.user_id or self.env.user).id
            )
        day = changes[0].effective_date.isoformat()
        payload = {"effective_date": day, "price_change_ids": changes.ids}
        self.env["billing.event"]._record(
            "subscription.price_announced", self, dict.fromkeys(self.ids, payload)
        )

    def _prepare_price_notice(self):
        """What a notice says: the day and a row per charge with the old and the new price."""
        self.ensure_one()
        ids = self.env.context.get("price_changes", ())
        changes = self.env["billing.price.change"].browse(ids)
        mine = changes.filtered(
            lambda change: (
                change.currency_id == self.currency_id
                and change.charge_id in self._get_lines_after(change.effective_date).charge_id
            )
        )
        rows = [
            {
                "name": change.charge_id.name,
                "old": change._get_price_before().price_summary,
                "new": change.price_summary,
            }
            for change in mine
        ]
        return {"day": changes[:1].effective_date, "rows": rows}


class BillingRun(models.Model):
    _inherit = "billing.run"

    @api.model
    def _send_price_notices(self, company, today, domain):
        """Tell customers of new prices, in chunks with a commit each.

        :return: seconds left for the calling cron
        """
        changes = self.env["billing.price.change"].with_company(company)._find_to_tell(today)
        for same_day in changes.grouped("effective_date").values():
            for mine, contracts in self._group_by_prices(same_day, domain).items():
                if not self._tell_in_chunks(contracts, mine, today):
                    return 0
        return float("inf")

    @api.model
    def _group_by_prices(self, changes, domain):
        """Contracts by the prices they must be told of: one mail names all of a day.

        :return: dict of ``billing.price.change`` records -> ``billing.subscription`` records
        """
        prices = {}
        for change in changes:
            for contract in change._find_affected(domain):
                prices[contract] = prices.get(contract, changes.browse()) | change
        groups = {}
        for contract, mine in prices.items():
            groups[mine] = groups.get(mine, contract.browse()) | contract
        return groups

    @api.model
    def _tell_in_chunks(self, contracts, changes, today):
        size = self._get_chunk_size()
        for start in range(0, len(contracts), size):
            chunk = contracts[start : start + size].try_lock_for_update()
            if chunk:
                chunk._tell_prices(changes, today)
            if not self._commit_step(len(chunk)):
                return False
        return True
