"""A feed of one's own: all that the way of a batch needs beside the engine. The bytes of the lake are read last."""

import pytest
from drop_feed import feed

__all__ = ["feed"]
# The killed engine comes back cold; whatever is planted has gone its way when the lake is looked through.
LAST = ("test_faults_services.py", "test_personal_bytes.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what disturbs or reads the whole lake last."""
    items.sort(key=lambda item: LAST.index(item.path.name) if item.path.name in LAST else -1)
