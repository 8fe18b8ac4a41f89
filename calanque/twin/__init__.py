"""Synthetic twins of the sources: no row comes from a person, and the same seed gives the same bytes."""
