"""PostgreSQL and Valkey out of wheels: start or join them, stop them after the last user."""
