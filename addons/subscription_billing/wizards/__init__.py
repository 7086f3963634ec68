from . import billing_entitlement_answer
from . import billing_subscription_act
from . import billing_subscription_change
from . import billing_subscription_pause
from . import billing_subscription_resume
from . import billing_subscription_cancel
from . import billing_plan_index
