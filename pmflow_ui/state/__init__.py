"""What the pages show: one state per page, and the session that all of them share."""
