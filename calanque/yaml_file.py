"""Read a YAML file so that a typo is an error: duplicate keys and non-mappings are refused."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from calanque.errors import CalanqueError

Model = TypeVar("Model", bound=BaseModel)
SAID_LENGTH = 40
# It may name a person, or hold a password.
ADDRESS = re.compile(r"\S@\S|://")


class _ClosedLoader(yaml.CSafeLoader):
    """A safe loader that refuses a key written twice; plain YAML keeps the last one and deletes the first silently.

    libyaml's: eight times as fast as Python's, and every task and every look at the DAGs reads all contracts.
    """


def _mapping(loader: _ClosedLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key, deep=True) for key, _ in node.value]
    for key in keys:
        if keys.count(key) > 1:
            raise yaml.constructor.ConstructorError(None, None, f"the key '{key}' is written twice", node.start_mark)
    return loader.construct_mapping(node, deep=True)


_ClosedLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping of one YAML file.

    Raises:
        CalanqueError: if the file is missing, is not YAML, repeats a key, or is not a mapping.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_ClosedLoader)  # noqa: S506 - derives SafeLoader
    except FileNotFoundError as error:
        raise CalanqueError(f"{path.name}: the file does not exist in {path.parent.name}/.") from error
    except OSError as error:
        raise CalanqueError(f"{path.name}: the file can not be read: {error.strerror}.") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise CalanqueError(f"{path.name}: not readable as YAML: {' '.join(str(error).split())}.") from error
    if not isinstance(content, dict):
        raise CalanqueError(f"{path.name}: the file must be a mapping of keys to values.")
    return content


def read_closed(path: Path, model: type[Model]) -> Model:
    """Return the closed model of one YAML file.

    Raises:
        CalanqueError: if the file is missing or does not fit the model.
    """
    try:
        return model.model_validate(read_yaml(path))
    except ValidationError as error:
        raise CalanqueError(f"{path.name}: {sentence_of(error)}.") from error


def sentence_of(error: ValidationError, prefix: str = "", has_values: bool = False) -> str:
    """Return the first problem of a pydantic error as 'field 'a.b': what is wrong'; arguments as of `sentences_of`."""
    return sentences_of(error, prefix, has_values)[0]


def sentences_of(error: ValidationError, prefix: str = "", has_values: bool = False) -> list[str]:
    """Return every problem of a pydantic error as 'field 'a.b': what is wrong'.

    Args:
        error: what pydantic said.
        prefix: of the field's name.
        has_values: say the wrong value too, where it is a short one; of files that hold neither persons nor secrets.
    """
    return [
        f"field '{'.'.join(part for part in (prefix, *path) if part)}': {text}"
        for path, text in problems_by_path(error, has_values)
    ]


def problems_by_path(error: ValidationError, has_values: bool) -> list[tuple[tuple[str, ...], str]]:
    """Return the path of keys to each problem of a pydantic error, and what is wrong there, as `sentences_of` says."""
    # A typo gives two errors, the unknown key and the missing one: the first helps more.
    problems = error.errors(include_url=False, include_input=has_values, include_context=False)
    return [
        (
            tuple(str(part) for part in item["loc"]),
            "is not a known field (a typo?)" if item["type"] == "extra_forbidden" else item["msg"] + _it_is(item),
        )
        for item in sorted(problems, key=lambda item: item["type"] != "extra_forbidden")
    ]


def _it_is(problem: Mapping[str, Any]) -> str:
    """Return the wrong value in words, where the problem does not say it: a rule of ours does, if it may be said."""
    value = problem.get("input")
    if problem["type"] in ("missing", "value_error") or not isinstance(value, str | int | float):
        return ""
    said = " ".join(value.split()) if isinstance(value, str) else str(value).lower()
    if ADDRESS.search(said):
        return ""
    said = said if len(said) <= SAID_LENGTH else f"{said[: SAID_LENGTH - 1]}…"
    return f" (it is '{said}')" if isinstance(value, str) else f" (it is {said})"
