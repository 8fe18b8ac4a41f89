"""What the words before and after a word add to its score: titles, labels, roles, prepositions, verbs of saying."""

import re
from collections.abc import Sequence

from calanque.privacy.lexicon.odds import is_first_name, is_name
from calanque.privacy.lexicon.places import NEUTRAL
from calanque.privacy.persons.announced import LONGEST_ACRONYM, QUOTE, announced, announced_with_particles
from calanque.privacy.persons.cues import (
    ADDRESSED,
    AMBIGUOUS_LABELS,
    DETERMINERS,
    FOLLOWERS,
    FOREIGN_PARTICLES,
    GREETINGS,
    LABELS,
    LINKS_TO_NAME,
    NO_NAMES,
    OF_A_PERSON,
    PARTICLES,
    PLACE_PREPOSITIONS,
    ROLES,
    SAYING,
)
from calanque.privacy.persons.links import GAPS, is_part_of_surname
from calanque.privacy.persons.words import CAPITALISED, Casing, Word

_ROLE, _ROLE_OF_NAME, _ROLE_APART, _LINK, _FOLLOWER = 2.5, 3.2, 1.2, 1.0, 1.0
_GREETING, _CAPITAL_PARTICLE, _FOREIGN_PARTICLE, _ADDRESSED = 1.2, 1.0, 1.5, 1.0
_BORN = 2.5
_AFTER_BORN = frozenset(("ne", "nee", "demeurant", "domicilie", "domiciliee"))
_ROLE_OF_SHORT = 4.5
_CHEZ, _CHEZ_LES = 2.5, 1.0
_BEFORE_FAMILY = ("chez", "famille")
_BESIDE = {
    Casing.TITLE: 1.0,
    Casing.START: 1.0,
    Casing.UPPER: 1.0,
    Casing.SHOUT: 1.0,
    Casing.LOWER: 0.6,
    Casing.BARE: 0.6,
}
_IN_HANDLE, _CAPITAL_ELISION, _ENCLOSED = 1.5, 1.5, 0.6
_AGED = {
    Casing.TITLE: 2.5,
    Casing.START: 2.5,
    Casing.UPPER: 2.5,
    Casing.SHOUT: 2.0,
    Casing.LOWER: 1.5,
    Casing.BARE: 1.5,
}
_LABEL_APART, _LABEL_APART_UNCASED, _AGAINST, _OF_ROLE = 3.0, 2.0, 2.5, 1.0
_WRITTEN_AS_NAME = 1.8
"""A listed name with a capital within a sentence: what stands before it counts for more."""
_IT_IS, _INVERTED, _I_AM, _ENTRY = 1.5, 1.5, 1.5, 1.5
_DETERMINER, _FAMILY, _PLACE_PREPOSITION = -1.5, -0.5, -1.0
_FREQUENT_FIRST_NAME = 3000
_LONGEST_GAP = 3
_MOST_WORDS_OF_LABEL = 3
_ENDS_OF_SPEECH = frozenset(("»", ",", "», ", "»,", '"', '",', "”", "”,"))

_AFTER_ROLE = re.compile(rf"[ \t]{{1,2}}{QUOTE}|\n")
_AGE = re.compile(r" ?[,(] ?\d{1,3} ?")
_AFTER_COLON = re.compile(r"[ \t]*:[ \t]*")
_COMMA = re.compile(r"[ \t]*[,(][ \t]*\n?(?:[ld]')?")
_APART = re.compile(r"[ \t]*[,:][ \t]*\n?|[ \t]*\n+[ \t]*")


def context_score(words: Sequence[Word], index: int) -> float:
    """Return what stands around a word adds to its score."""
    word = words[index]
    beside = _BESIDE[word.casing] if word.is_beside_value else 0.0
    beside += _IN_HANDLE if word.is_in_handle else 0.0
    if word.has_capital_elision and len(word.folded) > LONGEST_ACRONYM:
        beside += _CAPITAL_ELISION
    before = _before(words, index)
    if before < _ROLE_APART and _is_apposed(words, index):
        before += _ROLE_APART
    if before > 0 and word.casing in (Casing.TITLE, Casing.UPPER) and is_name(word.folded):
        before *= _WRITTEN_AS_NAME
    return before + _after(words, index) + beside


def _before(words: Sequence[Word], index: int) -> float:
    if index == 0:
        return 0.0
    word, previous = words[index], words[index - 1]
    if previous.folded in PARTICLES and (score := announced_with_particles(words, index)):
        return score
    return announced(previous, word, word) or _suggested(words, index) or _withdrawn(words, index)


def _suggested(words: Sequence[Word], index: int) -> float:
    return (
        _suggested_by_role(words, index)
        or _suggested_by_phrase(words, index)
        or _suggested_by_word(words[index - 1], words[index])
        or (_CAPITAL_PARTICLE if is_part_of_surname(words, index) else 0.0)
    )


def _suggested_by_role(words: Sequence[Word], index: int) -> float:
    previous, word = words[index - 1], words[index]
    if previous.folded in ROLES:
        if _AFTER_ROLE.fullmatch(word.gap):
            return _role_of_name(word)
        if _APART.fullmatch(word.gap):
            return _ROLE_APART + (_ENCLOSED if _is_enclosed(words, index) else 0.0)
    if ":" in word.gap and _AFTER_COLON.fullmatch(word.gap) and _is_labelled_apart(words, index):
        return _LABEL_APART if word.casing in CAPITALISED else _LABEL_APART_UNCASED
    return 0.0


def _suggested_by_phrase(words: Sequence[Word], index: int) -> float:
    """Return what the two words before add: "le bureau de", "remis à", "», raconte", "je suis"."""
    previous = words[index - 1].folded
    before = words[index - 2].folded if index > 1 else ""
    if words[index].gap != " ":
        return 0.0
    if previous in ("de", "a") and before in OF_A_PERSON:
        return _OF_ROLE
    if previous == "a" and before in ADDRESSED:
        return _ADDRESSED
    if previous in SAYING and words[index - 1].gap.strip() in _ENDS_OF_SPEECH:
        return _INVERTED
    return _I_AM if (before, previous) == ("je", "suis") and _is_full_name(words, index) else 0.0


def _suggested_by_word(previous: Word, word: Word) -> float:
    if previous.folded in GREETINGS and (_AFTER_ROLE.fullmatch(word.gap) or _APART.fullmatch(word.gap)):
        return _GREETING
    if previous.folded in LINKS_TO_NAME and word.gap == " ":
        return _CHEZ if previous.folded == "chez" and word.casing not in CAPITALISED else _LINK
    if previous.folded == "c" and word.gap.startswith("/"):
        return _ROLE
    return _FOREIGN_PARTICLE if previous.folded in FOREIGN_PARTICLES and word.gap in GAPS else 0.0


def _heads_an_entry(word: Word) -> bool:
    """Say whether a listed name stands alone before a colon: "Marques : félicitations ; Pop : avertissement"."""
    is_alone = not word.gap or word.gap.rstrip()[-1:] in (".", ";", "\n", "!", "?") or "\n" in word.gap
    return is_alone and word.casing in CAPITALISED and word.folded not in NO_NAMES and is_name(word.folded)


def _is_enclosed(words: Sequence[Word], index: int) -> bool:
    """Say whether commas part a word from both sides: "un enfant, athoumane, a chuté"."""
    return index + 1 < len(words) and words[index].gap.strip() == "," == words[index + 1].gap.strip()


def _is_full_name(words: Sequence[Word], index: int) -> bool:
    """Say whether a frequent first name and a surname stand here."""
    following = words[index + 1] if index + 1 < len(words) else None
    return (
        following is not None
        and following.gap == " "
        and is_first_name(words[index].folded, _FREQUENT_FIRST_NAME)
        and is_name(following.folded)
    )


def _is_labelled_apart(words: Sequence[Word], index: int) -> bool:
    """Say whether a label stands a few words before the colon: "Client à bord : FANG"."""
    for position in range(index - 1, max(-1, index - 2 - _MOST_WORDS_OF_LABEL), -1):
        word = words[position]
        if word.folded in LABELS and word.folded not in AMBIGUOUS_LABELS:
            return position < index - 1
        if position == index - 1 and word.folded in LINKS_TO_NAME:
            return True
        if word.gap.strip(" ,ld'") or "\n" in word.gap:
            return False
    return False


def _role_of_name(word: Word) -> float:
    """Return what a role adds to the word after it: short capitals are then a name, not an acronym."""
    if word.casing is Casing.UPPER and len(word.folded) <= LONGEST_ACRONYM:
        return _ROLE_OF_SHORT
    return _ROLE_OF_NAME if word.casing in CAPITALISED else _ROLE


def _is_apposed(words: Sequence[Word], index: int) -> bool:
    """Say whether a word stands in apposition to a role: "ma voisine de palier, GALLO", "GALLO, magasinier"."""
    if words[index].odds is None and words[index].folded in NEUTRAL:
        return False  # "artisan, SIRET 123…"
    if words[index].casing not in CAPITALISED:
        return _is_bracketed_after_role(words, index)
    if _COMMA.fullmatch(words[index].gap) and any(word.folded in ROLES for word in words[max(0, index - 4) : index]):
        return True
    rest = words[index + 1 : index + 3]
    if not rest or not _COMMA.fullmatch(rest[0].gap):
        return False
    role = rest[1] if rest[0].folded in DETERMINERS and len(rest) > 1 else rest[0]
    return role.folded in ROLES and role.casing is Casing.LOWER


def _is_bracketed_after_role(words: Sequence[Word], index: int) -> bool:
    """Say whether a small word that French does not know stands in brackets after a role: "l'interne (ravoahangy)"."""
    word, following = words[index], words[index + 1] if index + 1 < len(words) else None
    is_closed = following is None or following.gap.startswith(")")
    is_unlisted = word.odds is None and len(word.folded) > LONGEST_ACRONYM
    return is_unlisted and is_closed and index > 0 and word.gap == " (" and words[index - 1].folded in ROLES


def _withdrawn(words: Sequence[Word], index: int) -> float:
    word, previous = words[index], words[index - 1]
    if (previous.folded in DETERMINERS and word.gap == " ") or (
        word.gap.endswith(" l'") and not word.has_capital_elision
    ):
        if previous.folded == "les" and index > 1 and words[index - 2].folded in _BEFORE_FAMILY:
            return _CHEZ_LES
        return _DETERMINER if previous.folded != "les" else _FAMILY
    if previous.folded in PLACE_PREPOSITIONS and word.gap == " ":
        return 0.0 if is_first_name(word.folded, _FREQUENT_FIRST_NAME) else _PLACE_PREPOSITION
    return 0.0


def _after(words: Sequence[Word], index: int) -> float:
    if index + 1 >= len(words):
        return 0.0
    following = words[index + 1]
    if following.gap in (" : ", ": ") and _heads_an_entry(words[index]):
        return _ENTRY
    if following.folded in ("ans", "mois") and _AGE.fullmatch(following.gap):
        return _AGED[words[index].casing]
    if following.folded == "qui" and index and words[index - 1].folded == "est" and words[index - 1].gap.endswith("c'"):
        return _IT_IS
    if following.folded == "c" and index + 2 < len(words) and words[index + 2].gap.startswith("/"):
        return _AGAINST
    if following.folded in ("a", "m", "nous", "se", "est", "s") and index + 2 < len(words):
        following = words[index + 2]
    if following.folded not in FOLLOWERS or len(words[index + 1].gap) > _LONGEST_GAP:
        return 0.0
    return _BORN if following.folded in _AFTER_BORN and words[index].casing in CAPITALISED else _FOLLOWER
