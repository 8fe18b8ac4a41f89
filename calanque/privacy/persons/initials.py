"""Persons told by their initials alone: "Mme D.", "J.-P. M.", "X. C."."""

import re
from collections.abc import Iterable
from string import ascii_uppercase

from calanque.privacy.spans import Span
from calanque.privacy.text import Prepared

_INITIALS_ALONE = re.compile(
    r"(?<!\w)(?i:m|mr|mme|mlle|dr|monsieur|madame|docteur|pr|ma[iî]tre)\.?[ \u00a0]"
    r"([A-ZÀ-Ý](?:\.[ \-]?[A-ZÀ-Ý])*(?:\.|(?![\w'\u2019])))"
)
_COMPOUND_INITIALS = re.compile(
    r"(?<![\w.])[A-ZÀ-Ý][a-z]{0,2}(?:\.-[A-Za-zÀ-Ý][a-z]{0,2}){1,2}\.?\s{0,2}(?:[A-ZÀ-Ý][\w'\u2019\-]+|[A-ZÀ-Ý]\.)"
)
_TWO_INITIALS = re.compile(r"(?<![\w.])[A-ZÀ-Ý]\. {1,2}[A-ZÀ-Ý]\.(?!-| ?[A-ZÀ-Ý]\.)")
_SMALL_INITIALS = re.compile(r"(?<![\w.])[a-z]\.(?:-[a-z]\.){0,2} {1,2}[a-z]\.(?![\w-]| ?[a-z]\.)")
_SPELT = re.compile(r"(?<![\w.\-])[A-ZÀ-Ý]([ \-])[A-ZÀ-Ý](?:\1[A-ZÀ-Ý]){2,}(?![\w\-])")
"""A name letter by letter, as on the telephone: "D U P O N T"."""
_ABBREVIATIONS = frozenset(("p. m.", "a. m.", "n. b.", "s. v.", "c. a.", "i. e.", "e. g.", "r. d.", "s. a."))


def initials(text: Prepared, entity: str) -> Iterable[Span]:
    """Yield the persons of a text that are told by letters alone, as spans of a type."""
    for match in _INITIALS_ALONE.finditer(text.original):
        yield Span(match.start(1), match.end(1), entity, 0.7, "person.initials")
    for match in _COMPOUND_INITIALS.finditer(text.original):
        yield Span(match.start(), match.end(), entity, 0.8, "person.compound_initials")
    for match in _TWO_INITIALS.finditer(text.original):
        yield Span(match.start(), match.end(), entity, 0.6, "person.two_initials")
    for match in _SPELT.finditer(text.original):
        if match.group()[::2] not in ascii_uppercase:
            yield Span(match.start(), match.end(), entity, 0.7, "person.spelt")
    if not any(map(str.isupper, text.original)):
        for match in _SMALL_INITIALS.finditer(text.original):
            if match.group() not in _ABBREVIATIONS:
                yield Span(match.start(), match.end(), entity, 0.6, "person.two_initials")
