from odoo import fields, models
from odoo.exceptions import UserError


class DunningNoticeSkip(models.TransientModel):
    """Why letters are not sent; until when their customers rest, if they do."""

    _name = "dunning.notice.skip"
    _description = "Skip Dunning Letters"

    notice_ids = fields.Many2many("dunning.notice", required=True)
    reason = fields.Char(required=True)
    hold_until = fields.Date(
        help="Empty: the next run proposes the letters again, from tomorrow on."
    )

    def action_skip(self):
        """Cancel the letters; hold their customers until the date."""
        self.ensure_one()
        self.notice_ids.check_access("write")
        proposed = self.notice_ids.filtered(lambda notice: notice.state == "proposed")
        if not proposed:
            raise UserError(
                self.env._("These letters have left already. Only proposed ones are skipped.")
            )
        for notice in proposed:
            if not self.hold_until:
                self._hold(notice, fields.Date.add(notice._get_today(), days=1))
            else:
                self._hold(notice, self.hold_until)
        proposed._cancel(self.reason)

    def _hold(self, notice, until):
        self.env["dunning.hold"].create(
            {
                "company_id": notice.company_id.id,
                "partner_id": notice.commercial_partner_id.id,
                "kind": "internal",
                "reason": self.reason,
                "start_date": notice._get_today(),
                "end_date": until,
            }
        )
