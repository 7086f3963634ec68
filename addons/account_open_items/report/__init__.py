from . import report_customer_statement, report_open_items
