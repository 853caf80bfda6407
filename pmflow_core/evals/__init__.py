"""How well the product does on labelled files: figures, not tests."""
