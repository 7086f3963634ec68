from . import test_debit_dunning
