from odoo import api, fields, models

# Above it courts have found hardly any fee proved.
COMMON_CAP = 2.0


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    dunning_currency_id = fields.Many2one(related="company_id.currency_id")
    dunning_marks = fields.Char(related="company_id.dunning_marks", readonly=False)
    dunning_journal_id = fields.Many2one(related="company_id.dunning_journal_id", readonly=False)
    dunning_interest_account_id = fields.Many2one(
        related="company_id.dunning_interest_account_id", readonly=False
    )
    dunning_fee_account_id = fields.Many2one(
        related="company_id.dunning_fee_account_id", readonly=False
    )
    dunning_lump_sum = fields.Monetary(
        related="company_id.dunning_lump_sum", readonly=False, currency_field="dunning_currency_id"
    )
    dunning_consumer_fee_cap = fields.Monetary(
        related="company_id.dunning_consumer_fee_cap",
        readonly=False,
        currency_field="dunning_currency_id",
    )
    dunning_day_count = fields.Selection(related="company_id.dunning_day_count", readonly=False)

    @api.onchange("dunning_consumer_fee_cap")
    def _onchange_dunning_consumer_fee_cap(self):
        if self.dunning_consumer_fee_cap > COMMON_CAP:
            return {
                "warning": {
                    "title": self.env._("Fees for consumers"),
                    "message": self.env._(
                        "Courts have refused flat fees of 2.50 and accepted 0.76. Keep the amount "
                        "below %s unless you can prove the cost of paper, print and postage.",
                        COMMON_CAP,
                    ),
                }
            }
        return None
