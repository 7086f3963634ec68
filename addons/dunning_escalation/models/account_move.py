from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    dunning_claim_ids = fields.One2many("dunning.claim", "claim_move_id", "Dunning Charges")
    is_dunning_claim = fields.Boolean(
        "For Dunning Charges",
        readonly=True,
        copy=False,
        help="Interest, fees and lump sums: they bear no interest and begin no dunning.",
    )
    dunning_case_ids = fields.One2many("dunning.case", "move_id", "Dunning Cases")
    dunning_level_id = fields.Many2one("dunning.level", compute="_compute_dunning_level_id")
    dunning_hold_ids = fields.One2many("dunning.hold", "move_id", "Dunning Holds")

    def _compute_dunning_level_id(self):
        for move in self:
            cases = move.sudo().dunning_case_ids.filtered(lambda case: case.state == "open")
            move.dunning_level_id = cases.level_id.sorted("number")[-1:]

    def action_hold_dunning(self):
        """Ask until when and why this invoice is not dunned."""
        self.ensure_one()
        return self.env["dunning.hold"]._open_new(
            move_id=self.id, partner_id=self.commercial_partner_id.id
        )
