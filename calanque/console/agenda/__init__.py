"""What a city plans in a week, and which of it can not go together."""
