from . import test_order
from . import test_order_companies
from . import test_order_payment
from . import test_tours
