from . import report_notice
