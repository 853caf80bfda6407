"""The provider that needs no key: documents composed from the signals' own words."""
