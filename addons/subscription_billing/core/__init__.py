"""The rules of recurring billing, free of database, clock and language."""
