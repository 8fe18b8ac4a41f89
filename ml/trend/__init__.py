"""What changed beyond noise in a city, by area and type."""
