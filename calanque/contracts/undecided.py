"""What a contract leaves open: `feeds new` writes `to_decide` where a sample can not say what a person knows."""

from collections.abc import Iterator
from typing import Any

UNDECIDED = "to_decide"


def undecided_fields(content: Any, where: str = "") -> Iterator[str]:
    """Yield the path of every value of a contract that holds `to_decide`, columns and properties by their names."""
    if isinstance(content, dict):
        for key, value in content.items():
            if key == "value" and "property" in content:
                yield from undecided_fields(value, where)
            else:
                yield from undecided_fields(value, f"{where}.{key}" if where else str(key))
    elif isinstance(content, list):
        for index, item in enumerate(content):
            label = item.get("name", item.get("property", index)) if isinstance(item, dict) else index
            yield from undecided_fields(item, f"{where.removesuffix('.properties')}.{label}")
    elif isinstance(content, str) and UNDECIDED in content:
        yield where
