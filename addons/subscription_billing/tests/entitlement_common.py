"""What the tests of entitlements share."""

from odoo import Command

from .common import SubscriptionBillingCommon


class EntitlementCommon(SubscriptionBillingCommon):
    """A plan with features in a sandbox, where a clock says what today is.

    ``small`` (14 days of trial): 5 users per seat, 2 in all during the trial; ``large``: 20 users
    and the interface; the option ``storage`` of ``small``: 100 GB.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        feature = cls.env["billing.feature"].create
        cls.users, cls.api, cls.space = feature(
            [
                {"name": "Users", "code": "users", "kind": "limit", "unit": "users"},
                {"name": "Interface", "code": "api"},
                {"name": "Storage", "code": "space", "kind": "limit", "unit": "GB"},
            ]
        )
        per_seat = {"value": 5, "is_per_unit": True, "in_trial": "value", "trial_value": 2}
        cls.small = cls._create_plan(
            "Small",
            [
                {
                    "name": "Seats",
                    "charge_model": "per_unit",
                    "unit_price": 31.0,
                    "entitlement_ids": cls._grant((cls.users, per_seat)),
                },
                {
                    "name": "More Storage",
                    "is_option": True,
                    "unit_price": 9.0,
                    "entitlement_ids": cls._grant((cls.space, {"value": 100})),
                },
            ],
            trial_days=14,
        )
        cls.seats, cls.storage = cls.small.charge_ids
        cls.large = cls._create_plan(
            "Large",
            [{"unit_price": 62.0}],
            entitlement_ids=cls._grant((cls.users, {"value": 20}), (cls.api, {})),
        )
        cls.clock = cls._create_sandbox_clock(cls.partner_a, "2026-01-01")

    @staticmethod
    def _grant(*pairs):
        return [Command.create({"feature_id": feature.id, **vals}) for feature, vals in pairs]

    def _begin(self, plan=None, **values):
        contract = self._create_contract(plan or self.small, "2026-01-01", active=False, **values)
        # A draft of another day: only what happens to it from here on counts.
        self._commit()
        contract.action_activate()
        self._commit()
        return contract

    def _commit(self):
        """What the end of a transaction does, without ending it."""
        self.env.cr.flush()

    def _advance(self, day):
        self.clock._advance_to(self._day(day))
        self._commit()

    def _ask(self, contract, day):
        """What holds on a day, by the interface for one contract."""
        found = contract._get_entitlements(self._day(day))[contract.id]
        return {code: float(value) for code, value in found.items()}

    def _told(self, contract):
        """What the outbox says: ``(day, what holds)`` in the order of the events."""
        events = self.env["billing.event"].search(
            [
                ("type", "=", "subscription.entitlements_changed"),
                ("res_id", "=", contract.id),
            ],
            order="id",
        )
        return [
            (event.payload["effective_date"], event.payload["entitlements"]) for event in events
        ]
