"""Persons that nobody is: names by origin, and the ways in which a person's name is written."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

CASINGS = ("Jean Dupont", "DUPONT Jean", "Jean DUPONT", "DUPONT JEAN", "DUPONT", "Dupont", "jean dupont")
"""How a document writes names in full; `DUPONT` and `Dupont` are the two ways of a surname alone."""

INITIALS, FIRST_NAME = "J. Dupont", "Jean"


@dataclass(frozen=True, slots=True)
class Person:
    """One made-up person."""

    first: str
    last: str
    origin: str


def blocks(path: Path) -> dict[str, list[str]]:
    """Return the lines of each `[block]` of a file; `#` starts a comment."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]"):
            current = found.setdefault(line[1:-1], [])
        elif line.strip() and not line.startswith("#"):
            current.append(line)
    return found


@cache
def names(folder: Path) -> dict[str, dict[str, list[str]]]:
    """Return the names of a folder by origin: first names of women under F, of men under M, surnames under S."""
    return {
        origin: {line[0]: line[2:].split(", ") for line in lines}
        for origin, lines in blocks(folder / "names.txt").items()
    }


def origins(folder: Path) -> tuple[str, ...]:
    """Return the origins in the order of the folder's file."""
    return tuple(names(folder))


def person(rng: Random, gender: str, origin: str, folder: Path) -> Person:
    """Draw a person of a folder's names; gender is F, M or X for either."""
    lists = names(folder)[origin]
    return Person(rng.choice(lists[gender if gender in "FM" else rng.choice("FM")]), rng.choice(lists["S"]), origin)


def _initial(name: str) -> str:
    return "-".join(f"{part[0]}." for part in name.replace(" ", "-").split("-"))


_FULL: dict[str, Callable[[Person], str]] = {
    "Jean Dupont": lambda p: f"{p.first} {p.last}",
    "DUPONT Jean": lambda p: f"{p.last.upper()} {p.first}",
    "Jean DUPONT": lambda p: f"{p.first} {p.last.upper()}",
    "DUPONT JEAN": lambda p: f"{p.last.upper()} {p.first.upper()}",
    "DUPONT": lambda p: p.last.upper(),
    "Dupont": lambda p: p.last,
    "jean dupont": lambda p: f"{p.first} {p.last}".lower(),
}
_IN_CAPITALS = frozenset({"DUPONT Jean", "Jean DUPONT", "DUPONT JEAN", "DUPONT"})


def written(who: Person, form: str, casing: str) -> tuple[str, str]:
    """Return the name and the label of its casing.

    Args:
        who: the person.
        form: empty (as the casing says), nom, prenom, init (J. Dupont), court (Jean D.), lettres (J. D.).
        casing: one of CASINGS, the document's own way.

    Raises:
        KeyError: if a template asks for a form that does not exist.
    """
    if not form:
        return _FULL[casing](who), casing
    last = who.last.upper() if casing in _IN_CAPITALS else who.last
    name, label = {
        "nom": (last, "DUPONT" if casing in _IN_CAPITALS else "Dupont"),
        "prenom": (who.first.upper() if casing == "DUPONT JEAN" else who.first, FIRST_NAME),
        "init": (f"{_initial(who.first)} {last}", INITIALS),
        "court": (f"{who.first} {_initial(who.last)}", INITIALS),
        "lettres": (f"{_initial(who.first)} {who.last[0].upper()}.", INITIALS),
    }[form]
    return (name.lower(), casing) if casing == "jean dupont" and form in ("nom", "prenom") else (name, label)


def ascii_letters(text: str) -> str:
    """Return the text without marks, in lower case, as it stands in addresses of mail and names of accounts."""
    decomposed = unicodedata.normalize("NFKD", text.replace("\u0131", "i").replace("œ", "oe"))
    plain = decomposed.encode("ascii", "ignore").decode()
    return "".join(c for c in plain.lower() if c.isalnum() or c == "-")
