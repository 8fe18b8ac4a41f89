"""Contracts of the demo with something changed in them, and the tables beside them."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from calanque.contracts import read_contract
from calanque.errors import CalanqueError

FEEDS = Path(__file__).parents[2] / "dags" / "feeds"
TABLES = Path(__file__).parents[1] / "contracts"


def told(name: str) -> list[list[str]]:
    """Return the rows of a table of `tests/contracts`."""
    lines = (TABLES / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


def content_of(feed: str) -> dict[str, Any]:
    return yaml.safe_load((FEEDS / f"{feed}.odcs.yaml").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def _at(node: Any, key: str) -> Any:
    if isinstance(node, dict):
        return key
    return int(key) if key.isdigit() else [item.get("property", item.get("name")) for item in node].index(key)


def put(content: dict[str, Any], path: str, value: Any) -> None:
    """Change what stands at a path of a contract.

    Args:
        content: a contract as it is parsed.
        path: `schema.bronze.properties.lat.required`: an item of a list goes by its number, name or property, and `+`
            is for further ones.
        value: what is to stand there; None takes out.
    """
    *way, last = path.split(".")
    node: Any = content
    for key in way:
        node = node[_at(node, key)]
    if last == "+":
        node.extend(value)
    elif value is None:
        del node[_at(node, last)]
    else:
        node[_at(node, last)] = value


def changed(folder: Path, feed: str, changes: dict[str, Any]) -> Path:
    """Write a feed's contract with what stands at some paths changed."""
    content = content_of(feed)
    for path, value in changes.items():
        put(content, path, value)
    written = folder / f"{feed}.odcs.yaml"
    written.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return written


def refusal(path: Path) -> str:
    """Return the sentence with which a contract is refused."""
    with pytest.raises(CalanqueError) as raised:
        read_contract(path)
    return str(raised.value)
