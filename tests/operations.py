"""Counts what the engine is asked to execute, by the session of this process and by dbt in its own."""

from collections.abc import Callable
from typing import Any, TypeVar

from calanque.engines import spark
from calanque.settings import settings

T = TypeVar("T")


class _Counted(list[Any]):
    """A hook of the client's, which keeps each plan that is sent to be executed; questions about columns are none."""

    def on_execute_plan(self, request: Any) -> Any:
        self.append(request)
        return request


def operations(action: Callable[[], T]) -> tuple[T, int]:
    """Return what an action returns, and how many operations it takes."""
    counted, before = _Counted(), _of_dbt()
    hooks = spark.session()._client._session_hooks  # type: ignore[attr-defined]
    hooks.append(counted)
    try:
        return action(), len(counted) + _of_dbt() - before
    finally:
        hooks.remove(counted)


def _of_dbt() -> int:
    log = settings().logs / "dbt" / "dbt.log"
    return log.read_text(encoding="utf-8").count("SQL status: OK") if log.exists() else 0
