from . import test_correction
from . import test_rating
