from . import test_access
from . import test_debit_story
from . import test_customer_year
from . import test_dunning_quarter
from . import test_screens
