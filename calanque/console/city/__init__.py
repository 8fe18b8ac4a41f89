"""A city on a map: what happened and is likely by area, and on a clock of weeks by square."""
