"""Buttons on a task's page that open what the task has made elsewhere; imported where DAGs are read, so kept light."""

from typing import Any

from airflow.sdk import BaseOperatorLink

from calanque.settings import settings


class PageLink(BaseOperatorLink):
    """A button that opens a page of the console: it is known before the task runs, and stays when it fails."""

    def __init__(self, title: str, path: str) -> None:
        self._title = title
        self.path = path

    @property
    def name(self) -> str:
        """Text of the button."""
        return self._title

    @property
    def xcom_key(self) -> str:
        """Where Airflow keeps the address of this button."""
        return f"_link_{self._title.lower()}"

    @property
    def address(self) -> str:
        """Where the button leads."""
        return f"{settings().airflow_url}{self.path}"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """Return the address."""
        return self.address


class ReturnedLink(BaseOperatorLink):
    """A button that opens the address a task returned under a key; a task that was skipped has none."""

    def __init__(self, title: str, key: str) -> None:
        self._title = title
        self.key = key

    @property
    def name(self) -> str:
        """Text of the button."""
        return self._title

    @property
    def xcom_key(self) -> str:
        """Where Airflow keeps the address of this button."""
        return f"_link_{self.key}"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """Return the address in what the task returned, empty when it returned nothing."""
        from airflow.sdk.execution_time.xcom import XCom

        returned = XCom.get_value(ti_key=ti_key, key="return_value")
        return str((returned or {}).get(self.key, ""))


def with_links(task: Any, *links: PageLink | ReturnedLink) -> Any:
    """Return a task, declared by a decorator, with its buttons; pages of the console are in its documentation too."""
    task.operator.operator_extra_links = links
    pages = [f"[{link.name}]({link.path})" for link in links if isinstance(link, PageLink)]
    task.operator.doc_md = " · ".join(pages) or None
    return task


def with_feed_links(task: Any, feed: str) -> Any:
    """Return a task of a feed with the buttons of its contract and of its runbook."""
    return with_links(
        task,
        PageLink("Contract", f"/calanque/contracts/{feed}"),
        PageLink("Runbook", "/calanque/runbooks/refused-batch"),
    )
