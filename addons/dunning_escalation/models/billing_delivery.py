from odoo import models


class BillingDelivery(models.Model):
    _inherit = "billing.delivery"

    def _set_failed(self, reason, **values):
        """A dunning letter that could not be delivered takes the other way, where there is one."""
        failed = super()._set_failed(reason, **values)
        for delivery in failed.filtered(lambda d: d.res_model == "dunning.notice"):
            delivery._try_dunning_fallback()
        return failed

    def _try_dunning_fallback(self):
        self.ensure_one()
        notice = self._get_document()
        channel = notice.policy_id.fallback_channel if notice else "none"
        if channel not in ("none", self.channel) and self.cause == "issued":
            notice._request_delivery(agreed={notice.id: channel}, cause="fallback")
