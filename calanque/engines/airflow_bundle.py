"""The folder of DAG files, read anew when something they are made from has changed, and not each half minute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.dag_processing.bundles.local import LocalDagBundle

from calanque.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# What a DAG file is made from, beside itself.
READ = (("calanque", "*.py"), ("dags", "*.py"), ("dags", "*.yaml"), ("expectations", "*.yml"), ("infra", "*.yml"))
# Looks after a change at which the files are asked for; the last is past the time after which Airflow lets go of a DAG
# that its file no longer makes.
ASKED_AT = frozenset((0, 1, 2, 13))


class WatchedDags(LocalDagBundle):
    """Asks for every DAG file when a contract, a territory or our code has changed.

    To read the files of an installation each half minute took a sixth of what its services use together. A file that is
    being read when something changes is not read again for one request: it is asked for more than once.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._seen: frozenset[tuple[str, int]] | None = None
        self._looks_after = max(ASKED_AT) + 1

    def refresh(self) -> None:
        """Look whether anything has changed, and ask for the DAG files if so."""
        seen = frozenset(_changes())
        if self._seen not in (None, seen):
            self._looks_after = 0
        self._seen = seen
        if self._looks_after in ASKED_AT:
            self._ask()
        self._looks_after += 1

    def _ask(self) -> None:
        # Tasks have a bundle too, and need not load what writes to Airflow's database.
        from airflow.models.dagbag import DagPriorityParsingRequest
        from airflow.utils.session import create_session

        with create_session() as session:
            session.add_all(DagPriorityParsingRequest(self.name, path.name) for path in self.path.glob("*.py"))


def _changes() -> Iterator[tuple[str, int]]:
    for folder, pattern in READ:
        for path in (settings().root / folder).rglob(pattern):
            yield str(path), _changed_at(path)


def _changed_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:  # taken away meanwhile, or a link to itself
        return 0
