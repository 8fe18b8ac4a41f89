"""Which words may stand in one name: joined by a blank or a hyphen, particles between, and not the name of a thing."""

import re
from collections.abc import Sequence

from calanque.privacy.lexicon.brands import BRANDS
from calanque.privacy.lexicon.odds import FREQUENT, is_first_name
from calanque.privacy.lexicon.places import LINK_WORDS, PLACE_WORDS
from calanque.privacy.lexicon.towns import LANDS, TOWNS
from calanque.privacy.persons.cues import BIRDS, DETERMINERS, NAMESAKES, NAMESAKES_LINKED, PARTICLES
from calanque.privacy.persons.words import CAPITALISED, Casing, Word

GAPS = frozenset((" ", "  ", "-", ".-", "\n", " \n", " d'", " l'"))
_GAPS_AFTER_INITIAL = frozenset((". ", ".", ".-", ". -", ".  ", ".\n"))
_GAPS_TO_THING = (GAPS - {"\n", " \n"}) | {" de l'", "'"}
_FIELD_SIGNS = (";", "|", "\t", "\n")
_LIST_SIGNS = frozenset((";", ",", "|", ""))
_INITIALS = re.compile(r"[a-z](?:-[a-z])+")
_MOST_PARTICLES = 3
_DIGIT_BEFORE, _DIGIT_AFTER = re.compile(r"\d\s?$"), re.compile(r"\s?\d")
BRANDS_AND_NAMES = frozenset(("zoe", "mercedes", "megane", "logan", "vito", "harmonie", "suzuki"))
ACRONYMS_AND_NAMES = ("iban",)
"""Acronyms that are first names where they are not written in capitals: Iban is one of the Basque country."""
MONTHS_AND_NAMES = frozenset(("mai", "avril", "juin"))
_BEFORE_MONTH = frozenset(
    """
er en fin debut mi mois courant depuis jusqu de du le au ce des belle et ou prochain lundi mardi mercredi jeudi
vendredi samedi dimanche janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
""".split()  # noqa: SIM905  (a word list reads as words)
)
_TITLES_OF_CARERS = ("docteur", "dr", "professeur")
"""Streets are named with these, diseases, tests and services are not: "service du docteur Sow"."""
_RANKS = (["chef", "de", "service"], ["cheffe", "de", "service"], ["directeur", "de", "cabinet"])
"""Ranks whose last word is a thing elsewhere: "le chef de service Santucci"."""
_SAINTS = ("saint", "sainte", "st", "ste")
_OF = ("de", "du", "des")
_SURE = 1.5
_OWNED = frozenset(
    """
maison porte jardin restaurant magasin bar cafe brasserie boulangerie pharmacie immeuble parking bus entreprise societe
association groupe club agence salle fete batiment hotel service unite atelier operation programme
tableau chaine journal amendement dispositif creche foyer fichier mail villa arret secteur corps journee passage ordre
plan marche reaction hypothese ecole college lycee
""".split()  # noqa: SIM905  (a word list reads as words)
)
"""Things that belong to somebody where "de" links them to a name."""


def is_joined(words: Sequence[Word], index: int) -> bool:
    """Say whether nothing parts a word from the one before it."""
    gap = words[index].gap
    return gap in GAPS or (gap in _GAPS_AFTER_INITIAL and len(words[index - 1].folded) <= 2)


def linked(words: Sequence[Word], index: int, step: int) -> int | None:
    """Return the index of the nearest word in a direction that may belong to the same name, particles passed over."""
    position = index
    for _ in range(_MOST_PARTICLES):
        following = position + step
        if not 0 <= following < len(words) or not is_joined(words, max(position, following)):
            return None
        position = following
        if words[position].folded not in PARTICLES:
            return position
    return None


def listed(words: Sequence[Word], index: int, step: int) -> int | None:
    """Return the index of the word in the next field of a list: "Marchand;Rose", "Mukendi, Grâce"."""
    other = index + step
    if 0 <= other + step < len(words) and words[other].folded == "et":
        return other + step if words[other].gap == " " == words[max(other, other + step)].gap else None
    if not 0 <= other < len(words) or words[max(index, other)].gap.strip(" \t") not in _LIST_SIGNS:
        return None
    return other


def is_initial(word: Word) -> bool:
    """Say whether a word is a single capital letter, or several with hyphens."""
    if len(word.folded) > 1:
        return word.folded[1] == "-" and bool(_INITIALS.fullmatch(word.folded))
    return word.casing in (Casing.TITLE, Casing.UPPER) or word.is_dotted


def ends_field(words: Sequence[Word], index: int) -> bool:
    """Say whether a letter in a shouted text ends its field, as an initial does: "CARPENTIER Y;12 RUE…"."""
    following = words[index + 1].gap if index + 1 < len(words) else ";"
    return len(words[index].folded) == 1 and words[index].casing is Casing.SHOUT and following[:1] in _FIELD_SIGNS


def follows_initial(words: Sequence[Word], index: int) -> bool:
    """Say whether a word in capitals stands after an initial: "Y. LE"; however common the word."""
    if (
        not 0 < index < len(words)
        or words[index].casing is not Casing.UPPER
        or words[index].gap not in _GAPS_AFTER_INITIAL
    ):
        return False
    previous = words[index - 1]
    return is_initial(previous) and previous.folded != "m" and previous.casing in CAPITALISED


def is_dated(words: Sequence[Word], index: int) -> bool:
    """Say whether a month stands in a date: "le 6 mai", "mai 2024", "début mai"."""
    before = words[index - 1].folded if index else ""
    after = words[index + 1].gap if index + 1 < len(words) else ""
    return bool(_DIGIT_BEFORE.search(words[index].gap) or _DIGIT_AFTER.match(after)) or before in _BEFORE_MONTH


def is_branded(words: Sequence[Word], index: int) -> bool:
    """Say whether a first name that is a brand too is one here: "une Zoé", "Renault Zoé", "la Mercedes"."""
    before = words[index - 1].folded if index else ""
    return before in DETERMINERS or before in BRANDS or before in ("vehicule", "voiture", "marque", "modele", "type")


def is_part_of_surname(words: Sequence[Word], index: int) -> bool:
    """Say whether a capital particle stands before a capital: "de La Tour", "Le Boulanger" within a sentence."""
    word, previous = words[index], words[index - 1] if index else None
    if previous is None or previous.folded not in PARTICLES or not is_joined(words, index):
        return False
    return previous.casing is word.casing and word.casing in (Casing.TITLE, Casing.UPPER)


def names_a_thing(words: Sequence[Word], index: int) -> bool:
    """Say whether a name is that of a place or thing: "rue Jean Jaurès", "place de la Castellane"."""
    if (words[index].folded, words[index + 1].folded if index + 1 < len(words) else "") in BIRDS:
        return True
    if _begins_full_name(words, index):
        return False
    position = index
    for _ in range(4):
        if position == 0 or words[position].gap not in _GAPS_TO_THING:
            return False
        previous = words[position - 1]
        is_of_saint = previous.folded in _SAINTS and _follows_first_name(words, position - 1)
        if _is_thing(previous) and not is_of_saint:
            return _names_this(words, position, index)
        if previous.folded not in LINK_WORDS and not is_first_name(previous.folded):
            return False
        position -= 1
    return False


def _is_thing(word: Word) -> bool:
    return word.folded in PLACE_WORDS or word.folded in NAMESAKES or word.folded in NAMESAKES_LINKED


def _names_this(words: Sequence[Word], first: int, index: int) -> bool:
    """Say whether a name is that of the thing before it: not in "signé Le Goff", "service du docteur Sow"."""
    thing = words[first - 1]
    if thing.folded in NAMESAKES_LINKED and words[first].folded not in _OF:
        return False
    if first > 1 and words[first - 2].folded == "bonne":
        return False  # "Bonne journée Mariama"
    if [word.folded for word in words[max(0, first - 3) : first]] in _RANKS:
        return False
    if thing.folded == "sa" and thing.casing is Casing.LOWER:
        return False
    has_title = any(word.folded in _TITLES_OF_CARERS for word in words[first:index])
    if has_title and thing.folded not in PLACE_WORDS:
        return False
    return not (_is_written_as_surname(thing, words[first]) or _is_owned(words, first, index))


def _follows_first_name(words: Sequence[Word], index: int) -> bool:
    """Say whether a word of the same casing is part of a surname after a first name: "Aline Saint Germain"."""
    if not index or words[index].gap != " " or not is_first_name(words[index - 1].folded, FREQUENT):
        return False
    return (words[index].casing in CAPITALISED) == (words[index - 1].casing in CAPITALISED)


def _is_owned(words: Sequence[Word], first: int, index: int) -> bool:
    """Say whether a thing is somebody's rather than named after him: "la classe de Moreau", not "la salle Moreau"."""
    word, is_linked = words[index], words[first].folded == "de" and first == index - 1
    if words[first - 1].folded == "corps" and "-" in word.folded:
        return False  # named after two: "corps de Howell-Jolly"
    if words[first - 1].folded not in _OWNED or not (is_linked or (first == index and word.gap == " d'")):
        return False
    return (word.odds is None or word.odds > _SURE) and word.folded not in TOWNS and word.folded not in LANDS


def _begins_full_name(words: Sequence[Word], index: int) -> bool:
    """Say whether a surname in capitals stands before its first name: a thing never does ("le corps de NIANG Awa")."""
    if words[index].casing is not Casing.UPPER or index + 1 >= len(words):
        return False
    following = words[index + 1]
    return following.gap == " " and following.casing is Casing.TITLE and is_first_name(following.folded)


def _is_written_as_surname(previous: Word, word: Word) -> bool:
    """Say whether a word in capitals stands before one that is not: "FONTAINE Paul" is no fountain."""
    return previous.casing is Casing.UPPER and word.casing is Casing.TITLE
