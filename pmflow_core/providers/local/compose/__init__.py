"""One module per kind of document, and the plans that documents and answers share."""
