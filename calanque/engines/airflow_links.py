"""Buttons on a task's page that open what the task has made elsewhere; imported where DAGs are read, so kept light."""

from typing import Any

from airflow.sdk import BaseOperatorLink


class ReturnedLink(BaseOperatorLink):
    """A button that opens the address a task returned under a key; a task that was skipped has none."""

    def __init__(self, title: str, key: str) -> None:
        self._title = title
        self._key = key

    @property
    def name(self) -> str:
        """Text of the button."""
        return self._title

    @property
    def xcom_key(self) -> str:
        """Where Airflow keeps the address of this button."""
        return f"_link_{self._key}"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """Return the address in what the task returned, empty when it returned nothing."""
        from airflow.sdk.execution_time.xcom import XCom

        returned = XCom.get_value(ti_key=ti_key, key="return_value")
        return str((returned or {}).get(self._key, ""))


def with_links(task: Any, *links: ReturnedLink) -> Any:
    """Return a task, declared by a decorator, with its buttons."""
    task.operator.operator_extra_links = links
    return task
