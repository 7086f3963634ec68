from . import documents, portal_payment
