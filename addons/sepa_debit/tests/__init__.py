from . import test_collection
from . import test_invoice_page
from . import test_mandate
from . import test_portal
from . import test_return_effects
from . import test_returns
from . import test_status_report
