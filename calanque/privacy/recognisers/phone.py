"""Telephone numbers: French ones of every region, foreign ones with their prefix, and any number beside a cue."""

import phonenumbers

from calanque.privacy.rules import Begins, PatternRecogniser, Rule, folded_pattern, one_of, words
from calanque.privacy.shapes import ENDING_RULE, NO_DATE, NO_LONG_DATE, NO_UNIT

_GAP = r"[ .\-/_·*]{0,3}"
_SHORTEST_DIGIT_COUNT = 6
_ABROAD = r"(?:33|262|590|594|596|508|681|687|689)"
_START = r"(?<![^\W_])(?<!\d\.)"
_UNIT = r"(?:un|deux|trois|quatre|cinq|six|sept|huit|neuf)"
_PAIR = (
    rf"(?:zero[ \-]{_UNIT}|(?:quatre[ \-]vingts?(?:[ \-]dix)?|soixante(?:[ \-]et)?(?:[ \-]dix)?|vingt|trente|quarante|"
    rf"cinquante|dix)(?:[ \-](?:et[ \-])?(?:{_UNIT}|onze|douze|treize|quatorze|quinze|seize))?|onze|douze|treize|"
    r"quatorze|quinze|seize|zero[ \-]zero)(?!\w)"
)
_PREFIX = rf"\(?(?:\+|00){_GAP}{_ABROAD}\)?{_GAP}(?:\({_GAP}0{_GAP}\))?{_GAP}0?"


def check_phone(value: str) -> bool | None:
    """Say whether the number is a valid one of its country; short numbers (17, 3919) are services, not persons."""
    if sum(map(str.isdecimal, value)) < _SHORTEST_DIGIT_COUNT:
        return False
    if not value.startswith(("+", "00")):
        return None
    try:
        number = phonenumbers.parse("+" + value.lstrip("+0"), "FR")
    except phonenumbers.NumberParseException:
        return None
    return True if phonenumbers.is_valid_number(number) else None


PHONE = PatternRecogniser(
    entity="PHONE_NUMBER",
    trigger="0z",
    rules=(
        Rule(
            "french",
            folded_pattern(rf"{_START}{NO_LONG_DATE}(?:{_PREFIX}|0)[1-9](?:{_GAP}\d{{2}}){{4}}(?!\d)"),
            0.85,
            begins=Begins.CODE,
            shortest=10,
            gain=0.0,
        ),
        Rule(
            "glued",
            folded_pattern(rf"0(?<=[a-z]{{2}}0)[1-9](?:{_GAP}\d{{2}}){{4}}(?!\d)"),
            0.6,
        ),
        Rule(
            "cut_short",
            folded_pattern(
                rf"{_START}0[1-79](?P<g>[ .\-])(?=(?:\d{{2}}(?P=g)){{0,3}}\d(?!\d))\d{{1,2}}(?:(?P=g)\d{{1,2}}){{3}}"
                r"(?![\w/]|[ .,\-:]\d)"
            ),
            0.55,
            begins=Begins.CODE,
            shortest=9,
            is_checked=False,
        ),
        Rule(
            "cut_by_line",
            folded_pattern(
                rf"{_START}0[1-79](?=(?:[ .]?\n?[ ]?\d){{8}}(?!\d))(?:[ .]?\d{{2}}){{1,3}}[ .]?\n"
                r"[ ]?\d{2}(?:[ .]?\d{2}){0,2}(?![\w/]|[,\-:]\d)"
            ),
            0.6,
            begins=Begins.CODE,
            anchors=one_of("\n"),
        ),
        Rule(
            "no_sign",
            folded_pattern(rf"{_START}\(?33\)?{_GAP}(?:\(0\))?{_GAP}[1-9](?:{_GAP}\d{{2}}){{4}}(?!\w|[ ]\d{{2}}\b)"),
            0.6,
            begins=Begins.CODE,
            shortest=11,
        ),
        Rule(
            "grouped",
            folded_pattern(rf"{_START}(?<!\d[ ]){NO_DATE}(?:{_PREFIX}|0)[1-9](?:[ .\-]?\d){{8}}{NO_UNIT}"),
            0.7,
            begins=Begins.CODE,
            shortest=10,
            gain=0.0,
        ),
        Rule(
            "foreign",
            folded_pattern(rf"{_START}\(?(?:\+|00)[ ]?[1-9][\d ().\-]{{6,18}}\d(?!\w|/\d)"),
            0.55,
            begins=Begins.CODE,
            shortest=8,
        ),
        Rule(
            "masked",
            folded_pattern(
                rf"{_START}(?=[\d .\-]{{1,14}}[x*•#])(?:{_PREFIX}|0)[1-9]"
                rf"(?:{_GAP}(?:\d{{2}}|\d?[x*•#]{{1,2}})){{4}}(?!\w)"
            ),
            0.6,
            begins=Begins.CODE,
            is_checked=False,
        ),
        Rule(
            "misread",
            folded_pattern(rf"{_START}(?=[\d .\-]{{0,13}}[oilsb])[0o][1-9il](?:[ .\-]?[\doilsb]{{2}}){{4}}(?!\w)"),
            0.55,
            begins=Begins.CODE,
        ),
        Rule(
            "beside_cue",
            folded_pattern(
                rf"{_START}(?<!\d[:/]){NO_DATE}(?!(?:19|20)\d{{2}}[\-/])(?:\(?\+?)"
                rf"(?>\d(?:[ .\-/(),~]{{0,2}}\d){{5,14}}){NO_UNIT}"
            ),
            0.2,
            begins=Begins.CODE,
            shortest=6,
            reach=32,
            anchors=one_of(
                "tel",
                "mobile",
                "gsm",
                "fax",
                "joi",
                "appel",
                "contact",
                "port",
                "fixe",
                "sms",
                "whatsapp",
            ),
        ),
        Rule(
            "in_words",
            folded_pattern(
                rf"(?<!\w)zero[ \-]?(?:{_UNIT}|[1-9])(?![ ,.]{{1,2}}0[1-9](?:[ .]?\d\d){{4}})"
                rf"(?:[ ,.\-]{{1,2}}(?:{_PAIR}|\d{{2}}(?!\d))){{4}}(?!\w)"
            ),
            0.8,
            anchors=one_of("zero"),
            is_checked=False,
        ),
        Rule(
            "partly_in_words",
            folded_pattern(rf"0[1-9](?:[ ,.\-]{{1,2}}(?:{_PAIR}|\d{{2}}(?!\d))){{4}}(?!\w)"),
            0.8,
            begins=Begins.NUMBER,
            anchors=one_of(
                *("dix", "onze", "douze", "treize", "quatorze", "quinze", "seize"),
                *("vingt", "trente", "quarante", "cinquante", "soixante"),
            ),
            is_checked=False,
        ),
        ENDING_RULE,
    ),
    cues=words(
        r"tel(?:ephones?|ephonique|eph|s)?\.?",
        r"tph",
        r"portables?",
        r"port\.",
        r"mobiles?",
        r"gsm",
        r"fax",
        r"joi(?:gnables?|ndre|gnez)(?:-\w+)?",
        r"(?:r?appel(?:er|ez|ant|e|le)?|contact(?:er|ez|e)?)(?:-\w+)?(?:\s(?:au|le|sur|du))?",
        r"(?:son|mon|leur|le)\snumero",
        r"ligne\s(?:fixe|directe)",
        r"fixe",
        r"sms",
        r"whatsapp",
    ),
    denials=words(
        "sire[nt]",
        "factures?",
        "commandes?",
        "dossiers?",
        "references?",
        "ref",
        "tickets?",
        "spi",
        "fiscal",
        "contrats?",
        "montants?",
        "sinistres?",
        "courriers?",
        "pv",
        "imei",
        "signalements?",
        "interventions?",
        "mains? courantes?",
    ),
    check=check_phone,
)
