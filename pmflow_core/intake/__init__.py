"""From a file or a paste to signals that are read, embedded and in themes: the long work."""
