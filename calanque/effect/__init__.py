"""What a measure of the city reaches: the fit of a planned deployment to what is likely."""
