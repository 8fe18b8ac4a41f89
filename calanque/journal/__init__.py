"""Who did what: entries in the order in which they came, in a log whose past cannot be rewritten unseen."""
