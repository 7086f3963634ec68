from . import product_template
from . import billing_plan
from . import billing_subscription
from . import sale_order_line
from . import sale_order
from . import sale_order_contracts
from . import sale_order_text
from . import payment_transaction
