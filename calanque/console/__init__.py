"""Pages inside Airflow for people who are signed in: contracts, runbooks, models."""
