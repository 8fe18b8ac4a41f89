"""Persons told by their initials alone: "Mme D.", "J.-P. M.", "X. C."."""

import re
from collections.abc import Iterable
from string import ascii_uppercase

from calanque.privacy.spans import Span
from calanque.privacy.text import Prepared

# Patterns begin with a capital where they can: a search for one is fast, and what stands before it is asked afterwards.
_LETTERS = re.compile(r"[A-ZÀ-Ý](?<=[ \u00a0].)(?!(?<=M)\. )(?:\.[ \-]?[A-ZÀ-Ý])*(?:\.|(?![\w'\u2019]))")
_TITLE_BEFORE = re.compile(r"(?<!\w)(?i:m|mr|mme|mlle|dr|monsieur|madame|docteur|pr|ma[iî]tre)\.?[ \u00a0]\Z")
_ROLE_BEFORE = re.compile(
    r"(?<![\w-])(?i:jeune|enfant|mineure?|élève|patiente?|fille|fils|frère|s[oœ]e?ur|mère|père|amie?|victime|"
    r"prévenue?) \Z"
)
_LONGEST_BEFORE = 10
_ONE_LETTER = re.compile(r"[A-LN-ZÀ-Ý]\.")
_AFTER_TITLE_LETTER = re.compile(r"M(?<![\w.].)\. ?[A-ZÀ-Ý]\. ?(?=[A-ZÀ-Ý][a-zà-ÿ])")
"""Two letters of a first name, of which the first is no title here: "M.C. Lavigne"."""
_COMPOUND_INITIALS = re.compile(
    r"[A-ZÀ-Ý](?<![\w.].)[a-z]{0,2}(?:\.-[A-Za-zÀ-Ý][a-z]{0,2}){1,2}\.?\s{0,2}"
    r"(?:[A-ZÀ-Ý][\w'\u2019\-]+|[A-ZÀ-Ý]\.(?:-[A-ZÀ-Ý]\.)?)"
)
_TWO_INITIALS = re.compile(r"[A-ZÀ-Ý](?<![\w.].)\. {1,2}[A-ZÀ-Ý]\.(?!-| ?[A-ZÀ-Ý]\.)")
_JOINED_INITIALS = re.compile(
    r"[A-ZÀ-Ý]\.[A-ZÀ-Ý]\.(?:(?<=nous \(.{4})|(?<=(?:par|elu) .{4})|(?<=(?:alid|sign)[ée] .{4}))"
    r"(?=[),;\n]| [a-zà-ÿ]|\s*\Z)"
)
"""Without a blank they are an acronym as often ("S.A."), but not of who wrote or read: "validé N.V."."""
_SMALL_INITIALS = re.compile(r"(?<![\w.])[a-z]\.(?:-[a-z]\.){0,2} {1,2}[a-z]\.(?![\w-]| ?[a-z]\.)")
_SIGNATURE = re.compile(
    r"[A-ZÀ-Ý]\.(?=\s*\Z)(?:(?<=\n..)|(?<=[Bb]isous, ..)|(?<=[Bb]ises, ..)|(?<=Cordialement, ..)|(?<=à toi, ..))"
)
"""A letter alone that ends a text: "Bises,\\nL."."""
_SUBJECT = re.compile(
    r"[A-ZÀ-Ý]\.(?:(?<![^(«\n]..)|(?<=[.!?:…] ..)|(?<=(?:[Ss]i|et) ..)|(?<=que ..))"
    r"(?= (?:[nms]['\u2019]|n[e] |m[e] |s[e] |lui |nous |vous |est |était |a (?!\d)|appelle )[a-zà-ÿ])"
)
"""A letter that does something: "P. n'a pas appelé"."""
_SPELT = re.compile(r"[A-ZÀ-Ý](?<![\w.\-].)([ \-])[A-ZÀ-Ý](?:\1[A-ZÀ-Ý]){2,}(?![\w\-])")
_SPELT_SMALL = re.compile(r"(?<= )(?:[a-zà-ÿ] ){5,}[a-zà-ÿ](?![\w'\u2019\-])")
"""A name letter by letter, as on the telephone: "D U P O N T"."""
_ABBREVIATIONS = frozenset(("p. m.", "a. m.", "n. b.", "s. v.", "c. a.", "i. e.", "e. g.", "r. d.", "s. a."))
_TOLD = (
    ("initials", 0.7, _AFTER_TITLE_LETTER),
    ("compound_initials", 0.8, _COMPOUND_INITIALS),
    ("two_initials", 0.6, _TWO_INITIALS),
    ("two_initials", 0.6, _JOINED_INITIALS),
    ("letter", 0.6, _SUBJECT),
    ("signature", 0.6, _SIGNATURE),
    ("spelt", 0.7, _SPELT_SMALL),
)


def initials(text: Prepared, entity: str) -> Iterable[Span]:
    """Yield the persons of a text that are told by letters alone, as spans of a type."""
    yield from _announced(text, entity)
    for rule, score, pattern in _TOLD:
        for match in pattern.finditer(text.original):
            yield Span(match.start(), match.end(), entity, score, f"person.{rule}")
    for match in _SPELT.finditer(text.original):
        if match.group()[::2] not in ascii_uppercase:
            yield Span(match.start(), match.end(), entity, 0.7, "person.spelt")
    if not any(map(str.isupper, text.original)):
        for match in _SMALL_INITIALS.finditer(text.original):
            if match.group() not in _ABBREVIATIONS:
                yield Span(match.start(), match.end(), entity, 0.6, "person.two_initials")


def _announced(text: Prepared, entity: str) -> Iterable[Span]:
    """Yield letters after a title or a role: "Mme D.", "le jeune Y."."""
    for match in _LETTERS.finditer(text.original):
        start, low = match.start(), max(0, match.start() - _LONGEST_BEFORE)
        if _TITLE_BEFORE.search(text.original, low, start):
            yield Span(start, match.end(), entity, 0.7, "person.initials")
        elif _ONE_LETTER.fullmatch(match.group()) and _ROLE_BEFORE.search(text.original, low, start):
            yield Span(start, match.end(), entity, 0.7, "person.initial_of_role")
