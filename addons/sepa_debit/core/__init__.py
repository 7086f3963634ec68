"""The rules of SEPA direct debit, free of database, clock and language."""
