"""Airflow's local executor with the libraries of our steps loaded: a task is forked from it, and need not load them."""

import logging
from importlib import import_module

from airflow.executors.local_executor import LocalExecutor

# Others' code alone: ours may change while the scheduler runs, and a task reads it as it is.
LIBRARIES = (
    "great_expectations",
    "matplotlib.pyplot",
    "mlflow",
    "openlineage.client",
    "openlineage.common.provider.dbt",
    "pandas",
    "presidio_analyzer",
    "presidio_anonymizer",
    "pyarrow.dataset",
    "pydantic_settings",
    "pyproj",
    "pyspark.sql.connect.session",
    "sklearn.linear_model",
)


class LoadedExecutor(LocalExecutor):
    """Loads what most tasks load, once: it takes three to four seconds of a core, and a task is minutes or seconds."""

    def start(self) -> None:
        """Load, then fork the workers."""
        # It says hundreds of things when it is imported, none of them to an engineer.
        logging.getLogger("great_expectations").setLevel(logging.WARNING)
        for name in LIBRARIES:
            import_module(name)
        super().start()
