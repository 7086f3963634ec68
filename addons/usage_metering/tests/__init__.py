from . import test_alerts
from . import test_commitment
from . import test_correction
from . import test_interim
from . import test_live
from . import test_measuring
from . import test_quota
from . import test_rating
