"""Making PDF files; free of database and models."""
