from . import usage_event_cancel
from . import usage_import
from . import usage_record
