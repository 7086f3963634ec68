from . import report_mandate
from . import report_notice
from . import report_return_notice
