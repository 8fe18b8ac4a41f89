"""Engines: the only modules that import Spark, Trino, Great Expectations, MLflow, Presidio, dbt, Airflow and HDFS."""
