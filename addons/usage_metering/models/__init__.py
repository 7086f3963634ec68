from . import usage_filter
from . import usage_meter
from . import billing_charge
