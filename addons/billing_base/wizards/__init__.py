from . import (
    account_payment_register,
    billing_delivery_decision,
    billing_delivery_print,
    billing_test_clock_advance,
)
