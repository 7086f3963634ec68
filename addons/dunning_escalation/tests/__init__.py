from . import (
    test_acceptance,
    test_charges,
    test_holds,
    test_mail_server,
    test_policies,
    test_run,
    test_tours,
)
