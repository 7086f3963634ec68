from . import test_contract_dunning
