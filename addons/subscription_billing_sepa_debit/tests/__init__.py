from . import test_contract_debit
