r"""A city's own recognisers, in Presidio's registry file `infra/privacy/recognisers.yml`: patterns, lists, context.

```yaml
supported_languages: [fr]
recognizers:
  - name: Casiers
    supported_language: fr
    supported_entity: LOCKER
    patterns: [{name: casier, regex: '\b[A-Z]\d{2}\b', score: 0.2}]
    context: [casier]
```

A value is masked from a score of 0.5 on: a weak pattern needs one of its words beside it. The file is closed: Presidio
passes over what it does not know, and loads recognisers that nobody asked for where a language is not its own.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import regex
from pydantic import Field, ValidationError, field_validator, model_validator

from calanque.closed import Closed
from calanque.errors import CalanqueError
from calanque.privacy.spans import BROAD_TYPES, ENTITY_TYPES, UNREAD, Span
from calanque.settings import settings
from calanque.yaml_file import mapping_of, read_bounded, sentence_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LANGUAGE: Literal["fr"] = "fr"
FLAGS = regex.DOTALL | regex.MULTILINE | regex.IGNORECASE
"""Presidio's own."""
LONGEST_S = 0.5
"""A pattern may look at a hostile text of 20,000 characters for so long; the pack itself takes as much of prose."""
_HOSTILE_LENGTH = 20_000
_PIECES = ("a", "A", "1", "a1", "a ", "1 ", " ", "-", ".", ",", ", ", "a.", "a-", "\n", "é", "(", "@", "aa,", "0o")
_PLACEHOLDER = regex.compile("<([A-Z][A-Z0-9_]{2,39})>")
_OWN_TYPES = frozenset((*ENTITY_TYPES, *BROAD_TYPES, UNREAD))

Word = Annotated[str, Field(strict=True, min_length=1, pattern=r"\S")]


class CityPattern(Closed):
    """One regular expression and how sure it is alone."""

    name: Word
    regex: Word
    score: Annotated[float, Field(gt=0, le=1)]

    @field_validator("regex")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            found = regex.compile(value, FLAGS)
        except (regex.error, OverflowError, RecursionError) as error:
            raise ValueError(f"is no regular expression: {error}") from error
        if found.fullmatch(""):
            raise ValueError("fits a text without a character: say what must be there")
        return value


class CityRecogniser(Closed):
    """One type of value: patterns, or a list of words, and the words that make it surer."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$")]
    type: Literal["custom"] = "custom"
    supported_language: Literal["fr"]
    supported_entity: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{2,39}$")]
    patterns: tuple[CityPattern, ...] = ()
    deny_list: tuple[Word, ...] = ()
    deny_list_score: Annotated[float, Field(gt=0, le=1)] = 1.0
    context: tuple[Word, ...] = ()

    @model_validator(mode="after")
    def _finds_something(self) -> Self:
        if not self.patterns and not self.deny_list:
            raise ValueError("finds nothing: give patterns or a deny_list")
        return self


class CityFile(Closed):
    """The whole file; `digest` is of what it says, empty where it names no recogniser."""

    supported_languages: tuple[Literal["fr"]] = (LANGUAGE,)
    recognizers: tuple[CityRecogniser, ...] = ()

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [one.name for one in self.recognizers]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"the name {twice[0]} stands twice")
        return self

    @property
    def types(self) -> frozenset[str]:
        """Return the types that its recognisers find."""
        return frozenset(one.supported_entity for one in self.recognizers)

    @property
    def digest(self) -> str:
        """Return eight hexadecimal digits that change with what the recognisers say."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:8] if self.recognizers else ""

    def registry(self) -> dict[str, Any]:
        """Return the file as Presidio's `registry_configuration` takes it."""
        return self.model_dump(mode="json", exclude_defaults=True) | {
            "supported_languages": [LANGUAGE],
            "global_regex_flags": int(FLAGS),
        }


def city_path() -> Path:
    """Return where the file of this installation is."""
    return settings().root / "infra" / "privacy" / "recognisers.yml"


def _city_stamp() -> tuple[object, ...]:
    """Return what changes when the file does, without reading it."""
    path = city_path()
    try:
        found = path.stat()
    except FileNotFoundError:
        return (str(path),)
    return (str(path), found.st_ino, found.st_mtime_ns, found.st_size)


_given: CityFile | None = None


def give(city: CityFile | None) -> None:
    """Let this process read with the recognisers that came with its work: its host may have no file."""
    global _given
    _given = city


def city_file() -> CityFile:
    """Return a city's own recognisers: those that came with the work, else the file's; none where there is no file.

    Raises:
        CalanqueError: naming the field that is wrong; nothing is redacted then.
    """
    return _read(_city_stamp()) if _given is None else _given


@lru_cache(maxsize=1)
def _read(_stamp: tuple[object, ...]) -> CityFile:
    path = city_path()
    if not path.exists():
        return CityFile()
    try:
        return CityFile.model_validate(mapping_of(path.name, read_bounded(path)))
    except ValidationError as error:
        raise CalanqueError(f"{path.name}: {sentence_of(error, has_values=True)}.") from error


def placeholders(text: str) -> Iterator[Span]:
    """Yield what stands in the place of values in a masked text: the types of the pack and of a city, in signs <>."""
    types: frozenset[str] | None = None
    for found in _PLACEHOLDER.finditer(text):
        types = types or _OWN_TYPES | city_file().types
        if found[1] in types:
            yield Span(found.start(), found.end(), found[1], 0.0)


def slow_patterns() -> list[str]:
    """Return a sentence for each pattern of a city that takes too long over a hostile text: they are tried."""
    found = []
    for one in city_file().recognizers:
        for pattern in one.patterns:
            if is_slow(pattern.regex):
                found.append(
                    f"{city_path().name}: recogniser '{one.name}', pattern '{pattern.name}' takes more than "
                    f"{LONGEST_S} s over {_HOSTILE_LENGTH:,} characters: repeat nothing that is repeated, and bound "
                    "what may be long ({1,30} instead of +)."
                )
    return found


def is_slow(pattern: str) -> bool:
    """Say whether a pattern takes too long over a hostile text, of plain pieces or of its own signs."""
    compiled = regex.compile(pattern, FLAGS)
    own = tuple(dict.fromkeys(regex.findall(r"[^\W_]|[,;:/-]", pattern)))[:12]
    try:
        for piece, tail in product((*_PIECES, *own), ("", "!")):
            text = piece * (_HOSTILE_LENGTH // len(piece)) + tail
            for _ in compiled.finditer(text, timeout=LONGEST_S):
                pass
    except TimeoutError:
        return True
    return False
