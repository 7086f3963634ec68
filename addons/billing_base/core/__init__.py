from . import collection, credit_transfer, document, letter, settlement, today
