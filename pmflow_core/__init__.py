"""The core of pmflow: every rule of the product, without a user interface."""
