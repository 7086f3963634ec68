from . import test_usage_pages
from . import test_usage_tour
