"""Persons told by their initials alone: "Mme D.", "J.-P. M.", "X. C."."""

import re
from collections.abc import Iterable, Iterator, Sequence
from string import ascii_uppercase

from calanque.privacy.lexicon.places import NEUTRAL
from calanque.privacy.persons.words import Casing, Word
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
_SIGNED_ROW = re.compile(r"[A-Z]{2}(?<=\| ..)(?=[ \t]*(?:\n|\Z))")
"""Two letters in the last column of a table: who wrote the row."""
_SMALL_INITIALS = re.compile(r"(?<![\w.])[a-z]\.(?:-[a-z]\.){0,2} {1,2}[a-z]\.(?![\w-]| ?[a-z]\.)")
_SIGNATURE = re.compile(
    r"[A-ZÀ-Ý]\.(?:(?<=\n\n..)(?=[ \t]*\n[ \t]*\n)|"
    r"(?=\s*\Z)(?:(?<=\n..)|(?<=[Bb]isous, ..)|(?<=[Bb]ises, ..)|(?<=Cordialement, ..)|(?<=à toi, ..)))"
)
"""A letter alone that ends a text or fills a paragraph: "Bises,\\nL."."""
_SIGNED_LINE = re.compile(
    r"[A-ZÀ-Ý](?:(?<=\n.)|(?<=: .)(?=[^\n]*\Z))(?!\.[BSJ]\.\s)\. ?[A-ZÀ-Ý]\.(?:[ \-]?[A-ZÀ-Ý]\.)?"
    r"(?=[ \t]*(?:\n|\Z))"
)
"""A line of initials: "N.E.K.", "D. A.-R.", or what follows a colon last; "N.B.", "P.S." and "P.J." are none."""
_READER = r"(?P<v>[A-Z]{2,3})(?![\w'\u2019\-])"
_SEEN_BY, _READ_BY = re.compile(rf"(?<!\w)[Vv]u par {_READER}"), re.compile(rf"(?<!\w)[Rr]elu(?: par)? {_READER}")
"""Who saw or read: "Vu par GLD", "relu FB"."""
_SUBJECT = re.compile(
    r"[A-ZÀ-Ý]\.(?:(?<![^(«\n]..)|(?<=[.!?:…–—] ..)|(?<=(?:[Ss]i|et) ..)|(?<=que ..))"
    r"(?=, \d\d? (?:ans|mois)| (?:[nms]['\u2019]|n[e] |m[e] |s[e] |lui |nous |vous |est |était |a (?!\d)|appelle |dit |"
    r"veut |refuse |demande )[a-zà-ÿ])"
)
"""A letter that does something: "P. n'a pas appelé"."""
_SPELT = re.compile(r"[A-ZÀ-Ý](?<![\w.\-].)([ \-])[A-ZÀ-Ý](?:\1[A-ZÀ-Ý])+(?![\w\-])")
_SHORTEST_SPELT = 4
_SPELT_SMALL = re.compile(
    r"(?<= )(?:(?:[a-zà-ÿ] ){5,}|(?:[a-z] ){2,}deux [a-z] (?:(?:deux )?[a-z] )*)[a-zà-ÿ](?![\w'\u2019\-])"
)
"""A name letter by letter, as on the telephone: "D U P O N T", "Mze M Z E"."""
_INITIALS_COUNTS = range(2, 5)
_ACRONYMS = frozenset(
    """
pv pm pc pj cp ta tv vl vp pl bp dg mc ag cr rh ca ce or dr st ok ko nc nr nd na ns hs cb id pn gn ps pp qp qg sp sa sc
ap dp lr mp pa pd pi rd rn ts vc gr ras rdv dgs dst dga drh pdv orl pdf les des une
""".split()  # noqa: SIM905  (a word list reads as words)
)
"""Acronyms that are one even where a person of the text has these initials."""
_ABBREVIATIONS = frozenset(("p. m.", "a. m.", "n. b.", "s. v.", "c. a.", "i. e.", "e. g.", "r. d.", "s. a."))
_TOLD = (
    ("M.", "initials", 0.7, _AFTER_TITLE_LETTER),
    (".-", "compound_initials", 0.8, _COMPOUND_INITIALS),
    (".", "two_initials", 0.6, _TWO_INITIALS),
    (".", "two_initials", 0.6, _JOINED_INITIALS),
    (".", "letter", 0.6, _SUBJECT),
    (".", "signature", 0.6, _SIGNATURE),
    ("\n", "signature", 0.6, _SIGNED_LINE),
    ("| ", "signature", 0.6, _SIGNED_ROW),
    ("u par ", "read_by", 0.6, _SEEN_BY),
    ("elu ", "read_by", 0.6, _READ_BY),
    ("", "spelt", 0.7, _SPELT_SMALL),
)
"""What a text must hold for a rule to be asked, the rule, its score and its pattern."""
_MAY_BE_ACRONYM = ("signature", "read_by")


def initials(text: Prepared, entity: str) -> Iterable[Span]:
    """Yield the persons of a text that are told by letters alone, as spans of a type."""
    yield from _announced(text, entity)
    for sign, rule, score, pattern in _TOLD:
        if sign in text.original:
            for match in pattern.finditer(text.original):
                start, end = match.span(match.lastgroup or 0)
                if rule not in _MAY_BE_ACRONYM or not _is_acronym(text.folded[start:end]):
                    yield Span(start, end, entity, score, f"person.{rule}")
    for match in _SPELT.finditer(text.original):
        if _is_spelt(text, match):
            yield Span(match.start(), match.end(), entity, 0.7, "person.spelt")
    if not any(map(str.isupper, text.original)):
        for match in _SMALL_INITIALS.finditer(text.original):
            if match.group() not in _ABBREVIATIONS:
                yield Span(match.start(), match.end(), entity, 0.6, "person.two_initials")


def _is_acronym(folded: str) -> bool:
    letters = "".join(filter(str.isalpha, folded))
    return letters in _ACRONYMS or letters in NEUTRAL


def _is_spelt(text: Prepared, match: re.Match[str]) -> bool:
    """Say whether letters spell a name: four or more that are not the alphabet, or those of the word before them."""
    letters = match.group()[::2]
    if len(letters) >= _SHORTEST_SPELT:
        return letters not in ascii_uppercase
    return (
        text.original[max(0, match.start() - _LONGEST_BEFORE) : match.start()].rstrip(" ,:(").upper().endswith(letters)
    )


def _announced(text: Prepared, entity: str) -> Iterable[Span]:
    """Yield letters after a title or a role: "Mme D.", "le jeune Y."."""
    for match in _LETTERS.finditer(text.original):
        start, low = match.start(), max(0, match.start() - _LONGEST_BEFORE)
        if _TITLE_BEFORE.search(text.original, low, start):
            yield Span(start, match.end(), entity, 0.7, "person.initials")
        elif _ONE_LETTER.fullmatch(match.group()) and _ROLE_BEFORE.search(text.original, low, start):
            yield Span(start, match.end(), entity, 0.7, "person.initial_of_role")


def initials_of(words: Sequence[Word], names: Iterable[Sequence[Word]], entity: str) -> Iterator[Span]:
    """Yield capitals that are the initials of a name of the text: "Laura Bonnefoy" signs "LB", "Marie-Jo" is "MJ"."""
    short = [word for word in words if word.casing is Casing.UPPER and len(word.folded) in _INITIALS_COUNTS]
    if not short:
        return
    letters = {"".join(part[0] for word in name for part in word.folded.split("-") if part) for name in names}
    letters |= {text[::-1] for text in letters if len(text) == _INITIALS_COUNTS[0]}
    told = {text[:count] for text in letters for count in _INITIALS_COUNTS}
    for word in short:
        if word.folded in told and not _is_acronym(word.folded):
            yield Span(word.start, word.end, entity, 0.6, "person.initials_of_name")
