"""Names of persons: each word is weighed by its frequency as a name, its casing, and the words around it."""
