from . import collection, settlement, today
