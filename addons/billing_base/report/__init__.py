from . import report_invoice, report_invoice_sample
