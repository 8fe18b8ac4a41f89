"""Forecasts and trends: tomorrow, what changed, and how good it was."""
