from decimal import Decimal, InvalidOperation

from odoo import models

# Enough for anybody, and no way to fill a table.
MOST_ALERTS = 10
HIGHEST = Decimal(10) ** 9
BASES = ("quantity", "amount")


class BillingSubscription(models.Model):
    """Alerts that customers set for themselves."""

    _inherit = "billing.subscription"

    def _get_customer_alerts(self):
        self.ensure_one()
        return self.usage_alert_ids.filtered("is_of_customer")

    def _set_customer_alert(self, meter_id, basis, level):
        """Have the customer told by mail at a level.

        :param str level: as it was typed
        :return: whether it could be set
        """
        self.ensure_one()
        meters = self.line_ids.meter_id.filtered(lambda meter: str(meter.id) == meter_id)
        number = _read_level(level)
        if not meters or basis not in BASES or number is None:
            return False
        if len(self._get_customer_alerts()) >= MOST_ALERTS:
            return False
        self.env["usage.alert"].sudo().create(
            {
                "subscription_id": self.id,
                "meter_id": meters.id,
                "basis": basis,
                "level": float(number),
                "is_mailed": True,
                "has_activity": False,
                "is_of_customer": True,
            }
        )
        return True


def _read_level(text):
    """A number above zero from what was typed, with a point or a comma; None if it is none."""
    try:
        number = Decimal((text or "").strip().replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() and Decimal("0.000001") <= number <= HIGHEST else None
