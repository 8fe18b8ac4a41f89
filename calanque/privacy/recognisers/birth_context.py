"""Dates of birth that no word announces: an old date beside a name, alone under one, beside an age or in a table."""

import re
from collections.abc import Iterator

from calanque.privacy.lexicon.odds import FREQUENT, is_first_name
from calanque.privacy.lexicon.reference import REFERENCE_YEAR
from calanque.privacy.lexicon.word_lists import COMMON_WORDS
from calanque.privacy.rules import folded_pattern, starts
from calanque.privacy.shapes import MONTH
from calanque.privacy.spans import Span
from calanque.privacy.text import Prepared, is_shouting

_FULL_DATE = folded_pattern(
    r"(?:(?P<d>0?[1-9]|[12]\d|3[01])(?:(?P<s>[ ]?[/.\-_ ][ ]?)(?P<m>0?[1-9]|1[0-2])(?P=s)|"
    rf"(?:er)?\s{MONTH}\s)(?P<y>(?:19|20)\d\d|\d\d)|(?P<iy>(?:19|20)\d\d)[\-/.](?:0[1-9]|1[0-2])[\-/.][0-3]\d|"
    r"[0-3]\d(?:0[1-9]|1[0-2])(?P<cy>(?:19|20)\d\d)|"
    r"(?P<gy>(?:19|20)\d\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?![\w/]|[.,\-]\d|[ ]?(?:h|euros?|€)(?!\w))"
)
_MONTH_OF_YEAR = folded_pattern(r"(?:0[1-9]|1[0-2])/(?P<y>(?:19|20)\d\d)(?=[ ]?(?:[.,;)|]|\n|$))")
_CHILD_BEFORE = folded_pattern(
    r"(?<!\w)(?:bebe|nourrisson|enfants?|fils|filles?|jumeaux?|jumelles?)[ ][\w' \-]{2,24},?[ ]$"
)
_NAME_ON = re.compile(r"([^\W\d_][\w'\u2019\-]*)(?: \([^()\n]{2,24}\))?, le $")
_AT_PLACE = re.compile(r" (?:à|au|aux|en) [A-ZÀ-Ý]")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_OLD_ALONE, _NEAR_ALONE = REFERENCE_YEAR - 16, REFERENCE_YEAR - 10
"""In a text without a later year, a date up to this year is an old one; the second, where its place says it all."""
_ADULT_GAP, _NEAR_GAP = 12, 3
"""Years between a date and the latest year of its text: anywhere near a name, and where its place says it all."""
_CENTURY_TURN = REFERENCE_YEAR % 100 + 4

_LAST_WORD = re.compile(r"([^\W\d_][\w'\u2019\-]*)\.?[ ]?[(\[,;:|/\-–—\t]{0,2}[ \t]{0,2}$")
_WORD_BEFORE = re.compile(r"([^\W\d_][\w'\u2019\-]*)\.?,?[ ]$")
_TITLE = frozenset(
    """
    m mr mme mlle monsieur madame mademoiselle dr docteur maitre me prenom nom patient patiente
    """.split()  # noqa: SIM905
)
_NO_NAME = COMMON_WORDS | frozenset(
    """
    janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre lundi mardi mercredi jeudi
    vendredi samedi dimanche le la du au date objet marseille paris lyon fait tel facture contrat dossier ref pv
    """.split()  # noqa: SIM905
)
_NAME_LINE = re.compile(r"(?:^|\n)[ \t]*(?:m|mme|mlle|dr)?\.?[ ]?([^\d\n:;.!?]{2,45})\.?[ \t]*\n[ \t]*$")
_LINE_END = folded_pattern(r"[ \t.]*(?:\(?\d{1,3}\s?ans\)?|[\-,(][ ]?[mfh]\)?)?[ \t]*(?:\n|$)")
_LONGEST_NAME = 5
_AGE_BEFORE = folded_pattern(r"\d{1,3}\s?ans[ ]?[(,;:\-/]?[ ]?$")
_AGE_AFTER = folded_pattern(r"[ ]?[(,;\-/:)]{0,2}[ ]?(?:soit[ ]|age?e?[ ]de[ ])?\d{1,3}[ ]?ans(?!\w)")
_CELL = folded_pattern(r"[|;\t][ ]?[\"']?$")
_CELL_END = folded_pattern(r"[\"']?[ ]?[|;\t\n]|[\"']?$")
_PERSON = folded_pattern(
    r"(?<!\w)(?:identite|prenom|patiente?|eleve|enfant|assuree?|victime|mise?\sen\scause|beneficiaire|cliente?|"
    r"conjointe?|titulaire|interessee?|m\.|mme|mlle|monsieur|madame|fils|fille|mere|pere|epouse|individu|"
    r"mineure?|prevenue?|temoin|requerante?|plaignante?|salariee?|candidate?|demandeu[rs]e?)(?!\w)"
)
_TO_PLACE = folded_pattern(r"\s(?:a|au|aux|en)\s[a-z]")
_DENIED = folded_pattern(
    r"(?<!\w)(?:loi|decret|arrete|ordonnance|circulaire|directive|jugement|arret|decision|deliberation|convention|"
    r"contrat|bail|factures?|devis|courriers?|lettres?|mails?|acte|permis|delivree?s?|obtenue?s?|valable|expir\w+|"
    r"depuis|mariee?s?|mariage|divorc\w+|embauch\w+|entree?s?|deces|decede\w*|mort\w*|nomme\w*|signe\w*|"
    r"faite?s?|achat|construi\w+|inaugur\w+|fonde\w*|cree\w*|seance|reunion|commande\w*|photo\w*|emis\w*|"
    r"du|au|des|jusqu'au|avant|apres|entre)(?:\s\w+){0,1}(?:[ ]n[°o][ ]?[\d\-/]+)?[ ]?(?:le|la|du|:|,|en[ ]date[ ]du)?"
    r"[ ]?$"
)


_CHILDREN = folded_pattern(r"(?<!\w)(?:fratrie|enfants?|fils|filles?|bebe|jumea\w+|soeurs?|freres?)(?!\w)")
_OF = re.compile(r"\sdu\s$")
_I_AM_OF = folded_pattern(r"(?<!\w)(?:suis|est)\sdu\s$")
_ON = re.compile(r"(?<!\w)(?:le|la|les|en|ce|vers|a|ou|et|dès|des)\s$")


def unannounced(text: Prepared) -> Iterator[Span]:
    """Yield the dates that their year and their place make dates of birth."""
    if not text.has_digit:
        return
    latest = -1
    for start, _digit_count in starts(text.folded).numbers:
        match = _FULL_DATE.match(text.folded, start)
        if not match:
            yield from _months(text, start)
            continue
        if text.folded[start - 1 : start] in ("/", "-", ".", "+"):
            continue
        latest = latest if latest >= 0 else max((int(y) for y in _YEAR.findall(text.folded)), default=0)
        if _is_birth(text, match, latest):
            yield Span(start, match.end(), "BIRTH_DATE", 0.6, "birth_date.unannounced")


def _months(text: Prepared, start: int) -> Iterator[Span]:
    """Yield a month and year that follow a name: "Estéban Ruiz, 09/2006."."""
    match = _MONTH_OF_YEAR.match(text.folded, start)
    if (
        match
        and int(match["y"]) <= _OLD_ALONE
        and text.folded[start - 2 : start] == ", "
        and _follows_name(text, start)
    ):
        yield Span(start, match.end(), "BIRTH_DATE", 0.6, "birth_date.unannounced")


def _year(match: re.Match[str]) -> int:
    digits = match["y"] or match["iy"] or match["cy"] or match["gy"]
    year = int(digits)
    return year if len(digits) > 2 else year + (1900 if year > _CENTURY_TURN else 2000)


def _is_birth(text: Prepared, match: re.Match[str], latest: int) -> bool:
    year = _year(match)
    start, end = match.span()
    gap = latest - year
    if text.folded[start - 1 : start] == "(" and text.folded[end : end + 1] == ")" and _follows_name(text, start):
        return True
    if _is_of_child(text, start, end):
        return True
    if year <= _OLD_ALONE and _is_at_place(text, start, end):
        return True
    if gap < _NEAR_GAP and year > _NEAR_ALONE:
        return False
    is_old = gap >= _ADULT_GAP or (gap <= 0 and year <= _OLD_ALONE)
    if is_old and _I_AM_OF.search(text.folded, max(0, start - 14), start):
        return True
    if of := _OF.search(text.folded, max(0, start - 6), start):
        return is_old and _follows_name(text, of.start())
    if _DENIED.search(text.folded, max(0, start - 40), start):
        return False
    return (
        _is_beside_age(text, start, end)
        or _is_under_name(text, start, end)
        or _follows_name(text, start)
        or (is_old and _is_near_person(text, start, end))
    )


def _is_of_child(text: Prepared, start: int, end: int) -> bool:
    """Say whether a date in brackets stands behind a name where children are listed: "Fratrie : Zaïna (21/01/2018)"."""
    if text.folded[end : end + 1] != ")":
        return False
    if _CHILD_BEFORE.search(text.folded, max(0, start - 40), start) and _follows_name(text, start):
        return True
    if text.folded[start - 1 : start] != "(":
        return False
    name = _LAST_WORD.search(text.original, max(0, start - 40), start)
    is_name = name and name.group(1)[0].isupper() and text.folded[name.start(1) : name.end(1)] not in _NO_NAME
    return bool(is_name and _CHILDREN.search(text.folded, max(0, start - 90), start))


def _is_at_place(text: Prepared, start: int, end: int) -> bool:
    """Say whether a date stands between a name and a place: "Mahfoud (sans nom), le 12 mai 1978 à Sétif"."""
    name = _NAME_ON.search(text.original, max(0, start - 60), start)
    is_name = name and name.group(1)[0].isupper() and text.folded[name.start(1) : name.end(1)] not in _NO_NAME
    return bool(is_name and _AT_PLACE.match(text.original, end))


def _is_beside_age(text: Prepared, start: int, end: int) -> bool:
    return bool(_AGE_BEFORE.search(text.folded, max(0, start - 14), start) or _AGE_AFTER.match(text.folded, end))


def _is_under_name(text: Prepared, start: int, end: int) -> bool:
    line = _NAME_LINE.search(text.folded, max(0, start - 60), start)
    if not line or not _LINE_END.match(text.folded, end):
        return False
    words = line.group(1).split()
    return len(words) <= _LONGEST_NAME and any(word not in _NO_NAME for word in words)


def _follows_name(text: Prepared, start: int) -> bool:
    last = _LAST_WORD.search(text.original, max(0, start - 40), start)
    if not last:
        return False
    word = text.folded[last.start(1) : last.end(1)]
    if word in _NO_NAME:
        return False
    before = _WORD_BEFORE.search(text.original, max(0, last.start() - 40), last.start())
    previous = text.folded[before.start(1) : before.end(1)] if before else ""
    if (
        is_first_name(word, FREQUENT)
        or previous in _TITLE
        or (is_first_name(previous, FREQUENT) and previous not in _NO_NAME)
    ):
        return True
    if is_shouting(text.original[max(0, start - 60) : start + 60]):
        return False
    is_pair = before is not None and previous not in _NO_NAME and before.group(1)[0].isupper()
    return last.group(1)[0].isupper() and (is_pair or (len(word) > 2 and last.group(1).isupper()))


def _is_near_person(text: Prepared, start: int, end: int) -> bool:
    """Say whether an old date opens a part of a sentence that speaks of somebody, or fills a cell of a table."""
    if _CELL.search(text.folded, max(0, start - 3), start) and _CELL_END.match(text.folded, end):
        return True
    is_on = _ON.search(text.folded, max(0, start - 6), start)
    if _TO_PLACE.match(text.folded, end) and not is_on:
        return True
    if text.folded[start:end].replace(" ", "").strip("0123456789/.-_") == "" and not is_on:
        return True
    low = max(0, start - 70, text.folded.rfind("\n\n", 0, start) + 1)
    if is_on and _DENIED.search(text.folded, max(0, start - 40), is_on.start()):
        return False
    if _PERSON.search(text.folded, low, start):
        return True
    return any(
        is_first_name(word, FREQUENT) and word not in _NO_NAME
        for word in re.findall(r"[a-z\-]{3,}", text.folded[low:start])
    )
