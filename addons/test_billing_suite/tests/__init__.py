from . import test_customer_year
