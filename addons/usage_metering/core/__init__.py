"""The rules of metered billing, free of database, clock and language."""
