"""With what counts of incidents go in a city: days, hours, premises, weather, events."""
