from . import account_payment_register, billing_test_clock_advance
