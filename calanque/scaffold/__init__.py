"""A contract written from a sample file: what its values say, and what a person has still to decide."""
