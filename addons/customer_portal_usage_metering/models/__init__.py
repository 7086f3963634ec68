from . import billing_period
from . import billing_subscription
