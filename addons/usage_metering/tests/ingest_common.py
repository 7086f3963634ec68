"""Base class for tests with usage events (public API)."""

from odoo.addons.subscription_billing.tests.common import SubscriptionBillingCommon


class UsageEventCommon(SubscriptionBillingCommon):
    """A meter ``calls``, a plan ``metered`` billed by it, and contract ``contract`` of 2025.

    What is ingested is stored in the transaction of the test.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Ingestion opens cursors of its own: let them be part of the test's transaction.
        cls.registry_enter_test_mode_cls()
        cls.calls = cls._create_meter("calls")
        cls.metered = cls._create_metered_plan(cls.calls)
        cls.contract = cls._create_contract(cls.metered)

    @classmethod
    def _create_meter(cls, code, **values):
        return cls.env["usage.meter"].create({"name": code.title(), "code": code, **values})

    @classmethod
    def _create_metered_plan(cls, meters, **values):
        charges = [
            {"name": meter.name, "meter_id": meter.id, "charge_model": "per_unit",
             "unit_price": 0.5}
            for meter in meters
        ]  # fmt: skip
        return cls._create_plan("Metered", charges, timing="in_arrears", **values)

    @classmethod
    def _event(cls, key, at="2025-01-15T10:00:00Z", contract=None, meter="calls", **values):
        """Return an event as a sender writes it; ``values`` of None are left out."""
        event = {
            "key": key,
            "contract": (contract or cls.contract).name,
            "meter": meter,
            "at": at,
            **values,
        }
        return {name: value for name, value in event.items() if value is not None}

    @classmethod
    def _ingest(cls, *events, **values):
        """Ingest events, return the statuses or codes in their order."""
        results = cls.env["usage.event"]._ingest(events, **values)
        return [result["code"] or result["status"] for result in results]

    @classmethod
    def _get_events(cls, *keys):
        """Return the events, all of them or those of ``keys``, oldest first."""
        domain = [("key", "in", keys)] if keys else []
        return cls.env["usage.event"].search(domain, order="id")

    @classmethod
    def _query(cls, statement, *params):
        cls.env.cr.execute(statement, params)
        return cls.env.cr.fetchall()

    @classmethod
    def _take_marks(cls):
        """Return ``[(contract, meter, first time), ...]`` and delete them, as billing does."""
        marks = cls._query(
            "DELETE FROM usage_event_mark RETURNING subscription_id, meter_id, first_at"
        )
        return sorted(
            (
                cls.env["billing.subscription"].browse(contract_id),
                cls.env["usage.meter"].browse(meter_id),
                str(first_at),
            )
            for contract_id, meter_id, first_at in marks
        )
