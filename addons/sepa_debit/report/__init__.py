from . import report_mandate
from . import report_notice
