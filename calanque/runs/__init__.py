"""What ran, on what, with which result: Delta tables of the schema `governance`, one row a fact, by day."""
