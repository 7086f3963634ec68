from . import explanation
from . import portal
