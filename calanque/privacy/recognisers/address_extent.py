"""How far an address goes: left over its units, right over the street's name, units, postcode and town."""

import re

from calanque.privacy.lexicon.odds import FREQUENT, is_first_name, is_name
from calanque.privacy.lexicon.places import LINK_WORDS
from calanque.privacy.lexicon.towns import LONGEST_TOWN_WORD_COUNT, TOWNS
from calanque.privacy.lexicon.vocabulary import word_frequencies
from calanque.privacy.lexicon.word_lists import COMMON_WORDS
from calanque.privacy.recognisers.address_units import BOX, INDOORS, POSTCODE, UNIT, UNIT_WORD
from calanque.privacy.rules import folded_pattern
from calanque.privacy.text import Prepared

_BEFORE = folded_pattern(
    rf"(?:(?:{UNIT}|(?<!\w)(?:l[ae]s?\s)?(?:residence|resid\.?|res\.?|immeuble|imm\.?|cite|lotissement|lot\.|villa|foyer|ehpad|"
    r"hotel|camping|auberge|gite|chalet|manoir|peniche|bateau|voilier|c/o|z\.?a\.?c?\.?|z\.?i\.?|domaine|le\sclos|batiment|bat\.?|hameau|campagne|bastide|parc|mas|quartier|section(?!\s(?:syndical|local|sporti))|"
    r"lieu[ \-]?dit|les\sterrasses|les\shauts|copropriete|hlm|tour|maison|chateau|ferme|moulin)\s"
    r"[\w'\u2019\- «»\"]{2,40}?)\s?[,\-;:/\n]?\s{0,2}){1,4}(?:du\s)?$"
)
_CAPITALS = r"[A-ZÀ-Ý][\w'\u2019\-]+"
_NAMED_BEFORE = re.compile(
    rf"(?:\A|(?<=[,;:(\n] )|(?<=[(\n])|(?<=[a-zà-ÿ] )|(?<=ANT ))"
    rf"(?:(?i:les?|la) |(?i:l)['\u2019]){_CAPITALS}"
    rf"(?: (?:(?:de|du|des|la|les|aux?) |d['\u2019])?{_CAPITALS}){{0,3}}(?: [A-Z\d]{{1,2}})?,\s$"
)
"""A house by its name, before the number of the street: "demeurant Les Hauts de Mazargues, 12 rue…"."""
_TOWN_BEFORE = re.compile(
    rf"(?<!\w){_CAPITALS}(?:[ \-](?:(?:de|du|des|la|le|les|sur|en)[ \-])?{_CAPITALS}){{0,3}} ?\(\d{{5}}\),? $"
)
"""A town with its number, before the number of the street: "à INGERSHEIM (68040), 5 rue…"."""
_HOME_BEFORE = folded_pattern(
    r"(?<!\w)(?:domicilie?e?s?|demeurant|demeure|assignee?\s(?:a|au)|(?:adresse|domicile|logement)(?:\s[a-z]+){0,2}\s?:)\s"
    r"(?P<v>(?!le\s|la\s|les\s|a\s|au\s|ensemble\s)(?![^,]{0,60}(?:\d\d[ .]){3})[^\n;|:!?@]{2,60},\s)$"
)
"""What a house is called before the number of its street: "domicilié ESAT Les Glycines, 23 rue…"."""
_NUMBER_SIGN = folded_pattern(rf"(?<!\w)(?:(?:{UNIT_WORD}\.?\s)?n[°o]\.?|num\.?|numero|p\.?k\.?)\s?\Z")
_LONGEST_BEFORE, _LONGEST_BRIDGE = 90, 60

_GAP = r"(?:[ \t]|[,;\-–/|(.](?![.])|\n){0,4}"
_PART = folded_pattern(rf"[ ]prolongee?(?!\w)|{_GAP}(?:(?:au|a|dans|de)\s(?:la\s|le\s|l')?)?(?:{UNIT}|{BOX})")
_INDOORS = folded_pattern(rf"[ ]?[,(–\-][ ]{{1,2}}{INDOORS}")
_RESIDENCE = re.compile(
    r"[ \u00a0\u202f,\-–()\n]{1,3}(?i:r[ée]sidence|r[ée]s\.?|immeuble|imm\.|lotissement|lieu[ -]?dit|hameau|cit[ée]|"
    r"b[âa]t(?:iment|\.)?|bt|tour|bloc|pavillon|clos|villa|domaine|chez)\s"
    r"(?:(?i:les?|la|du|des?|l'|d')[ ']?){0,2}[A-ZÀ-Ý0-9][\w'\u2019\-]*(?:[ \u00a0\u202f](?:(?:de|du|des|la|le|les|"
    r"d'|l'|et)[ \u00a0\u202f']?){0,2}[A-ZÀ-Ý][\w'\u2019\-]*){0,3}"
)
_POSTCODE = folded_pattern(
    rf"(?:[ ][a-z]{{2,12}}(?:[ ][a-z]{{2,12}}){{0,2}},)?{_GAP}"
    rf"(?:(?:a|au|sur|code\spostal|c\.?p\.?|commune\sde)\s?:?\s)?{POSTCODE}\)?"
)
_CODE = folded_pattern(rf"(?<![\w.,/€+]){POSTCODE}")
_BETWEEN_LINES, _LINES = re.compile(r"[ \t]*\n[^\n:;|@]{2,40}\n[ \t]*"), 2
_OTHER_PHRASE = re.compile(r"[\n;|:!?@]|\.\s+[A-ZÀ-Ý]|\d{2}(?:[ .]?\d\d){3}")
"""Between a street and a postcode it says that they are not of one address: a new sentence, a cell, a telephone."""
_DISTRICT = folded_pattern(
    r"[ ,\-(]{0,3}(?:dans\sle\s|le\s)?(?:\d{1,2}\s?(?:er|e|eme|ieme)(?!\w)(?!\s?(?:etage|etg|et\.|porte))"
    r"(?:\s?arr(?:ondissement|t)?\.?(?!\w))?|"
    r"cedex(?:\s\d{1,2})?(?!\w)|\(\d{2,3}\)|france(?=[ ]?(?:[.,;)\n]|$)))\)?"
)
_TO_TOWN = folded_pattern(r"[ ,\-–(\n/|]{0,5}(?:(?:a|sur|commune\sde|ville\sde|ville|commune)\s:?\s?)?(?=[a-z])")

_DEPARTMENT = re.compile(r"[ ,]{1,2}(?:0[1-9]|[1-8]\d|9[0-5])[ ](?=[a-z])")
"""In the place of a postcode: "112 route de Narbonne, 31 Toulouse"."""

_AFTER_POSTCODE = re.compile(r"[ ,\-–):\n\t/|;]{1,4}(?:(?:a|commune|ville)\s:?\s?)?")
_NEW_CELL, _LISTED = frozenset("\n\t;"), frozenset(",\t;")
"""Signs after which a number not surely a postcode has a known town only, and a sure one no town in small letters."""
_ON_RIVER = re.compile(r"[ \-]?s/[ \-]?(?:l[ae][ \-]|l['\u2019])?[a-z][\w'\u2019\-]*")
_DISTRICT_NUMBER = re.compile(r"[ ]\d{1,2}(?![\w:/.,]|\sh)")
_BLANK = r"[ \u00a0\u202f\-]"
_NAME_WORD = re.compile(
    rf"{_BLANK}((?:(?:de|du|des|la|le|les|à|aux?|en|et|sur|À|AUX|DE|DU|DES|LA|LE|LES){_BLANK}|[dlDL]['\u2019]{_BLANK}?){{0,4}})"
    r"([^\W_][\w'\u2019\-]*\.?)"
)
_LONGEST_NAME_WORD_COUNT, _SHORTEST_NOUN = 6, 3
_OPEN_ENDED = frozenset(
    """
bon bons bonne bonnes petit petits petite petites grand grands grande grandes vieux vieille vieilles beau belle belles
deux trois quatre cinq six sept huit neuf dix douze haut haute hauts hautes bas basse jeune jeunes nouvelle neuve
""".split()  # noqa: SIM905  (a word list reads as words)
)
_UNLISTED_TOWN = re.compile(r", ?(?:L[ae]s? )?([A-ZÀ-Ý][^\W\d_]{3,}(?:-[^\W\d_]+)*)(?=[,.;)\n]|(?P<colon> ?:)|\Z)")
_TOWN_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")
_TOWN_LINK = frozenset("sur en la le les de lez du des sous d l et aux a".split())  # noqa: SIM905
_STOPS = frozenset(
    """
devant derriere cote face angle niveau hauteur direction entre jusque jusqu depuis vers apres avant pres proche
environ deux trois quatre cinq six sept huit neuf dix gros grosse grosses grand grande petit petite enorme fuite nid
nids coupure coupee sale sales propre bruyant bruyante ouvert ouverte ferme fermee present presente encombre encombree
occupe occupee absence manque stationnement depot depots rats tags tag graffiti urgent voila tapages nuisance squat
signalement lampe samedi dimanche lundi mardi mercredi jeudi vendredi ce ca il elle on nous vous ils elles je j merci
bonjour svp actuellement suite afin sinon car donc ainsi lors selon malgre sauf hors puis ou et est sont a ont sera
sur sous dans chez pour par avec sans que qui quoi dont tel tels telle telles telephone mail email courriel portable
ne nee nes nees monsieur madame mme mr m mlle appartement batiment bat appt esc escalier etage porte residence code
codes interphone apt appart app logt pte imm etg cage hall entree
""".split()  # noqa: SIM905  (a word list reads as words)
)
_MONTHS = "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre".split()  # noqa: SIM905
_ROADS = ("departementale", "nationale")
_YEAR = re.compile(r"1[5-9]\d\d|20\d\d")
"""What follows a month in a street's name: "rue du 8 Mai 1945"."""
_NUMBER_BEHIND = folded_pattern(
    r"[ ]?,?[ ](?:n[°o][ ]?|au[ ])?\d{1,4}(?:[ ]?(?:bis|ter))?(?=[ ]?(?:[,;)\n]|\.(?!\d)|$))"
)
_ARTICLES = ("le", "la", "les")
_NO_TOWN = (
    COMMON_WORDS
    | _STOPS
    | frozenset(
        """
        euros euro habitants france algerie maroc tunisie italie espagne total montant reference dossier facture article
        """.split()  # noqa: SIM905
    )
)


def left(text: Prepared, start: int) -> int:
    """Return where the units and the residence written before a number begin: "bât B, 12 rue…"."""
    if sign := _NUMBER_SIGN.search(text.folded, max(0, start - 18), start):
        start = sign.start()
    low, folded, original = max(0, start - _LONGEST_BEFORE), text.folded, text.original
    patterns = ((_BEFORE, folded), (_NAMED_BEFORE, original), (_TOWN_BEFORE, original), (_HOME_BEFORE, folded))
    for pattern, subject in patterns:
        if before := pattern.search(subject, low, start):
            return before.start(before.lastgroup or 0)
    return start


def right(text: Prepared, end: int) -> int:
    """Return where what follows a street ends: units, boxes, residences, postcode, town, in any order."""
    for _ in range(8):
        following = _part_end(text, end)
        if following == end:
            break
        end = following
    return _bridged(text, end) or _unlisted_town_end(text, end)


def _bridged(text: Prepared, end: int) -> int:
    """Return where the town ends whose postcode closes the phrase: "12 rue Foch, portail vert, 13001 Marseille"."""
    for code in _CODE.finditer(text.folded, end, end + _LONGEST_BRIDGE):
        gap = text.original[end : code.start()]
        is_line = gap.count("\n") == _LINES and bool(_BETWEEN_LINES.fullmatch(gap))
        if not is_line and _OTHER_PHRASE.search(gap):
            break
        if (town := after_postcode(text, code.end(), is_sure=True)) > code.end() or "," in gap:
            return town
    return 0


def number_behind(text: Prepared, end: int) -> int:
    """Return where a number that closes the phrase after a street or house ends: "cité des Embruns 6"."""
    match = _NUMBER_BEHIND.match(text.folded, end)
    return match.end() if match else end


def _unlisted_town_end(text: Prepared, end: int) -> int:
    """Return where a capitalised word that fills the phrase after a street ends: "112 chaussée Brunehaut, Escau,"."""
    match = _UNLISTED_TOWN.match(text.original, end)
    if not match or not any(map(str.islower, text.original[match.start(1) : match.end(1)])):
        return end
    word = text.folded[match.start(1) : match.end(1)]
    is_label = match["colon"] is not None and word in word_frequencies()
    is_other = is_label or word in _NO_TOWN or is_first_name(word) or is_name(word)
    return end if is_other else match.end(1)


def _part_end(text: Prepared, end: int) -> int:
    for pattern, subject in (
        (_PART, text.folded),
        (_RESIDENCE, text.original),
        (_INDOORS, text.folded),
        (_DISTRICT, text.folded),
    ):
        if match := pattern.match(subject, end):
            return match.end()
    if match := _POSTCODE.match(text.folded, end):
        return after_postcode(text, match.end(), is_sure=True)
    match = _DEPARTMENT.match(text.folded, end) or _TO_TOWN.match(text.folded, end)
    return known_town_end(text, match.end()) or end if match and match.end() > end else end


def after_postcode(text: Prepared, end: int, is_sure: bool) -> int:
    """Return where the town after a postcode ends; the postcode's own end if there is none.

    Args:
        text: the text.
        end: where the postcode ends.
        is_sure: whether it is a postcode for sure, so that any word after it is its town.
    """
    match = _AFTER_POSTCODE.match(text.folded, end)
    if not match:
        return end
    signs = match.group()
    if signs == "," or not (is_sure or _NEW_CELL.isdisjoint(signs)):
        return known_town_end(text, match.end()) or end
    return town_end(text, match.end(), is_sure and _LISTED.isdisjoint(signs)) or end


def town_end(text: Prepared, start: int, is_sure: bool = False) -> int:
    """Return where the town that starts here ends, 0 if none does: a known one, capitals, any word where it is sure."""
    if known := known_town_end(text, start):
        return known
    words = list(_words(text, start))
    if len(words) > 1 and text.folded[slice(*words[0])] in _ARTICLES and text.original[words[1][0]].isupper():
        words = words[1:]
    if not words or text.folded[slice(*words[0])] in _NO_TOWN:
        return 0
    if not is_sure and not text.original[words[0][0]].isupper():
        return 0
    end = 0
    for low, high in words:
        word = text.folded[low:high]
        if text.folded[low - 1] == "-" or text.original[low].isupper() or low == words[0][0]:
            if word in _NO_TOWN and word not in _TOWN_LINK:
                break
            end = high if word not in _TOWN_LINK else end
        elif word not in _TOWN_LINK:
            break
    return _with_district(text, end) if end else 0


def known_town_end(text: Prepared, start: int) -> int:
    """Return where the town of the lexicon that starts here ends, 0 if there is none."""
    ends = [high for _low, high in _words(text, start)]
    for end in reversed(ends):
        name = re.sub(r"[\-\s]+", " ", text.folded[start:end]).replace("\u2019", "'")
        if re.sub(r"(?<!\w)(s)t(e?) ", r"\1aint\2 ", name) in TOWNS:
            return _with_district(text, end)
    return 0


def _words(text: Prepared, start: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for _ in range(LONGEST_TOWN_WORD_COUNT):
        match = _TOWN_WORD.match(text.folded, start)
        if not match:
            break
        found.append(match.span())
        if text.folded[match.end() : match.end() + 1] not in (" ", "-"):
            break
        start = match.end() + 1
    return found


def _with_district(text: Prepared, end: int) -> int:
    if river := _ON_RIVER.match(text.folded, end):
        end = river.end()
    match = _DISTRICT.match(text.folded, end)
    if match:
        return match.end()
    number = _DISTRICT_NUMBER.match(text.folded, end)
    return number.end() if number and text.folded[number.end() : number.end() + 1] in ("", "\n", ")") else end


def name_end(text: Prepared, start: int, end: int) -> int:
    """Return where the street's name ends: capitalised words go on, so does the surname after a first name or title."""
    shouts = not any(map(str.islower, text.original[start:end]))
    for count in range(_LONGEST_NAME_WORD_COUNT):
        match = _NAME_WORD.match(text.original, end)
        if not match or not _goes_on(text, start, end, match, shouts, count):
            break
        end = match.end() - match.group(2).endswith(".")
        if match.group(2).endswith(".") and len(match.group(2)) > 3:
            break
    return end


def _goes_on(text: Prepared, start: int, end: int, match: re.Match[str], shouts: bool, count: int) -> bool:
    word = text.folded[match.start(2) : match.end(2)].strip("'.")
    previous = re.split(r"[\s'\-]", text.folded[start:end])[-1]
    if word[:1].isdigit():
        return previous in _ROADS or (previous in _MONTHS and bool(_YEAR.fullmatch(word)))
    is_capital = match.group(2)[0].isupper()
    if previous in _OPEN_ENDED and not match.group(1) and len(word) >= _SHORTEST_NOUN:
        return True
    if word in _STOPS or (word in COMMON_WORDS and (shouts or not is_capital or len(word) < _SHORTEST_NOUN)):
        return False
    link = match.group(1).strip().lower()
    if link in ("à", "a") and known_town_end(text, match.start(2)):
        return False
    if is_capital or (not link and (is_first_name(previous, FREQUENT) or previous in LINK_WORDS)):
        return True
    is_lower = not any(map(str.isupper, text.original[start:end])) or shouts
    if link:
        return is_lower and link not in ("et", "en", "au", "aux", "sur", "la", "le", "les")
    return is_lower and count == 0
