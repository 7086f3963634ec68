from odoo import api, fields, models


class AccountMove(models.Model):
    """Nobody pays online what is collected from them anyway."""

    _inherit = "account.move"

    amount_collectable = fields.Monetary(
        compute="_compute_amount_collectable",
        compute_sudo=True,
        help="Open amount less what is being collected already.",
    )

    @api.depends("line_ids.amount_residual_currency", "state")
    def _compute_amount_collectable(self):
        lines = self.env["account.move.line"].search(
            [("move_id", "in", self.ids), ("account_type", "=", "asset_receivable")]
        )
        amounts = lines._get_amount_collectable()
        by_move = lines.grouped("move_id")
        for move in self:
            items = by_move.get(move._origin, ())
            move.amount_collectable = sum(amounts[line.id] for line in items)

    # === WHAT IS SAID === #

    def _get_collection_texts(self):
        """Return what is being collected of this document, as sentences for the customer.

        Contract: collectors override, call ``super()`` and append, in the language of the
        environment, one sentence with amount and day for each amount of theirs that
        ``_get_amount_in_collection()`` counts. With sudo: customers may not read collections.

        :return: list of texts
        """
        self.ensure_one()
        return []

    def _get_collection_notice(self):
        """Return what is being collected of this document as one text, empty if nothing is."""
        self.ensure_one()
        if self.move_type != "out_invoice" or not self._is_in_collection():
            return ""
        texts = self._get_collection_texts()
        return " ".join(texts) or self.env._("A payment of this invoice is on its way already.")

    def _is_in_collection(self):
        """Whether somebody is collecting this document or a part of it."""
        self.ensure_one()
        open_amount = self.sudo().amount_residual
        return self.state == "posted" and (
            self.currency_id.compare_amounts(self.amount_collectable, open_amount) < 0
        )

    # === WHERE CORE ASKS FOR MONEY === #

    def _has_to_be_paid(self):
        """Nobody is asked to pay what is being collected from them already."""
        return super()._has_to_be_paid() and not self.currency_id.is_zero(self.amount_collectable)

    def _get_online_payment_error(self):
        return self._get_collection_notice() or super()._get_online_payment_error()

    def _get_invoice_portal_extra_values(self, custom_amount=None):
        values = super()._get_invoice_portal_extra_values(custom_amount=custom_amount)
        return self._limit_to_collectable(values, "amount_due", "next_amount_to_pay")

    def _get_default_payment_link_values(self):
        values = super()._get_default_payment_link_values()
        return self._limit_to_collectable(values, "amount", "amount_max")

    def _limit_to_collectable(self, values, *names):
        """Ask for no more than what is not collected, in those values of core that are amounts."""
        if self.move_type != "out_invoice" or not self._is_in_collection():
            return values
        limits = {n: min(values[n], self.amount_collectable) for n in names if values.get(n)}
        return values | limits
