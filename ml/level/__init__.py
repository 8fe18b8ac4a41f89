"""Level: how many incidents of each type on each of the next seven days, with its record, and the risk of busy days."""
