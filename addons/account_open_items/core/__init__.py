"""Reading bank statements and matching them, free of database, clock and language."""
