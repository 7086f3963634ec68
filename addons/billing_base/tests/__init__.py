from . import (
    test_amount_in_collection,
    test_billing_event,
    test_business_unit,
    test_delivery_mail,
    test_delivery_request,
    test_limited_users,
    test_settlement,
    test_settlement_events,
    test_test_clock,
    test_today,
    test_unit_documents,
    test_views,
)
