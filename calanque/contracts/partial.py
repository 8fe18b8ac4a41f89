"""A contract of which a part is missing or wrong: what can still be said of its other fields, each by itself."""

from collections.abc import Mapping
from typing import Any

from open_data_contract_standard.model import CustomProperty
from pydantic import ValidationError

from calanque.contracts.model import FeedContract
from calanque.contracts.rules import problems_by_themselves
from calanque.yaml_file import problems_by_path

NOT_CHECKED = "Once these are right, check again: what depends on them was not checked."
_PLAIN = {"territory": "territory", "timeZone": "time_zone", "purpose": "purpose"}
_COLUMNS = frozenset({"landing", "bronze"})


def plain_properties(properties: list[CustomProperty] | None) -> dict[str, Any]:
    """Return the custom properties that can be judged where others are missing, as fields of a contract."""
    return {
        _PLAIN[str(item.property)]: item.value
        for item in properties or []
        if item.property in _PLAIN and isinstance(item.value, str)
    }


def problems_apart(read: Mapping[str, Any], *, has_columns: bool) -> list[str]:
    """Return what is wrong with the fields that were read, whatever the missing ones would be.

    Args:
        read: the fields of a contract that were read.
        has_columns: whether all columns are among them: of a part of them nothing can be said.
    """
    judged = {name: value for name, value in read.items() if has_columns or name not in _COLUMNS}
    found = []
    try:
        FeedContract(**judged)
    except ValidationError as error:
        found = [(path, text) for path, text in problems_by_path(error, has_values=True) if path[0] in judged]
    wrong = {path[0] for path, _ in found}
    sentences = [f"field '{'.'.join(path)}': {text}." for path, text in found]
    return sentences + problems_by_themselves({name: judged[name] for name in judged if name not in wrong})
