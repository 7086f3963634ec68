from . import test_statement_files
from . import test_statement_import
from . import test_statement_matching
from . import test_statement_returns
from . import test_statement_chunks
from . import test_statement_access
from . import test_tours
