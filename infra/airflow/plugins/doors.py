"""Guards the doors of Airflow's API server; all its processes read this file, only that one imports the guard."""

from typing import Any

from airflow.plugins_manager import AirflowPlugin


def doors(app: Any) -> Any:
    """Return the middleware around the API server."""
    from calanque.engines.airflow_doors import Doors

    return Doors(app)


class DoorsPlugin(AirflowPlugin):
    """A limit on wrong passwords, tokens that end at logout, no foreign frame."""

    name = "calanque-doors"
    fastapi_root_middlewares = [{"middleware": doors, "name": "Doors"}]  # noqa: RUF012
