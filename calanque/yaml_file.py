"""Read a YAML file so that a typo is an error, and no file stops its reader: it is plain, bounded and a mapping."""

import re
import stat
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from calanque.errors import CalanqueError

Model = TypeVar("Model", bound=BaseModel)
SAID_LENGTH = 40
LARGEST_BYTES, MOST_NODES, DEEPEST = 1_000_000, 50_000, 50
"""Of one file: ten times the largest contract that anybody wrote."""
# It may name a person, or hold a password.
ADDRESS = re.compile(r"\S@\S|://")


class _ClosedLoader(yaml.CSafeLoader):
    """A safe loader that refuses a key written twice; plain YAML keeps the last one and deletes the first silently.

    libyaml's: eight times as fast as Python's, and every task and every look at the DAGs reads all contracts.
    """


def _mapping(loader: _ClosedLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen = set[Hashable]()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, Hashable):
            raise yaml.constructor.ConstructorError(None, None, "a key must be one value", key_node.start_mark)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"the key '{key}' is written twice", node.start_mark)
        seen.add(key)
    return loader.construct_mapping(node, deep=True)


_ClosedLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping of one YAML file.

    Raises:
        CalanqueError: as `read_bounded` and `mapping_of` do.
    """
    return mapping_of(path.name, read_bounded(path))


def read_bounded(path: Path) -> bytes:
    """Return the bytes of a file that a person writes.

    Raises:
        CalanqueError: if it is missing, is no file, can not be read, or is larger than any that a person wrote.
    """
    try:
        # Of a pipe or a device there is no end to wait for.
        if not stat.S_ISREG(path.stat().st_mode):
            raise CalanqueError(f"{path.name}: is not a file: take it away, or put the file itself there.")
        with path.open("rb") as file:
            text = file.read(LARGEST_BYTES + 1)
    except FileNotFoundError as error:
        raise CalanqueError(f"{path.name}: the file does not exist in {path.parent.name}/.") from error
    except OSError as error:
        raise CalanqueError(f"{path.name}: the file can not be read: {error.strerror}.") from error
    if len(text) > LARGEST_BYTES:
        raise CalanqueError(f"{path.name}: is larger than {LARGEST_BYTES:,} bytes: is it a file of data?")
    return text


def mapping_of(name: str, text: bytes) -> dict[str, Any]:
    """Return the mapping that a YAML text holds; `name` is that of its file.

    Raises:
        CalanqueError: if it is not YAML, is more than plain YAML (aliases, tags), repeats a key, or is no mapping.
    """
    try:
        decoded = text.decode("utf-8-sig")
        _refuse_more_than_plain(name, decoded)
        content = yaml.load(decoded, Loader=_ClosedLoader)  # noqa: S506 - derives SafeLoader
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise CalanqueError(f"{name}: line {line} is not UTF-8: save the file in UTF-8.") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise CalanqueError(f"{name}: not readable as YAML: {' '.join(str(error).split())}.") from error
    if not isinstance(content, dict):
        raise CalanqueError(f"{name}: the file must be a mapping of keys to values.")
    return content


def _refuse_more_than_plain(name: str, text: str) -> None:
    """Refuse what makes much of little: nine levels of aliases are 359 bytes, and a thousand million values."""
    depth = documents = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.CSafeLoader)):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            why = "an anchor or alias (& or *): write the value again where it is meant"
        elif isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and (event.tag or "").strip("!"):
            why = "a tag (!): write the value without it"
        elif isinstance(event, yaml.ScalarEvent) and event.value == "<<" and not event.style:
            why = "a merge key (<<): write the keys themselves"
        elif depth > DEEPEST:
            why = f"more than {DEEPEST} levels, one within the other: write it more simply"
        elif count > MOST_NODES:
            why = f"more than {MOST_NODES:,} values: take out what is data"
        elif documents > 1:
            why = "a second document (---): a file holds one"
        else:
            continue
        line = event.start_mark.line + 1 if event.start_mark else 1
        raise CalanqueError(f"{name}: line {line} has {why}.")


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
