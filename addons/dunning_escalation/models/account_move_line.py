from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    dunning_case_ids = fields.One2many("dunning.case", "line_id")
    dunning_level_name = fields.Char(
        "Level", compute="_compute_dunning_outlook", compute_sudo=True
    )
    dunning_outlook = fields.Char(
        "What Happens Next", compute="_compute_dunning_outlook", compute_sudo=True
    )
    dunning_next_on = fields.Date(
        "Next Level On", compute="_compute_dunning_outlook", compute_sudo=True
    )

    def _compute_dunning_outlook(self):
        """What the next run would decide: with the same facts and the same rules."""
        self.dunning_level_name = self.dunning_outlook = self.dunning_next_on = False
        for company, lines in self.grouped("company_id").items():
            outlook = self.env["dunning.decision"]._get_outlook(company, lines.partner_id)
            for line in lines:
                found = outlook.get(line.id)
                if found:
                    line.dunning_level_name, line.dunning_outlook, line.dunning_next_on = found

    # === THE END OF IT === #

    def _settled_hook(self):
        result = super()._settled_hook()
        self.env["dunning.case"]._close_settled(self)
        return result

    def _unsettled_hook(self):
        result = super()._unsettled_hook()
        self.env["dunning.case"]._reopen_unsettled(self)
        return result
