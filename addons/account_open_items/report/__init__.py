from . import report_open_items
