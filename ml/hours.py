"""The hours that registers write when nobody knows the hour: midnight and noon. A model takes this module with it."""

HEAPED_HOURS = (0, 12)
