"""Texts written one by one: `=== id genre`, then the text with `[[TYPE|value]]` marks; all persons are invented."""

import re
from collections.abc import Iterator
from pathlib import Path

from corpus import Document, Entity

FOLDER = Path(__file__).parent / "written"
FIRST_SIGHT, TEMPTING = (Path(__file__).parent / name for name in ("first_sight", "tempting"))
"""Nobody reads them who writes rules or training texts."""
_HEAD = re.compile(r"^=== (\S+) (.+)\n", re.MULTILINE)
_MARK = re.compile(r"\[\[([A-Z_]+)\|(.*?)\]\]", re.DOTALL)


def written(folder: Path = FOLDER) -> list[Document]:
    """Return the documents of every file of a folder, in order."""
    return [document for path in sorted(folder.glob("*.txt")) for document in _documents(path)]


def _documents(path: Path) -> Iterator[Document]:
    parts = _HEAD.split(path.read_text(encoding="utf-8"))[1:]
    for identifier, _genre, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        yield _document(identifier, path.stem, body.strip("\n"))


def _document(identifier: str, source: str, body: str) -> Document:
    text, position, spans = "", 0, []
    for mark in _MARK.finditer(body):
        text += body[position : mark.start()]
        spans.append(Entity(len(text), len(text) + len(mark[2]), mark[1]))
        text, position = text + mark[2], mark.end()
    return Document(identifier, text + body[position:], source, spans=tuple(spans))
