"""One module per kind of document; each function writes one section from a desk."""
