"""Other programs: who may send us what, and how that is known."""
