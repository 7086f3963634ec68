from . import dunning_case
from . import dunning_decision
from . import dunning_hold
from . import sepa_return
