"""Base class for tests of metered contracts (public API)."""

from odoo.addons.subscription_billing.tests.common import SubscriptionBillingCommon


class UsageCommon(SubscriptionBillingCommon):
    """Meters, metered plans and usage.

    ``cls.meter`` sums quantities; times of usage are ISO texts in UTC, which is the clock of all
    contracts made here.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.meter = cls._create_meter("units")
        cls.metered = cls._create_metered_plan()

    @classmethod
    def _create_meter(cls, code, **values):
        return cls.env["usage.meter"].create({"name": code, "code": code, **values})

    @classmethod
    def _create_metered_plan(cls, charge=(), others=(), **values):
        """Return a plan with one metered charge: 10.00 per unit, billed by calendar months."""
        metered = {
            "name": "Usage",
            "charge_model": "per_unit",
            "unit_price": 10.0,
            "meter_id": cls.meter.id,
            **dict(charge),
        }
        values = {"timing": "in_arrears", "alignment": "calendar", **values}
        return cls._create_plan("Metered", [metered, *others], **values)

    @classmethod
    def _create_metered_contract(cls, plan=None, start="2025-01-01", **values):
        return cls._create_contract(plan or cls.metered, start, **{"usage_tz": "UTC", **values})

    @classmethod
    def _use(cls, contract, at, quantity=1, meter=None, **values):
        """Record usage; return the key of the event."""
        count = cls.__dict__.get("_use_count", 0) + 1
        cls._use_count = count
        event = {
            "key": f"{cls.__name__} {count}",
            "contract": contract.id,
            "meter": (meter or cls.meter).code,
            "at": at,
            "quantity": quantity,
            **values,
        }
        [result] = cls.env["usage.event"]._ingest_here([event])
        assert result["status"] == "accepted", result
        return event["key"]

    @classmethod
    def _cancel(cls, key, reason="Test"):
        """Cancel an event."""
        cls.env["usage.event"]._cancel_here([key], reason)

    @classmethod
    def _get_documents(cls, contract):
        """Return ``[(type, untaxed amount), ...]`` of the posted documents, oldest first."""
        cls.env.invalidate_all()
        moves = contract.period_ids.move_id.sorted("id")
        assert set(moves.mapped("state")) <= {"posted"}, moves.mapped("state")
        return [(move.move_type, move.amount_untaxed) for move in moves]
