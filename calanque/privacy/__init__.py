"""Personal values: where they are in French text, how they are masked, and how they become tokens.

Imports neither Spark nor Airflow, and Presidio only by way of `calanque.privacy.presidio`.
"""
