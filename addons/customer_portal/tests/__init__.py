from . import test_account_page, test_account_values, test_ownership
