from . import customer_portal_account
from . import customer_portal_objection
from . import dunning_hold
