"""The pages: one module each, a function that returns its markup."""
