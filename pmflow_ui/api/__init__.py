"""The REST surface, on the same port as the pages."""
