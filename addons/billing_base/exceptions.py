from psycopg2.errorcodes import SERIALIZATION_FAILURE
from psycopg2.errors import SerializationFailure


class TransactionConflict(SerializationFailure):
    """Another transaction was first, as the database would say it: this one is to be repeated.

    What :mod:`psycopg2` raises has the code of the database, which Odoo looks up before it repeats
    a request; one that is raised by hand has to bring it along.
    """

    pgcode = SERIALIZATION_FAILURE
