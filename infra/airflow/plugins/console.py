"""Shows the console inside Airflow; every process of Airflow reads this file, only the API server opens the pages."""

from typing import Any

from airflow.plugins_manager import AirflowPlugin

ROOT = "/calanque"


async def console(scope: Any, receive: Any, send: Any) -> None:
    """Answer a request; the application is imported with the first one."""
    from calanque.console.app import app

    await app(scope, receive, send)


def offers(app: Any) -> Any:
    """Return the middleware around the API server, imported with it."""
    from calanque.console.lac.offers import Offers

    return Offers(app)


def acts(app: Any) -> Any:
    """Return the middleware that tells the journal what people do here, imported with the API server."""
    from calanque.console.lac.acts import Acts

    return Acts(app)


class ConsolePlugin(AirflowPlugin):
    """The application, its entries in the menu, its tabs on a DAG and a task, and what Airflow's pages offer."""

    name = "calanque"
    fastapi_apps = [{"app": console, "url_prefix": ROOT, "name": "Calanque"}]  # noqa: RUF012
    fastapi_root_middlewares = [  # noqa: RUF012
        {"middleware": offers, "name": "Offers"},
        {"middleware": acts, "name": "Acts"},
    ]
    external_views = [  # noqa: RUF012
        {
            "name": "Lac",
            "href": f"{ROOT}/lac",
            "icon": f"{ROOT}/lac.svg",
            "icon_dark_mode": f"{ROOT}/lac-dark.svg",
            "destination": "nav",
            "url_route": "lac",
            "nav_top_level": True,
        },
        {
            "name": "Documents",
            "href": f"{ROOT}/",
            "destination": "nav",
            "url_route": "documents",
            "nav_top_level": True,
        },
        {"name": "Documents", "href": ROOT + "/dags/{DAG_ID}", "destination": "dag", "url_route": "dag-documents"},
        {
            "name": "Documents",
            "href": ROOT + "/dags/{DAG_ID}",
            "destination": "task_instance",
            "url_route": "task-documents",
        },
    ]
