from . import billing_subscription
from . import dunning_action
from . import dunning_decision
from . import dunning_hold
from . import dunning_level
from . import dunning_policy
