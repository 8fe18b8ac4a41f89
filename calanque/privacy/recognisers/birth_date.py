"""Dates of birth, in digits or words, tied to a cue: any other date stays, incidents live by them."""

import re
from collections.abc import Iterator

from calanque.privacy.recognisers.birth_context import unannounced
from calanque.privacy.rules import Begins, PatternRecogniser, Rule, folded_pattern, holds_one, matches, one_of
from calanque.privacy.shapes import MONTH
from calanque.privacy.spans import Span
from calanque.privacy.text import Prepared

_TENS = (
    r"(?:vingts?|trente|quarante|cinquante|soixante|septante|octante|nonante|quatre|cents?|deux|trois|cinq|six|sept|"
    r"huit|"
    r"neuf|dix|onze|douze|treize|quatorze|quinze|seize|un|une|et|mille|mil|premier|zero)(?!\w)"
)
_IN_WORDS = rf"{_TENS}(?:[ \-]{_TENS}){{0,9}}"
_YEAR = r"(?:(?:18|19|20)\d{2}|\d{2})"
_SEP = r"[ ]?[/.\-_ ][ ]?"
_DAY = r"(?:\d{1,2}[ ]?(?:er|ier|°)?|xx|\*\*|\?\?)"
_REPUBLICAN = (
    r"(?:vendemiaire|brumaire|frimaire|nivose|pluviose|ventose|germinal|floreal|prairial|messidor|thermidor|fructidor)"
)
_DIGITS = (
    rf"(?:(?:\d{{1,2}}(?:er)?|xx|\*\*|\?\?){_SEP}(?:\d{{1,2}}|[ivx]{{1,4}}|xx|\*\*|\?\?){_SEP}{_YEAR}|(?:18|19|"
    r"20)\d{2}[\-/.]\d{1,2}[\-/.]\d{1,2}|"
    rf"{_DAY}\s{{1,2}}(?:de\s|du\smois\sde\s)?{MONTH}(?:\s(?:de\sl'an\s|de\sl'annee\s)?(?:{_YEAR}|{_IN_WORDS}))?|\d{{8}}|"
    rf"\d{{1,2}}[ ]?[/.\-][ ]?(?:{MONTH}|mar|apr|may|feb|aug)[/.\-][ ]?{_YEAR}|"
    rf"\d{{1,2}}/(?:19|20)\d{{2}}|\d{{1,2}}(?:jan|fe[bv]|ma[ryi]|a[pv]r|ju[nl]|aug|sep|oct|nov|dec)\d{{2,4}}|"
    rf"\d{{1,2}}\s{_REPUBLICAN}\san\s(?:[ivx]{{1,4}}|\d{{1,2}}))(?![\w/])"
)
_LETTERS = rf"(?:{_IN_WORDS}\s{MONTH}(?:\s(?:de\sl'an\s|de\sl'annee\s)?(?:{_IN_WORDS}|{_YEAR}))?)(?!\w)"
_MONTH_YEAR = rf"(?:{MONTH}\s(?:\d{{4}}|{_IN_WORDS}))(?!\w)"
_DATE = rf"(?:{_DIGITS}|{_LETTERS}|{_MONTH_YEAR})"
_SIX_DIGITS = r"[0-3]\d[01]\d{3}(?!\w)"
_DATES = rf"{_DATE}(?:\s?(?:,|;|et|puis|ou)\s(?:le\s)?{_DATE}){{0,4}}"

_BORN = (
    r"(?<!\w)(?:re-?)?(?:n(?=\.?\s?le\s)\.?|vue?\sle\sjour|venue?\sau\smonde|accouch\w+(?:\s\w+){0,2}|"
    r"nee?|ne/nee|ne\(e\)|ne\s\(e\)|ne\.e|ne-e|ne\s?/\s?e|nait|naquit|naquis)s?(?!\w)"
)
_THINGS = "".join(f"(?<!{thing}[ ])" for thing in ("projet", "association", "idee", "societe", "collectif", "club"))
_PLACE_WORD = (
    r"(?!(?:a|est|ete|ont|etait|et|qui|depuis|sera|vit|habite|se|ne|sont|signale|declare|demeurant|domicilie|"
    r"domiciliee)(?!\w))"
    r"[a-z][a-z'\u2019\-]{0,24}\.?"
)
_SIGNS = r"[\s:|>=\]\u2192\"'*]{0,4}(?:</?\w{1,6}>\s?){0,2}"
_BETWEEN = (
    r"(?:\s?[,:(\-]?\s?(?:(?:le|les|en|du|un|une|ce|vers|sous\sx|respectivement|aux\senvirons\sde|courant|date|"
    r"au)\s?:?(?:\s(?:lun|mar|mercre|jeu|vendre|same)di|\sdimanche)?)?)"
    rf"|\s{_PLACE_WORD}(?:\s{_PLACE_WORD}){{0,2}}\s?,?\s(?:le|en)"
    rf"|(?:\s{_PLACE_WORD}){{0,2}}\s?:?,?\s(?:a|au|aux|en|dans)\s{_PLACE_WORD}(?:\s{_PLACE_WORD}){{0,4}}"
    r"(?:\s\d{1,2}(?:er|e|eme)(?!\w))?"
    rf"(?:\s?\(\s?[\w][\w '\-]{{0,24}}\))?(?:\s?,\s?{_PLACE_WORD}(?:\s{_PLACE_WORD}){{0,2}})?\s?,?\s?(?:le|en|du|,|:|"
    r"vers|-)?"
)
_LABEL = (
    r"(?<!\w)(?:(?:date|lieu|jour|annee|mois)[\s_]?(?:et[\s_](?:lieu|heure|date)[\s_])?(?:de[\s_])?(?:la\s|sa\s|ma\s|"
    r"son\s)?naiss(?:ance)?\.?|"
    r"naiss(?:ance)?\.?|d\.?d\.?n\.?|d\.?n\.?(?=\s?[:=])|d\.?o\.?b\.?|date\sof\sbirth|anniversaire|birthday|"
    r"date\snaiss\.?)"
)
_LABEL_LINK = (
    r"(?:[\s:?=(\-–|.,\"'*\])/>\u00bb\u2192_]|</?\w{1,6}>|(?:est|etait|le|du|au|en|tombe|patient|jj|mm|aaaa|/|"
    r"indiquee?|declaree?|figurant|"
    r"exacte|connue|de)(?![\w])){0,12}"
)

_BORN_ANCHORS = one_of(
    "n.",
    "n le",
    "vu le jour",
    "venu",
    "accouch",
    "ne ",
    "nee",
    "nes ",
    "ne(",
    "ne\n",
    "ne/",
    "ne:",
    "ne,",
    "ne.",
    "ne-",
    "nait",
    "naqui",
)
_LABEL_ANCHORS = one_of("naiss", "dn", "d.n", "dob", "d.o", "anniv", "birth")

_BORN_CUE = folded_pattern(_BORN)
_BORN_ON = PatternRecogniser(
    entity="BIRTH_DATE",
    trigger="0n",
    anchors=_BORN_ANCHORS,
    rules=(
        Rule("born_on", folded_pattern(rf"{_BORN}\s?(?:{_BETWEEN}){_SIGNS}(?P<v>{_DATES}|{_SIX_DIGITS})"), 0.9),
        Rule(
            "born_in_words",
            folded_pattern(rf"{_BORN}\sle\s(?P<v>{_TENS}(?:[ \-]{_TENS}){{0,2}}\s(?:du\s)?{_IN_WORDS})(?!\w)"),
            0.8,
        ),
        Rule(
            "born_in_year",
            folded_pattern(
                rf"{_THINGS}{_BORN}(?:\s?:|\sle\s:)?\s(?:(?:a|au|aux)\s{_PLACE_WORD}(?:\s{_PLACE_WORD}){{0,4}},?\s)?"
                rf"(?:(?:en|vers|courant|(?:en\s)?l'an(?:nee)?)\s(?=\w+\s|\d\d(?:\d\d)?(?!\d))|(?=1[789]\d\d|20\d\d))"
                rf"(?P<v>(?:{MONTH}\s)?(?:1[789]\d{{2}}|20\d{{2}}|\d{{2}}|(?:deux[ \-])?mille(?:[ \-]{_TENS}){{1,6}})"
                rf"(?:(?:,|\set|\sou)\s(?:en\s)?(?:19|20)\d{{2}}){{0,6}})(?!\w)"
            ),
            0.8,
        ),
        Rule(
            "born_apart",
            folded_pattern(rf"(?<!\w)nee?s?\s?:[^\n.;]{{0,50}}?\sle\s(?P<v>{_DATE})"),
            0.7,
            anchors=one_of("ne :", "nee :", "nes :", "nees :", "nes:", "nees:"),
        ),
    ),
)
_SAID = PatternRecogniser(
    entity="BIRTH_DATE",
    trigger="0n",
    rules=(
        Rule(
            "in_words",
            folded_pattern(
                rf"(?<!\w)(?P<v>{_IN_WORDS}\s{MONTH}\s(?:de\sl'an\s|de\sl'annee\s)?(?:mil(?:le?)?[ \-]neuf[ \-]cents?"
                rf"|dix-neuf[ \-]cents?|deux[ \-]mil(?:le?)?(?![ \-]vingt))(?:[ \-]{_TENS}){{0,6}})(?!\w)"
            ),
            0.6,
            anchors=one_of("mille", "mil ", "neuf cent"),
        ),
        Rule(
            "after_label",
            folded_pattern(rf"{_LABEL}{_LABEL_LINK}(?P<v>{_DATES}|(?:19|20)\d{{2}}(?!\w)|{_SIX_DIGITS})"),
            0.9,
            anchors=_LABEL_ANCHORS,
        ),
        Rule(
            "after_birth",
            folded_pattern(rf"(?<!\w)naissance(?:\s[a-z'\-]+){{0,6}}?\s(?:le|en|du|au|vers)\s(?P<v>{_DATE})"),
            0.8,
            anchors=one_of("naissance"),
        ),
        Rule(
            "her_date",
            folded_pattern(rf"(?<!\w)(?:sa|ma)\sdate\s?(?:c'est|est|:)?\s?(?:le\s)?(?P<v>{_DIGITS})"),
            0.7,
            anchors=one_of("a date"),
        ),
        Rule(
            "years_of_life",
            re.compile(
                r"(?:[A-ZÀ-Ý][\w'\u2019\-]+ ){1,2}[A-ZÀ-Ý][\w'\u2019\-]+ "
                r"\((?P<v>(?:1[89]|20)\d\d)(?:[ ]?[-–][ ]?\d{4})?\)"
            ),
            0.6,
            is_cased=True,
            anchors=one_of("("),
        ),
        Rule(
            "year_of_a_person",
            re.compile(r"(?<!\w)(?:Mme|Mlle|M\.) [A-ZÀ-Ý][^\n\d:;,.]{1,30} [–-] (?P<v>(?:19|20)\d\d)(?=[,\n]|$)"),
            0.6,
            is_cased=True,
            anchors=one_of(" – ", " - "),
        ),
        Rule(
            "newborn",
            folded_pattern(
                rf"(?<![\w/])(?P<v>{_DIGITS})\s(?:a\s)?\d{{1,2}}\s?h\s?(?:\d{{2}})?[\s,;–\-]{{1,4}}"
                r"\d[,. ]?\d{3}\s?k?g(?!\w)"
            ),
            0.7,
            anchors=one_of("kg", " g", "0g", "5g"),
        ),
        Rule(
            "born_at",
            folded_pattern(
                rf"(?<![\w/])(?P<v>{_DIGITS}|{_LETTERS}),?\s(?:a|vers)\s[\w \-]{{1,24}}?(?:heures?|h)(?!\w)"
                r"[\w \-]{0,36}?,?\s(?:est\snee?|naquit|nait)(?!\w)"
            ),
            0.7,
            anchors=one_of("est ne", "naquit", "nait"),
        ),
        Rule(
            "lived",
            folded_pattern(
                rf"(?<=\()(?P<v>{_DIGITS}),\s[^\d()]{{2,40}}?\s?[-–]\s?(?:[^\d()]{{2,40}},?\s)?(?:{_DIGITS}|\d{{4}}(?!\w))"
            ),
            0.7,
            anchors=one_of("("),
        ),
        Rule(
            "after_sign",
            folded_pattern(rf"(?<![\wn])°\s?(?:le\s)?(?P<v>{_DIGITS})"),
            0.7,
            anchors=one_of("°"),
        ),
        Rule(
            "after_label_and_place",
            folded_pattern(
                rf"{_LABEL}\s?[:=]?\s{{1,2}}(?:{_PLACE_WORD}[\s,]{{1,2}}){{1,4}}(?:\(\w{{2,12}}\)[\s,]{{0,2}})?"
                rf"(?:le\s|,\s?|-\s|:\s)?(?P<v>{_DATES})"
            ),
            0.8,
            anchors=_LABEL_ANCHORS,
        ),
    ),
)
_BEFORE_LABEL = Rule("before_label", folded_pattern(rf"(?<![\w/]){_DIGITS}"), 0.1, begins=Begins.NUMBER)
_LABEL_AFTER = folded_pattern(
    r"[\s,(:\-–]{0,3}(?:\(?est\s|etant\s|comme\s|pour\s)?(?:la\s|sa\s|ma\s|votre\s)?(?:(?:date\s(?:de\s)?)?(?:la\s|"
    r"sa\s)?naiss(?:ance)?|ddn)(?!\w)"
)
_AFTER_ANCHORS = one_of("naiss", "ddn")


class BirthDateRecogniser:
    """Dates after a cue, with a place in between if need be, and dates just before one."""

    entity = _BORN_ON.entity

    def find(self, text: Prepared) -> list[Span]:
        """Return the values found, overlaps included, scores from `MASK_SCORE` on."""
        born = _BORN_ON.find(text) if _BORN_CUE.search(text.folded) else []
        return [*born, *_SAID.find(text), *_before_labels(text), *unannounced(text)]


def _before_labels(text: Prepared) -> Iterator[Span]:
    if not text.has_digit or not holds_one(text.folded, _AFTER_ANCHORS):
        return
    for match in matches(_BEFORE_LABEL, text):
        if _LABEL_AFTER.match(text.folded, match.end()):
            yield Span(match.start(), match.end(), _BORN_ON.entity, 0.6, "birth_date.before_label")


BIRTH_DATE = BirthDateRecogniser()
