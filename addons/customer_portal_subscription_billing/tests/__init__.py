from . import test_contract_pages, test_contract_values
