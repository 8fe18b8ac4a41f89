"""Postal addresses: number and street, complement, postcode and town, also apart from each other.

A street without a number is a place, not a home, and stays readable unless a cue says that someone lives there.
"""

import re

from calanque.privacy.lexicon.common_words import COMMON_WORDS
from calanque.privacy.lexicon.first_names import FIRST_NAMES
from calanque.privacy.lexicon.places import LINK_WORDS, STREET_TYPES
from calanque.privacy.rules import PatternRecogniser, Rule, folded_pattern, words
from calanque.privacy.spans import Span
from calanque.privacy.text import Prepared

_NUMBER = r"\d{1,4}(?:\s?(?:bis|ter|quater|[a-d](?!\w)))?(?:\s?[-/]\s?\d{1,4})?"
_UNIT = (
    r"(?:bat(?:iment)?|esc(?:alier)?|appt?|apt|appartement|porte|etage|hall|entree|villa|lot|"
    r"chambre|boite)\.?\s?(?:n°\s?)?(?:[a-z]?\d{1,4}|[a-z])(?!\w)"
)
_UNITS = rf"(?:\s?[,\-]?\s?(?:{_UNIT}|\d{{1,2}}(?:er|e|eme)\setage))"
_LINK = (
    r"(?:(?:de|du|des|la|le|les|(?:saint|sainte|st|ste)(?![\s](?:a|au|aux|en|et|ou|il|elle|on|devant|depuis|pres)\b))[\s\-]"
    r"|de\sl'|[ld]'){0,3}"
)
_STREET = rf"(?:{STREET_TYPES})\s{_LINK}\w[\w'\-]*"
_TOWN = r"[a-z][a-z'\-]{2,}(?:[\s\-](?:sur|en|la|les|le|de|lez|du)[\s\-][a-z'\-]+)?(?:\scedex(?:\s\d{1,2})?)?"
_KNOWN_TOWN = (
    r"marseille|aix|aubagne|paris|lyon|toulon|nice|allauch|martigues|vitrolles|cassis|la\sciotat|"
    r"salon|arles|istres|gardanne|marignane"
)
_LIVES = (
    r"(?:demeur\w+|habit(?:e|es|ent|ant|ait|ons)|domicili\w+|resid(?:e|ant|ait|ent)|log(?:e|ee|"
    r"eant)|adresse|chez\s(?:moi|lui|elle))"
)

_NAME_WORD = re.compile(r"[ \-]((?:(?:de|du|des|la|le|les|d'|l'|et)[ \-]?)*)([^\W_][\w'\u2019\-]*)")
_LONGEST_NAME_WORD_COUNT = 5

_PATTERNS = PatternRecogniser(
    entity="POSTAL_ADDRESS",
    trigger="0ru",
    rules=(
        Rule("number_street", folded_pattern(rf"(?<![\w/.,€])(?:{_UNIT}\s?,?\s?)?{_NUMBER}\s?,?\s?{_STREET}"), 0.75),
        Rule(
            "street_number",
            folded_pattern(
                rf"(?<!\w){_STREET}(?:\s[a-z][\w'\-]+){{0,2}}?\s?,?\s?(?:au\s)?(?:n°|numero|no\s)\s?{_NUMBER}(?!\w)"
            ),
            0.8,
        ),
        Rule(
            "lives_at",
            folded_pattern(rf"(?<!\w){_LIVES}\s?:?\s?(?:au|a|dans|sur|en|est)?\s?(?:la\s|le\s|l')?(?P<v>{_STREET})"),
            0.75,
        ),
        Rule(
            "lives_at_number",
            folded_pattern(
                rf"(?<!\w){_LIVES}\s?:?\s(?:au\s|a\s)(?:n°|numero)?\s?(?P<v>{_NUMBER})(?!\w|\s?(?:h\b|euros?|"
                rf"metres?|m\b|km|ans|pers))"
            ),
            0.6,
        ),
        Rule(
            "postcode_town",
            folded_pattern(
                rf"(?<![\w.,/+])(?:0[1-9]|[1-8]\d|9[0-8])(?:\d{{3}}|\s\d{{3}})\s?,?\s(?:{_KNOWN_TOWN})(?:\s(?:cedex\s)?\d{{1,2}}(?:e|"
                rf"eme|er)?)?(?!\w)"
            ),
            0.7,
        ),
        Rule(
            "postcode_capital",
            re.compile(
                r"(?<![\w.,/+])(?:0[1-9]|[1-8]\d|9[0-8])\d{3}\s[A-ZÀ-Ý][\w'\u2019\-]{2,}(?:[ \-](?:sur|en|la|"
                r"les|le|de|lez|du)[ \-][A-ZÀ-Ý][\w'\u2019\-]+)*(?:\s(?i:cedex)(?:\s\d{1,2})?)?"
            ),
            0.6,
            is_cased=True,
        ),
        Rule(
            "postcode_cue",
            folded_pattern(rf"(?<!\w)(?:code\spostal|c\.?p\.?)\s?[:=]?\s?(?P<v>\d{{5}}(?:\s{_TOWN})?)(?!\w)"),
            0.7,
        ),
    ),
    denials=words("article", "ligne", "bus", "depuis"),
)
_TAIL = folded_pattern(
    rf"{_UNITS}{{0,4}}(?:\s?[,\-(]?\s?(?:a\s)?(?:0[1-9]|[1-8]\d|9[0-8])\s?\d{{3}}(?!\w)(?:\s(?:(?:{_KNOWN_TOWN})(?:\scedex)?(?:\s\d{{1,2}}(?!\w))?|"
    rf"{_TOWN}(?=\s?(?:[.,;)!?]|$))))?)?"
)


class AddressRecogniser:
    """The patterns, then the rest of the street's name and what follows it: unit, postcode, town."""

    entity = _PATTERNS.entity

    def find(self, text: Prepared) -> list[Span]:
        """Return the values found, overlaps included, scores from `MASK_SCORE` on."""
        return [_extend(text, span) for span in _PATTERNS.find(text)]


def _extend(text: Prepared, span: Span) -> Span:
    end = span.end
    if span.rule.endswith(("number_street", "lives_at")):
        end = _name_end(text, span.start, end)
    tail = _TAIL.match(text.folded, end)
    return Span(span.start, tail.end() if tail else end, span.type, span.score, span.rule)


def _name_end(text: Prepared, start: int, end: int) -> int:
    """Return where the street's name ends: capitalised words go on, so does the surname after a first name or title."""
    shouts = not any(map(str.islower, text.original[start:end]))
    for _ in range(_LONGEST_NAME_WORD_COUNT):
        match = _NAME_WORD.match(text.original, end)
        if not match or not _goes_on(text, start, end, match, shouts):
            break
        end = match.end()
    return end


def _goes_on(text: Prepared, start: int, end: int, match: re.Match[str], shouts: bool) -> bool:
    word = text.folded[match.start(2) : match.end(2)].strip("'")
    previous = re.split(r"[\s'\-]", text.folded[start:end])[-1]
    if previous in FIRST_NAMES or previous in LINK_WORDS:
        return word not in COMMON_WORDS
    is_capital = match.group(2)[0].isupper()
    if shouts:
        return word not in COMMON_WORDS and not match.group(1)
    return is_capital and word not in COMMON_WORDS


ADDRESS = AddressRecogniser()
