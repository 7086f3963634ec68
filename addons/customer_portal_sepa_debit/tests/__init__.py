from . import test_account_debits
