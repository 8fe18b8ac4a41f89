"""Next week's incident counts per cell and type: places and weeks, never persons."""
