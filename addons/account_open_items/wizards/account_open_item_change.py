from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..core.limitation import Cause, Change, changed, limitation_date


class AccountOpenItemChange(models.TransientModel):
    """Record what changes the limitation of claims, or that they are doubtful."""

    _name = "account.open.item.change"
    _description = "Change Open Items"

    line_ids = fields.Many2many("account.move.line", string="Open Items", required=True)
    kind = fields.Selection(
        [
            (Cause.ACKNOWLEDGED.value, "Acknowledged or paid on account (§ 212 BGB)"),
            (Cause.NEGOTIATED.value, "Negotiated (§ 203 BGB)"),
            (Cause.PROCEEDINGS.value, "Court proceedings (§ 204 BGB)"),
            (Cause.TITLE.value, "Awarded by a court (§ 197 BGB)"),
            ("date", "Another limitation date"),
            ("doubtful", "Doubtful"),
            ("sound", "Not doubtful any more"),
        ],
        required=True,
        default="doubtful",
        string="What Happened",
    )
    start_date = fields.Date(
        "On / From", required=True, default=lambda self: self.env.company._get_billing_today()
    )
    last_day = fields.Date("Until")
    percent = fields.Float("Expected Loss (%)", default=50.0)
    note = fields.Char("Reason", required=True)

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if self.env.context.get("active_model") in ("account.open.item", "account.move.line"):
            values["line_ids"] = self.env.context.get("active_ids")
        return values

    def action_apply(self):
        """Write it on the items and the reason to the history of their documents."""
        self.ensure_one()
        self._check()
        for line in self.line_ids:
            values = self._prepare_line_values(line)
            line.write(values)
            line.move_id._message_log(body=self._get_log(line, values))
        return {"type": "ir.actions.act_window_close"}

    def _check(self):
        if self.kind == "doubtful" and not 0 <= self.percent <= 100:
            raise UserError(
                self.env._("Expected Loss: %s is no percentage between 0 and 100.", self.percent)
            )
        lasting = self.kind in (Cause.NEGOTIATED, Cause.PROCEEDINGS)
        if lasting and (not self.last_day or self.last_day < self.start_date):
            raise UserError(
                self.env._("Until: enter the last day; it must not be before the first one.")
            )
        if wrong := self.line_ids.filtered(lambda line: not line._is_open_item()):
            raise UserError(
                self.env._(
                    "%s is no posted receivable. Choose open items of customers.",
                    wrong[0].display_name,
                )
            )

    def _prepare_line_values(self, line):
        if self.kind == "doubtful":
            since = self.start_date
            return {
                "open_item_doubtful_since": since,
                "open_item_doubtful_percent": self.percent,
            }
        if self.kind == "sound":
            return {"open_item_doubtful_since": False, "open_item_doubtful_percent": 0.0}
        if self.kind == "date":
            return {"open_item_limitation_date": self.start_date}
        due = line.date_maturity or line.date
        current = line.open_item_limitation_date or limitation_date(due)
        change = Change(Cause(self.kind), self.start_date, self.last_day or None)
        return {
            "open_item_limitation_date": changed(date(due.year, 12, 31), current, change),
        }

    def _get_log(self, line, values):
        kind = dict(self._fields["kind"]._description_selection(self.env))[self.kind]
        day = format_date(self.env, self.start_date)
        if until := values.get("open_item_limitation_date"):
            return self.env._(
                "%(kind)s on %(day)s: %(note)s. The claim lapses on %(until)s.",
                kind=kind,
                day=day,
                note=self.note,
                until=format_date(self.env, until),
            )
        return self.env._("%(kind)s on %(day)s: %(note)s", kind=kind, day=day, note=self.note)
