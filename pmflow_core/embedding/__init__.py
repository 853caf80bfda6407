"""Text to unit vectors of 384 dimensions, by a model that ships with the product."""
