"""Towns, lands and civilities: they say little of a person alone and are kept, unless asked for."""

import re
from collections.abc import Iterator

from calanque.privacy.lexicon.towns import LONGEST_TOWN_WORD_COUNT, PLACES
from calanque.privacy.lexicon.vocabulary import word_frequencies
from calanque.privacy.spans import MASK_SCORE, Span
from calanque.privacy.text import Prepared, is_shouting, prepare

_CIVILITY = re.compile(
    r"(?<![^\W_])(?:monsieur|madame|mademoiselle|messieurs|mesdames|mesdemoiselles|(?:mmes?|mlles?|mr)\.?|"
    r"mm?\.(?=\s))(?![^\W_])"
)
_UNITS = ("m.", "mm.")
_WORD = re.compile(r"(?<![^\W_])[a-z]+'?(?:(?<=')[a-z]+)?")
_SAINT = re.compile(r"\bst(e?)\b")
_WITHIN = re.compile(r"[^\W_][,;]? $")
"""Before a word that begins no sentence, where any has a capital."""
_OFTEN = 25.0
"""A town whose name is met so often as a word, per million, is one only where its capital says so."""


def broad(given: str) -> list[Span]:
    """Return the civilities, and the towns and lands of the lexicon that begin with a capital, in reading order."""
    text = prepare(given)
    civilities = (
        Span(match.start(), match.end(), "CIVILITY", MASK_SCORE, "civility")
        for match in _CIVILITY.finditer(text.folded)
        if match.group() not in _UNITS or text.original[match.start()].isupper()
    )
    return sorted(text.restored([*civilities, *_places(text)]))


def _places(text: Prepared) -> Iterator[Span]:
    words = [match.span() for match in _WORD.finditer(text.folded)]
    capitals_tell, past = not is_shouting(text.original), 0
    for index, (start, _) in enumerate(words):
        if start < past or not text.original[start].isupper():
            continue
        is_within = capitals_tell and _WITHIN.search(text.folded, max(0, start - 3), start) is not None
        names = reversed(words[index : index + LONGEST_TOWN_WORD_COUNT])
        ends = (end for last, end in names if text.original[last].isupper())
        past = next((end for end in ends if _is_place(text.folded[start:end], is_within)), 0)
        if past:
            yield Span(start, past, "LOCATION", MASK_SCORE, "location")


def _is_place(folded: str, is_within: bool) -> bool:
    name = _SAINT.sub(r"saint\1", re.sub(r"[\- ]", " ", folded))
    return name in PLACES and (is_within or word_frequencies().get(name, 0.0) < _OFTEN)
