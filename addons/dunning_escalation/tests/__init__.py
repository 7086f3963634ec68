from . import test_acceptance, test_charges, test_holds, test_policies, test_run
