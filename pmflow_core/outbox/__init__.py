"""Effects outside the database, written down with what causes them and carried out once."""
