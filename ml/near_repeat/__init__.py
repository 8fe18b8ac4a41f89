"""Near-repeat: whether incidents of a type come close together in place and time, and where that shows next."""
