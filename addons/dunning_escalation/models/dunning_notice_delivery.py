from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

HAND = ("task", "call")


class DunningNotice(models.Model):
    """Sending: apart from deciding, and with proof before anything follows from it."""

    _inherit = "dunning.notice"

    # === ISSUE === #

    def _issue(self, today):
        """Bring the letters up to date and hand them to the deliveries, or to a person."""
        notices = self.filtered(lambda notice: notice.state == "proposed")
        notices._refresh_items()
        notices = notices.filtered(lambda notice: notice.state == "proposed")
        notices.write({"date": today})
        for level, members in notices.grouped("level_id").items():
            members.deadline = today + timedelta(days=level.deadline_days)
        for notice in notices.filtered(lambda notice: notice.name in (False, "/")):
            company = notice.company_id
            sequence = self.env["ir.sequence"].with_company(company)
            notice.name = sequence.next_by_code("dunning.notice", sequence_date=today)
        notices._compute_charges(today)
        notices._sum_up()
        notices._set_state("issued")
        by_hand = notices.filtered(lambda notice: notice.channel in HAND)
        by_hand._schedule_by_hand(today)
        letters = notices - by_hand
        letters._request_delivery(
            agreed={notice.id: notice._get_letter_channel() for notice in letters}, cause="issued"
        )

    def _get_letter_channel(self):
        """How this letter is delivered: as the level says, else as the customer wants.

        A customer who gets invoices in another way still has to hear of this.
        """
        self.ensure_one()
        if self.channel not in ("customer", *HAND):
            return self.channel
        channel = self._get_delivery_channel()
        if channel != "none":
            return channel
        return "mail" if self.partner_id.email else "post"

    def _schedule_by_hand(self, today):
        kinds = {"call": "mail.mail_activity_data_call", "task": "mail.mail_activity_data_todo"}
        for notice in self:
            notice.activity_schedule(
                kinds[notice.channel],
                date_deadline=today,
                user_id=(notice.responsible_id or self.env.user).id,
                summary=notice.level_id.name,
                note=plaintext2html(notice._get_summary_text()),
            )

    def _refresh_items(self):
        """Read what is open now; letters in which nothing is left are cancelled."""
        for company, notices in self.grouped("company_id").items():
            partners = notices.commercial_partner_id
            rows = self.env["dunning.decision"]._get_rows(
                company, partners, company._get_billing_today()
            )
            now = {row.line_id: row for own in rows.values() for row in own}
            gone = self.env["account.move.line"]
            for line in notices._get_lines():
                row = now.get(line.line_id.id)
                amount = 0 if row is None else row.residual
                if row is not None and line.kind == "item":
                    amount = 0 if row.is_held or row.is_excluded else row.get_item().demanded
                if not amount:
                    gone |= line.line_id
                elif line.currency_id.compare_amounts(line.amount_open, float(amount)):
                    line.amount_open = float(amount)
            if gone:
                self.env["dunning.notice.line"]._drop(gone)

    def _forget_mails(self):
        """What these letters say has changed: mails that have not left are made anew."""
        waiting = (
            self.sudo()
            ._get_deliveries()
            .filtered(lambda delivery: delivery.state in ("waiting", "retry", "failed"))
        )
        for delivery in waiting:
            delivery._drop_mail()

    # === DELIVERY === #

    def _get_delivery_obstacle(self):
        self.ensure_one()
        if self.state != "issued":
            return self.env._("This letter is not to be sent any more: %s", self.skip_reason or "")
        return False

    def _get_delivery_responsible(self):
        return self.responsible_id

    def _post_delivery_message(self, delivery, message_id):
        self.ensure_one()
        self._refresh_items()
        self._check_something_left()
        if not self.partner_id.email:
            raise UserError(self._get_missing_recipient_text())
        lang = self.env["billing.letter"]._get_letter_lang(self.partner_id, self.company_id)
        me = self.with_context(lang=lang)
        attachments = []
        if not delivery.is_link_only:
            attachments = [(f"{self.name.replace('/', '-')}.pdf", me._render_letter())]
        me.message_post(
            body=me._get_mail_body(),
            subject=me._get_subject(),
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.partner_id.ids,
            attachments=attachments,
            message_id=message_id,
            notify_skip_followers=True,
            force_send=False,
        )

    def _check_something_left(self):
        if self.state != "issued":
            raise UserError(
                self.env._("Nothing is left to remind of. This letter needs no delivery any more.")
            )

    def _get_missing_recipient_text(self):
        self.ensure_one()
        return self.env._(
            "%s has no email address. Enter one on the contact, or send this letter by post.",
            self.partner_id.display_name,
        )

    def _get_delivery_pdf(self):
        self.ensure_one()
        self._refresh_items()
        self._check_something_left()
        return self._render_letter()

    def _render_letter(self):
        reports = self.env["ir.actions.report"]
        content, _type = reports._render_qweb_pdf("dunning_escalation.report_notice", self.ids)
        return content

    def _delivered_hook(self):
        """The customers have their letters: their invoices reach the levels, charges are due."""
        result = super()._delivered_hook()
        delivered = self.filtered(lambda notice: notice.state == "issued")
        for notice in delivered.sudo():
            notice._set_delivered()
        if delivered.claim_ids:
            self.env.ref("dunning_escalation.cron_dunning").sudo()._trigger()
        return result

    def _set_delivered(self):
        self.ensure_one()
        today = self._get_today()
        reached = self._get_lines("item").filtered("is_reached")
        self._create_claims()
        self._set_state("delivered", delivered_on=today)
        self.activity_ids.filtered(lambda activity: self.channel in HAND).unlink()
        for level, lines in reached.grouped("level_id").items():
            lines.case_id._reach(level, today, self.name)
            bodies = {
                move.id: self.env._(
                    "%(level)s delivered with %(letter)s", level=level.name, letter=self.name
                )
                for move in lines.case_id.move_id
            }
            lines.case_id.move_id.sudo()._message_log_batch(bodies=bodies)
