from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import format_date

from ..core.alerts import Reading, reached
from .usage_alert import BASES

ALERT_ACTIVITY = "usage_metering.mail_activity_usage_alert"
ALERT_TEMPLATE = "usage_metering.mail_template_usage_alert"


class UsageAlertNotice(models.Model):
    """That somebody was told of a level: once per contract line and running period."""

    _name = "usage.alert.notice"
    _description = "Notice of a Usage Alert"
    _order = "id desc"

    alert_id = fields.Many2one(
        "usage.alert", required=True, readonly=True, index=True, ondelete="cascade"
    )
    line_id = fields.Many2one(
        "billing.subscription.line", required=True, readonly=True, index=True, ondelete="cascade"
    )
    subscription_id = fields.Many2one(
        related="line_id.subscription_id", string="Contract", store=True, index=True
    )
    partner_id = fields.Many2one(related="subscription_id.partner_id", string="Customer")
    company_id = fields.Many2one(related="line_id.company_id", store=True)
    currency_id = fields.Many2one(related="line_id.currency_id")
    charge_id = fields.Many2one(related="line_id.charge_id")
    start_date = fields.Date(
        string="Since",
        required=True,
        readonly=True,
        help="Begin of the running period, or of the latest prepaid units.",
    )
    basis = fields.Selection(BASES, required=True, readonly=True)
    level = fields.Float(digits=(16, 6), required=True, readonly=True)
    value = fields.Float(
        string="Reached", digits=(16, 6), readonly=True, help="What it was when it was noticed."
    )
    notice_date = fields.Date(string="Told On", required=True, readonly=True)
    is_mailed = fields.Boolean(string="Customer Told", readonly=True)
    mail_message_id = fields.Many2one(
        "mail.message",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        groups="base.group_system",
    )

    # Also what keeps two crons from telling of the same level at the same moment.
    _once = models.UniqueIndex(
        "(alert_id, line_id, start_date, level)", "This level was told of already."
    )

    def _prepare_fact(self):
        """The notice as others read it in the outbox."""
        return {
            "contract": self.subscription_id.name,
            "line_id": self.line_id.id,
            "meter": self.alert_id.meter_id.code,
            "basis": self.basis,
            "level": f"{self.level:.6f}",
            "value": f"{self.value:.6f}",
            "since": self.start_date.isoformat(),
        }

    def _prepare_row(self):
        """The notice in words."""
        alert = self.alert_id.with_env(self.env)
        return {
            "name": self.charge_id.name,
            "level": alert._format_value(self.basis, self.level, self.currency_id),
            "value": alert._format_value(self.basis, self.value, self.currency_id),
            "since": format_date(self.env, self.start_date),
            "basis": self.basis,
        }


class BillingSubscription(models.Model):
    """Contracts whose usage has reached a level that somebody wants to know of."""

    _inherit = "billing.subscription"

    usage_notice_ids = fields.One2many("usage.alert.notice", "subscription_id", readonly=True)

    def _check_usage_alerts(self, today):
        """Tell of levels that are reached and were not told of in this period.

        :return: the new ``usage.alert.notice`` records
        """
        wanted = {line: alerts for line, alerts in self._get_usage_alerts().items() if alerts}
        contracts = self.browse().union(*(line.subscription_id for line in wanted))
        live, quotas = contracts._look_at_usage(today)
        readings = {
            found.line: _read(found, quotas[contract_id], today)
            for contract_id, rows in live.items()
            for found in rows
        }
        told = self._get_told(wanted, readings)
        values = [
            line._prepare_notice_values(alert, reading, since, today)
            for line, (reading, starts) in readings.items()
            for basis, since in starts.items()
            for alert in wanted.get(line, ())
            if alert.basis == basis
            if reached([alert._get_level()], reading, told[line, since])
        ]
        notices = self.env["usage.alert.notice"].sudo().create(values)
        notices._tell(today)
        return notices

    @api.model
    def _get_told(self, wanted, readings):
        """Dict of line and begin of its period -> set of id and level of what was told of."""
        days = {day for _reading, starts in readings.values() for day in starts.values()}
        domain = [
            ("line_id", "in", [line.id for line in wanted]),
            ("start_date", "in", list(days)),
        ]
        notices = self.env["usage.alert.notice"].sudo()
        notices = notices.search_fetch(domain, ["line_id", "alert_id", "start_date", "level"])
        told = defaultdict(set)
        for notice in notices:
            key = (notice.alert_id.id, Decimal(str(notice.level)))
            told[notice.line_id, notice.start_date].add(key)
        return told

    def _prepare_usage_notice(self):
        """Rows of the mail that tells of levels."""
        self.ensure_one()
        notices = self.env["usage.alert.notice"].browse(self.env.context.get("usage_notices", ()))
        mine = notices.filtered(lambda notice: notice.subscription_id == self)
        return [notice._prepare_row() for notice in mine]


def _read(found, quotas, today):
    """What a line has used, and since when, by basis: tuple of ``Reading`` and dict.

    Prepaid units count since the latest were bought: with new ones a level may be reached anew.
    """
    mine = [
        quota for quota in quotas if quota.meter == found.line.meter_id and quota.start <= today
    ]
    reading = Reading(
        quantity=found.quantity,
        amount=found.amount,
        prepaid=sum((quota.total for quota in mine), Decimal(0)),
        left=sum((quota.left for quota in mine), Decimal(0)),
    )
    starts = {"quantity": found.period.start, "amount": found.period.start}
    if mine:
        starts["prepaid"] = max(quota.start for quota in mine)
    return reading, starts


class BillingSubscriptionLine(models.Model):
    _inherit = "billing.subscription.line"

    def _prepare_notice_values(self, alert, reading, since, today):
        return {
            "alert_id": alert.id,
            "line_id": self.id,
            "start_date": since,
            "basis": alert.basis,
            "level": alert.level,
            "value": float(reading.value(alert.basis)),
            "notice_date": today,
            "is_mailed": alert.is_mailed and bool(self.subscription_id.partner_id.email),
        }


class UsageAlertTelling(models.Model):
    """Who is told of a level, and how."""

    _inherit = "usage.alert.notice"

    def _tell(self, today):
        self._mail()
        self._schedule_activities(today)
        rest = self
        while rest:
            # One fact of each contract at a time: facts of a contract are numbered.
            groups = rest.grouped("subscription_id").values()
            now = self.browse(notices[0].id for notices in groups)
            facts = {notice.subscription_id.id: notice._prepare_fact() for notice in now}
            self.env["billing.event"]._record("usage.alert_reached", now.subscription_id, facts)
            rest -= now

    def _mail(self):
        """One mail per contract with all its levels, put into the queue."""
        mailed = self.filtered("is_mailed")
        if not mailed:
            return
        template = self.env.ref(ALERT_TEMPLATE).with_context(usage_notices=mailed.ids)
        mails = template.send_mail_batch(
            mailed.subscription_id.ids, email_layout_xmlid="mail.mail_notification_light"
        )
        messages = {mail.res_id: mail.mail_message_id for mail in mails.sudo()}
        for notice in mailed:
            notice.mail_message_id = messages.get(notice.subscription_id.id)

    def _schedule_activities(self, today):
        """One activity per contract for whom it may concern, and where no mail could be sent."""
        wanted = self.filtered(
            lambda notice: (
                notice.alert_id.has_activity
                or (notice.alert_id.is_mailed and not notice.is_mailed)
            )
        )
        for contract, notices in wanted.grouped("subscription_id").items():
            user = contract.user_id or self.env.user
            contract.activity_schedule(
                ALERT_ACTIVITY,
                date_deadline=today,
                user_id=user.id,
                summary=notices.with_context(lang=user.lang)._get_summary(),
            )

    def _get_summary(self):
        return ", ".join(
            self.env._(
                "%(charge)s: %(value)s (alert at %(level)s)",
                charge=row["name"],
                value=row["value"],
                level=row["level"],
            )
            for row in (notice._prepare_row() for notice in self)
        )
