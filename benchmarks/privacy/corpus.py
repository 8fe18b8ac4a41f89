"""Gold documents: a text, where its personal values stand, and how each was written; read and written as JSON lines."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from calanque.errors import CalanqueError

TYPES = (
    "PERSON",
    "POSTAL_ADDRESS",
    "PHONE_NUMBER",
    "EMAIL_ADDRESS",
    "FR_NIR",
    "FR_PLATE",
    "FR_IDENTITY_CARD",
    "FR_PASSPORT",
    "FR_RESIDENCE_PERMIT",
    "FR_TAX_NUMBER",
    "FR_SIREN",
    "FR_SIRET",
    "IBAN_CODE",
    "CREDIT_CARD",
    "BIRTH_DATE",
    "HANDLE",
    "GPS_POSITION",
    "IP_ADDRESS",
    "FR_AGENT_NUMBER",
)
UNSTRUCTURED = frozenset({"PERSON", "POSTAL_ADDRESS", "BIRTH_DATE", "HANDLE"})
"""What has no format of its own; every other type is a structured identifier."""

OPTIONAL = "OPTIONAL"
"""Type of a gold span that may be masked or not: it counts neither as an entity nor as neutral text."""


@dataclass(frozen=True, slots=True)
class Entity:
    """One personal value of a gold text: code points, `end` excluded; casing and origin are set for persons."""

    start: int
    end: int
    type: str
    name_origin: str = ""
    casing: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A gold text; `source` is its template or file, `casing` that of the whole text: as written, upper or lower."""

    id: str
    text: str
    source: str
    casing: str = "as written"
    spans: tuple[Entity, ...] = field(default=())

    @property
    def entities(self) -> list[Entity]:
        """The spans that must be masked."""
        return [span for span in self.spans if span.type != OPTIONAL]


def write(documents: Iterable[Document]) -> Iterator[str]:
    """Yield one JSON line a document."""
    for document in documents:
        record = asdict(document)
        record["spans"] = [{k: v for k, v in span.items() if v != ""} for span in record["spans"]]
        yield json.dumps(record, ensure_ascii=False) + "\n"


def read(path: Path) -> list[Document]:
    """Return the documents of a file of JSON lines.

    Raises:
        CalanqueError: at a line that is not a gold document, or whose spans leave the text or are of no known type.
    """
    with path.open(encoding="utf-8") as lines:
        return [_document(json.loads(line), number) for number, line in enumerate(lines, start=1) if line.strip()]


def _document(record: dict[str, Any], number: int) -> Document:
    try:
        spans = tuple(sorted((Entity(**span) for span in record.pop("spans")), key=lambda s: (s.start, s.end)))
        document = Document(**record, spans=spans)
    except (KeyError, TypeError) as e:
        raise CalanqueError(
            f"Line {number} is not a gold document ({e}): write id, text, source, casing, spans."
        ) from e
    for span in spans:
        if span.type not in (*TYPES, OPTIONAL) or not 0 <= span.start < span.end <= len(document.text):
            raise CalanqueError(
                f"Line {number} has a span {span.start}–{span.end} {span.type} that cannot be: mend it."
            )
    return document
