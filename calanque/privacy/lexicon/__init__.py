"""Word lists of the French pack, folded (lower case, no accents)."""
