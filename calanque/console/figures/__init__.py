"""Published figures, the one page of who is elected."""
