"""What makes a forecast, and all that a served model takes with it."""
