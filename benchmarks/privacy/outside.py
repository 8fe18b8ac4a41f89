"""Texts of others, read where they stand in ../shared/data and never copied.

Only names of persons are judged in them: nothing else is labelled, so their over-mask is that of everything that is not
a person's name and is no figure to read alone.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from corpus import OPTIONAL, Document, Entity

from calanque.errors import CalanqueError
from calanque.settings import settings

CORRECTIONS = Path(__file__).parent / "corrections.jsonl"
PASSAGE_TOKENS = 150
STRETCH_PASSAGES = 40
"""Passages in a row that count as one source, about a page: the data set gives few of its page bounds."""
_NO_SPACE_BEFORE = frozenset(".,)]%°»…")
_NO_SPACE_AFTER = frozenset("([«")


def _folder(name: str) -> Path:
    folder = settings().root.parent / "shared" / "data" / name
    if not folder.is_dir():
        raise CalanqueError(f"The data set {name} is not there: put it in ../shared/data/{name} beside the project.")
    return folder


def gdpr() -> list[Document]:
    """Return the fictional interviews and business documents of gdpr-pseudonymizer-fr, labels corrected.

    Raises:
        CalanqueError: if the data set is absent, or is not the one that was corrected.
    """
    corpus = _folder("gdpr-pseudonymizer-fr") / "tests" / "test_corpus"
    corrections = _corrections()
    documents = []
    for path in sorted((corpus / "annotations").glob("*.json")):
        file = next(corpus.glob(f"*/{path.stem}.txt"))
        text = file.read_bytes().decode("utf-8")
        documents.append(Document(path.stem, text, path.stem, spans=_corrected(path, text, corrections)))
    return documents


def _corrections() -> dict[str, list[dict[str, Any]]]:
    grouped: dict[str, list[dict[str, Any]]] = {}
    for line in CORRECTIONS.read_text(encoding="utf-8").splitlines():
        correction = json.loads(line)
        grouped.setdefault(correction["document"], []).append(correction)
    return grouped


def _corrected(path: Path, text: str, corrections: dict[str, list[dict[str, Any]]]) -> tuple[Entity, ...]:
    labels = json.loads(path.read_text(encoding="utf-8"))["entities"]
    found = {(e["start_pos"], e["end_pos"]): "PERSON" for e in labels if e["entity_type"] == "PERSON"}
    for correction in corrections.get(path.stem, []):
        bounds = correction["start"], correction["end"]
        if text[slice(*bounds)] != correction["text"]:
            raise CalanqueError(f"{path.stem} is not the text that was corrected: fetch the data set again.")
        if correction["do"] == "remove":
            found.pop(bounds, None)
        else:
            found[bounds] = OPTIONAL if correction["do"] == "either" else "PERSON"
    return tuple(Entity(start, end, type_) for (start, end), type_ in sorted(found.items()))


def europeana() -> list[Document]:
    """Return passages of digitised newspapers (Europeana, CC0), errors of optical reading included.

    Raises:
        CalanqueError: if the data set is absent.
    """
    lines = (_folder("europeana-fr-ner") / "enp_FR.bnf.bio").read_text(encoding="utf-8").split("\n")
    tokens = [(word, label) for word, _, label in (line.rpartition(" ") for line in lines) if word]
    passages = enumerate(_passages(tokens))
    return [_passage(f"stretch-{index // STRETCH_PASSAGES:02d}", index, passage) for index, passage in passages]


def _passages(tokens: list[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    passage: list[tuple[str, str]] = []
    for word, label in tokens:
        passage.append((word, label))
        if len(passage) >= PASSAGE_TOKENS and label == "O" and word == ".":
            yield passage
            passage = []
    if passage:
        yield passage


def _passage(source: str, index: int, tokens: list[tuple[str, str]]) -> Document:
    text, before = "", ""
    bounds: list[list[int]] = []
    is_open = False
    for word, label in tokens:
        is_glued = not text or word[0] in _NO_SPACE_BEFORE or before[-1:] in _NO_SPACE_AFTER or before.endswith("'")
        text += word if is_glued else f" {word}"
        start = len(text) - len(word)
        if label.endswith("-PER") and is_open and label != "B-PER":
            bounds[-1][1] = len(text)
        elif label.endswith("-PER"):
            bounds.append([start, len(text)])
        is_open, before = label.endswith("-PER"), word
    spans = tuple(Entity(start, end, "PERSON") for start, end in bounds)
    return Document(f"europeana-{index:04d}", text, source, spans=spans)


ADAPTERS: dict[str, Callable[[], list[Document]]] = {"gdpr": gdpr, "europeana": europeana}
