"""Have the inputs of the forecast moved? The last eight weeks against the two years before."""
