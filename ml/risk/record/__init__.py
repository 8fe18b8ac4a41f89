"""What judges it: back-tests, what each week did, and who serves."""
