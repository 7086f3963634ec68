from . import bank_statement_match
from . import bank_statement_upload
