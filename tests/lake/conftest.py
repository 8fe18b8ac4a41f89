"""A feed of one's own: all that the way of a batch needs beside the engine. The bytes of the lake are read last."""

from collections.abc import Callable
from typing import Any

import pytest
from drop_feed import feed

from calanque.engines import spark
from calanque.settings import settings

__all__ = ["feed"]
# The killed engine comes back cold; whatever is planted has gone its way when the lake is looked through.
EXECUTED = "SQL status: OK"
LAST = ("test_faults_services.py", "test_personal_bytes.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what disturbs or reads the whole lake last."""
    items.sort(key=lambda item: LAST.index(item.path.name) if item.path.name in LAST else -1)


class Operations:
    """Counts what the engine is asked to execute: by the session of this process, and by dbt in its own."""

    def __init__(self) -> None:
        self.asked = 0

    def on_execute_plan(self, request: Any) -> Any:
        """Note a plan, which is executed as it is."""
        self.asked += 1
        return request

    def count(self, action: Callable[[], object]) -> int:
        """Return how many operations an action takes."""
        hooks, log = spark.session()._client._session_hooks, settings().logs / "dbt" / "dbt.log"  # type: ignore[attr-defined]
        before = self.asked - (log.read_text("utf-8").count(EXECUTED) if log.exists() else 0)
        hooks.append(self)
        action()
        hooks.remove(self)
        return self.asked + log.read_text("utf-8").count(EXECUTED) - before
