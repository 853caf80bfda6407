"""Who somebody is: users, sessions, API keys, and the audit log."""
