from . import test_contract_pages, test_contract_values, test_explanation_page
