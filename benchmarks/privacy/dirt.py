"""The dirt of real texts: lost accents, typos, doubled spaces, odd quotes; gold values keep their bounds through it."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from corpus import OPTIONAL

NBSP = "\u00a0"
_RATES = {
    "no accents": 0.15,
    "nfd": 0.04,
    "double spaces": 0.12,
    "typos": 0.15,
    "no apostrophes": 0.06,
    "sms": 0.06,
    "line breaks": 0.12,
    "curly": 0.3,
    "nbsp": 0.1,
}
"""Share of documents that get each kind at level 1; level 2 doubles them, level 0 has none."""

_SMS = {
    **{"vous": "vs", "pour": "pr", "avec": "ac", "quelqu'un": "qqn", "beaucoup": "bcp", "toujours": "tjr"},
    **{"c'est": "c", "que": "ke", "depuis": "dps", "dans": "ds", "quand": "qd", "bonjour": "bjr", "merci": "mrc"},
}
_SMS_WORD = re.compile(rf"\b(?:{'|'.join(map(re.escape, _SMS))})\b", re.IGNORECASE)
_LONG_WORD = re.compile(r"\b[^\W\d_]{6,}\b")
TYPO_RATE = 0.08


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text: neutral when `type` is empty, else one personal value."""

    text: str
    type: str = ""
    name_origin: str = ""
    casing: str = ""


Change = Callable[[Random, Piece], str]


def no_accents(text: str) -> str:
    """Return the text without combining marks."""
    decomposed = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not unicodedata.combining(c)))


def _typos(rng: Random, piece: Piece) -> str:
    def mistype(match: re.Match[str]) -> str:
        word = match.group()
        if rng.random() >= TYPO_RATE:
            return word
        at = rng.randint(1, len(word) - 3)
        swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        return rng.choice([swapped, word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:]])

    return _LONG_WORD.sub(mistype, piece.text) if not piece.type else piece.text


def _double_spaces(rng: Random, piece: Piece) -> str:
    rate = 0.06 if not piece.type else 0.15
    return re.sub(" ", lambda _: "  " if rng.random() < rate else " ", piece.text)


def _line_breaks(rng: Random, piece: Piece) -> str:
    rate = {"": 0.05, "POSTAL_ADDRESS": 0.1, "PERSON": 0.05}.get(piece.type, 0.0)
    return re.sub("(?<=[^ ]) (?=[^ ])", lambda _: "\n" if rng.random() < rate else " ", piece.text)


def _no_apostrophes(rng: Random, piece: Piece) -> str:
    return (
        re.sub(r"(?<=\b[ldjsncmLDJSNCM])'(?=\w)", rng.choice(["", " "]), piece.text) if not piece.type else piece.text
    )


def _sms(rng: Random, piece: Piece) -> str:
    return _SMS_WORD.sub(lambda m: _SMS[m.group().lower()], piece.text) if not piece.type else piece.text


def _nbsp(rng: Random, piece: Piece) -> str:
    if not piece.type:
        return re.sub(r" (?=[:;?!»€%])|(?<=«) |(?<=n°) ", NBSP, piece.text)
    return piece.text.replace(" ", NBSP) if re.search(r"\d \d", piece.text) else piece.text


_CHANGES: dict[str, Change] = {
    "typos": _typos,
    "sms": _sms,
    "no apostrophes": _no_apostrophes,
    "no accents": lambda _, piece: no_accents(piece.text),
    "double spaces": _double_spaces,
    "line breaks": _line_breaks,
    "curly": lambda _, piece: piece.text.replace("'", "’"),
    "nbsp": _nbsp,
    "nfd": lambda _, piece: unicodedata.normalize("NFD", piece.text),
}


def soil(rng: Random, pieces: list[Piece], level: int) -> list[Piece]:
    """Return the pieces with dirt of a level, 0 (none) to 2 (twice as often)."""
    for kind, change in _CHANGES.items():
        is_due = rng.random() < _RATES[kind] * level
        if is_due:
            pieces = [replace(piece, text=change(rng, piece)) for piece in pieces]
    return pieces


def recase(pieces: list[Piece], casing: str) -> list[Piece]:
    """Return the pieces in capitals or in lower case, accents dropped, as whole texts of that kind are typed."""
    if casing == "as written":
        return pieces
    turn = str.upper if casing == "upper" else str.lower
    label = "TEXT IN CAPITALS" if casing == "upper" else "text in lower case"
    return [
        replace(p, text=turn(no_accents(p.text)), casing=label if p.type not in ("", OPTIONAL) and p.casing else "")
        for p in pieces
    ]
