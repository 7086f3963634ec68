from odoo.tests import HttpCase, tagged

from .common import UsagePortalCommon


@tagged("post_install", "-at_install")
class TestUsageTour(UsagePortalCommon, HttpCase):
    """The customer's way through the usage, in the browser."""

    def test_usage(self):
        self.start_tour(self.metered.access_url, "customer_portal_usage", login="portal_alpha")

    def test_usage_in_german(self):
        self._load_german(
            "portal",
            "account",
            "subscription_billing",
            "usage_metering",
            "customer_portal_subscription_billing",
            "customer_portal_usage_metering",
        )
        self.user_a.sudo().lang = "de_DE"
        self.start_tour(self.metered.access_url, "customer_portal_usage", login="portal_alpha")
