"""Text made comparable without moving a single character: accents, case, placeholders, stray surrogates."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from calanque.privacy.city import placeholders
from calanque.privacy.forms import normal_form
from calanque.privacy.spans import Span

FILLER = "\x1a"
"""Stands where a placeholder was: no letter, no digit, no space, so no rule can match through it."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_SENTENCE_END = re.compile(r"(?<![.!?…;])[.!?…;]++[\s\"»)]+|\n+")
_MISREAD = re.compile(r"(?<![^\W\d])(?=[ol]{0,3}\d)\d{0,30}+[ol](?:\d{0,30}+[ol]){0,3}\d{0,30}(?![^\W\d])")
"""A number in which optical recognition read letters: "l7/O5/1949"."""
_DIGITS = str.maketrans("ol", "01")
_ABBREVIATION = re.compile(r"\b(?:mm?|mr|mrs|mmes?|mlles?|me|dr|pr|ste?|av|ave|bd|bld|imp|pl|ch|rte|tel|no|n°|[a-z])$")
_LONGEST_ABBREVIATION = 5


def _fold_character(character: str) -> str:
    base = unicodedata.normalize("NFD", character)[0].lower()
    return base if len(base) == 1 else character


_FOLDS = {
    ord(c): f
    for c in map(chr, (*range(0x41, 0x5B), *range(0xC0, 0x250), *range(0x1E00, 0x1F00)))
    if (f := _fold_character(c)) != c
}
_FOLDS |= {ord(c): f for c, f in zip("ıłŁđĐøØ", "illddoo", strict=True)}
_FOLDS |= {
    0xBA: "°",
    0x2019: "'",
    0x02BC: "'",
    0xA0: " ",
    0x202F: " ",
    0x2009: " ",
    0x2010: "-",
    0x2011: "-",
    0x2013: "-",
}


def fold(text: str) -> str:
    """Return the text in lower case without accents, typographic signs made plain; the length never changes."""
    return text.translate(_FOLDS)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A text and its folded twin of the same length; accents are composed, placeholders are blanked in both.

    Attributes:
        blanks: where placeholders were, with their types.
        origins: offset in the given text of each character here and of the end, None when they are the same.
    """

    original: str
    folded: str
    has_digit: bool
    blanks: tuple[Span, ...] = ()
    origins: tuple[int, ...] | None = None

    def restored(self, spans: Iterable[Span]) -> list[Span]:
        """Return spans found here with the offsets of the given text."""
        if self.origins is None:
            return list(spans)
        return [replace(s, start=self.origins[s.start], end=self.origins[s.end]) for s in spans]


def prepare(text: str) -> Prepared:
    """Return the text ready for the rules; `restored` gives offsets of `text` back."""
    clean, origins = normal_form(text if text.isascii() else _SURROGATE.sub("\ufffd", text))
    blanks: tuple[Span, ...] = ()
    if "<" in clean:
        blanks = tuple(placeholders(clean))
        clean = _without(clean, blanks)
    has_digit = any(map(str.isdecimal, clean))
    folded = fold(clean)
    if has_digit:
        folded = _MISREAD.sub(lambda m: m.group().translate(_DIGITS), folded)
    return Prepared(clean, folded, has_digit, blanks, origins)


def _without(text: str, blanks: Sequence[Span]) -> str:
    parts, at = list[str](), 0
    for blank in blanks:
        parts += (text[at : blank.start], FILLER * (blank.end - blank.start))
        at = blank.end
    return "".join((*parts, text[at:]))


def sentences(folded: str) -> list[tuple[int, int]]:
    """Return the (start, end) of each sentence of a folded text; a dot after an abbreviation does not end one."""
    bounds = []
    start = 0
    for match in _SENTENCE_END.finditer(folded):
        if match.end() > start and not _is_abbreviated(folded, start, match):
            bounds.append((start, match.end()))
            start = match.end()
    if start < len(folded):
        bounds.append((start, len(folded)))
    return bounds


def _is_abbreviated(folded: str, start: int, end: re.Match[str]) -> bool:
    """Say whether a sentence's end is the dot of an abbreviation that lies after `start`."""
    sign, rest = end.group()[0], end.group()[1:]
    if sign != "." or not rest.isspace():
        return False
    return _ABBREVIATION.search(folded, max(start, end.start() - _LONGEST_ABBREVIATION), end.start()) is not None


def is_shouting(text: str) -> bool:
    """Say whether capitals carry no information: most letters are capitals."""
    upper = sum(map(str.isupper, text))
    return upper > 3 and upper > 1.5 * sum(map(str.islower, text))
