"""Number plates: SIV (AB-123-CD), FNI (1234 AB 13), and partial or foreign ones beside a cue."""

import re

from calanque.privacy.rules import PatternRecogniser, Rule, folded_pattern, words

_NOT_LETTERS = words(
    "rue",
    "ave?",
    "bd",
    "bld",
    "rd",
    "rn",
    "km",
    "kms?",
    "min",
    "eur",
    "euros?",
    "le",
    "la",
    "les",
    "de",
    "du",
    "des",
    "et",
    "un",
    "une",
    "pas",
    "bis",
    "ter",
    "sur",
    "par",
    "au",
    "aux",
    "en",
    "a",
    "ou",
    "est",
    "bus",
    "lot",
    "ans?",
    "mm",
    "cm",
    "kg",
    "ml",
    "h",
    "zac",
)
_LETTERS = "[a-hj-np-tv-z]"


def check_plate(value: str) -> bool | None:
    """Refuse what reads as words between numbers ("12 rue 13") and what has no digit or no letter."""
    if not re.search(r"\d", value) or not re.search(r"[a-z]", value):
        return False
    between = re.match(r"\d+\W?([a-z]+)", value)
    return False if between and _NOT_LETTERS.fullmatch(between.group(1)) else None


PLATE = PatternRecogniser(
    entity="FR_PLATE",
    rules=(
        Rule(
            "siv",
            folded_pattern(
                rf"(?<![\w\-]){_LETTERS}{{2}}(?:[\-.\u2013]\d{{3}}[\-.\u2013]|\s?-\s?\d{{3}}\s?-\s?|"
                rf"\d{{3}}){_LETTERS}{{2}}(?![\w\-])"
            ),
            0.8,
        ),
        Rule(
            "siv_capitals",
            re.compile(r"(?<![\w\-])[A-HJ-NP-TV-Z]{2}\s\d{3}\s[A-HJ-NP-TV-Z]{2}(?![\w\-])"),
            0.7,
            is_cased=True,
        ),
        Rule(
            "siv_loose",
            folded_pattern(rf"(?<![\w\-]){_LETTERS}{{2}}[\s\-.]?\d{{3}}[\s\-.]?{_LETTERS}{{2}}(?![\w\-])"),
            0.2,
        ),
        Rule(
            "siv_part",
            folded_pattern(rf"(?<![\w\-])(?:{_LETTERS}{{2}}[\s\-.]?\d{{3}}|\d{{3}}[\s\-.]?{_LETTERS}{{2}})(?![\w\-])"),
            0.15,
        ),
        Rule(
            "fni_capitals",
            re.compile(r"(?<![\w\-])\d{2,4}[ \-]?[A-HJ-NP-TV-Z]{2,3}[ \-]?(?:\d{2}|2[AB]|97[1-6])(?![\w\-])"),
            0.6,
            is_cased=True,
        ),
        Rule(
            "fni",
            folded_pattern(rf"(?<![\w\-])\d{{1,4}}[ \-]?{_LETTERS}{{1,3}}[ \-]?(?:\d{{2}}|2[ab]|97[1-6])(?![\w\-])"),
            0.15,
        ),
        Rule(
            "after_cue",
            folded_pattern(
                r"(?<!\w)(?:plaques?(?:\s(?:d'?\s?)?immatriculation)?|immat(?:riculee?s?|"
                r"riculation)?)\s?(?:\w+\s){0,2}[:n°]{0,2}\s?"
                r"(?P<v>(?=[a-z0-9 \-]{0,8}\d)[a-z0-9]{1,4}[ \-][a-z0-9]{1,5}(?:[ \-](?=\w{0,3}\d|"
                r"[a-z]{2}\b)[a-z0-9]{1,4})?)(?!\w)"
            ),
            0.6,
        ),
    ),
    cues=words(
        "plaques?",
        "immat\\w*",
        "vehicules?",
        "voitures?",
        "scooters?",
        "motos?",
        "fourgons?",
        "camionnettes?",
        "camions?",
        "utilitaires?",
        "berlines?",
    ),
    check=check_plate,
)
