"""The audit of a forecast: does it feed on itself, concentrate on nothing, treat areas alike, and believe forgeries."""
