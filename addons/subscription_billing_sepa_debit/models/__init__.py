from . import billing_subscription
from . import sepa_mandate
