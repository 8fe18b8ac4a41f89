"""What the words before and after a word add to its score: titles, labels, roles, prepositions, verbs of saying."""

import re
from collections.abc import Sequence

from calanque.privacy.lexicon.odds import is_first_name, is_name
from calanque.privacy.persons.cues import (
    ADDRESSED,
    AMBIGUOUS_LABELS,
    AMBIGUOUS_TITLES,
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
    TITLES,
)
from calanque.privacy.persons.links import is_joined, is_part_of_surname
from calanque.privacy.persons.words import CAPITALISED, Casing, Word

_TITLE, _LABEL, _ROLE, _ROLE_OF_NAME, _ROLE_APART, _LINK, _FOLLOWER = 4.0, 4.0, 2.5, 3.2, 1.2, 1.0, 1.0
_GREETING, _CAPITAL_PARTICLE, _FOREIGN_PARTICLE, _ADDRESSED = 1.2, 1.0, 1.5, 1.0
_BORN = 2.5
_AFTER_BORN = frozenset(("ne", "nee", "demeurant", "domicilie", "domiciliee"))
_ROLE_OF_SHORT, _LABEL_OF_SHORT, _LONGEST_ACRONYM = 4.5, 5.0, 4
_CERTAIN, _CHEZ_LES = 4.0, 1.0
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
_IT_IS, _INVERTED, _I_AM = 1.5, 1.5, 1.5
_DETERMINER, _FAMILY, _PLACE_PREPOSITION = -1.5, -0.5, -1.0
LONE_LINE = 2.0
"""What standing alone on a line adds."""
_FREQUENT_FIRST_NAME = 3000
_LONGEST_GAP = 3
_MOST_WORDS_OF_LABEL = 3
_ENDS_OF_SPEECH = frozenset(("»", ",", "», ", "»,", '"', '",', "”", "”,"))
_LONGEST_LINE, _LEAST_LINE_ODDS = 4, -0.3

_QUOTE = r"(?:[\"\u201c\u201d\u00ab]\s?)?"
_AFTER_TITLE = re.compile(rf"\.?[ \t]{{0,2}}{_QUOTE}(?:d'|l')?")
_AFTER_LABEL = re.compile(r"[ \t]*(?:\([^)\n]{0,12}\))?[ \t]*[:=\t|][ \t]*\n?[ \t]*")
_AFTER_ROLE = re.compile(rf"[ \t]{{1,2}}{_QUOTE}|\n")
_AGE = re.compile(r" ?[,(] ?\d{1,3} ?")
_AFTER_COLON = re.compile(r"[ \t]*:[ \t]*")
_COMMA = re.compile(r"[ \t]*[,(][ \t]*\n?(?:[ld]')?")
_APART = re.compile(r"[ \t]*[,:][ \t]*\n?|[ \t]*\n+[ \t]*")


def context_score(words: Sequence[Word], index: int) -> float:
    """Return what stands around a word adds to its score."""
    word = words[index]
    beside = _BESIDE[word.casing] if word.is_beside_value else 0.0
    beside += _IN_HANDLE if word.is_in_handle else 0.0
    if word.has_capital_elision and len(word.folded) > _LONGEST_ACRONYM:
        beside += _CAPITAL_ELISION
    before = _before(words, index)
    if before < _ROLE_APART and _is_apposed(words, index):
        before += _ROLE_APART
    if before > 0 and word.casing in (Casing.TITLE, Casing.UPPER) and is_name(word.folded):
        before *= _WRITTEN_AS_NAME
    return before + _after(words, index) + beside


def is_titled(words: Sequence[Word], index: int) -> bool:
    """Say whether a word with a capital stands right after a title: it is a name, however common ("Mme MA")."""
    if not index or words[index].casing not in (Casing.TITLE, Casing.UPPER) or words[index].folded in NO_NAMES:
        return False
    if not _announced(words[index - 1], words[index], words[index]) or words[index - 1].folded not in TITLES:
        return False
    return words[index].folded not in DETERMINERS or index + 1 == len(words) or words[index + 1].gap != " "


def lone_lines(text: str, words: Sequence[Word]) -> set[int]:
    """Return the indexes of the words of short lines that hold nothing but words that may be names.

    Such a line is a signature or the head of a form.
    """
    found: set[int] = set()
    line: list[int] = []
    for index, word in enumerate(words):
        if index and "\n" in word.gap:
            found.update(_lone(text, words, line))
            line = []
        line.append(index)
    found.update(_lone(text, words, line))
    found.update(_last_sentence(words))
    return found


def _last_sentence(words: Sequence[Word]) -> Sequence[int]:
    """Return the words of a text's last sentence when nothing in it is a common word: a signature."""
    last = [index for index, word in enumerate(words) if word.sentence == words[-1].sentence]
    is_signature = len(last) < len(words) and len(last) < _LONGEST_LINE and _are_names(words, last)
    return last if is_signature else ()


def _are_names(words: Sequence[Word], line: Sequence[int]) -> bool:
    return all(
        word.odds is None or word.odds > _LEAST_LINE_ODDS or word.folded in PARTICLES
        for word in (words[index] for index in line)
    )


def _lone(text: str, words: Sequence[Word], line: Sequence[int]) -> Sequence[int]:
    if not line or len(line) > _LONGEST_LINE:
        return ()
    first, last = words[line[0]], words[line[-1]]
    head = text[text.rfind("\n", 0, first.start) + 1 : first.start]
    end = text.find("\n", last.end)
    tail = text[last.end : end if end >= 0 else len(text)]
    if head.strip(" \t-") or tail.strip(" \t.,") or (end < 0 and "\n" not in text):
        return ()
    return line if _are_names(words, line) else ()


def _before(words: Sequence[Word], index: int) -> float:
    if index == 0:
        return 0.0
    word, previous = words[index], words[index - 1]
    if previous.folded in PARTICLES and (announced := _announced_with_particles(words, index)):
        return announced
    return _announced(previous, word, word) or _suggested(words, index) or _withdrawn(words, index)


def _announced_with_particles(words: Sequence[Word], index: int) -> float:
    """Return what a title before the particles of a name adds: "Mme de La Tour", not "Mme la maire"."""
    first = index
    while first and words[first - 1].folded in PARTICLES and is_joined(words, first):
        first -= 1
    is_capital = is_part_of_surname(words, index)
    if first in (0, index) or not (is_capital or _bears_particle(words[index])):
        return 0.0
    announced = _announced(words[first - 1], words[first], words[index])
    return announced + _CERTAIN if announced and is_capital else announced


def _announced(previous: Word, first: Word, word: Word) -> float:
    """Return what a title or a label adds to a word; `first` is the word, or the particle before it."""
    if previous.folded in TITLES and _AFTER_TITLE.fullmatch(first.gap):
        is_title = previous.folded not in AMBIGUOUS_TITLES or _is_title(previous, first)
        return _TITLE if is_title else 0.0
    if previous.folded not in LABELS or not _AFTER_LABEL.fullmatch(first.gap) or word.folded in LABELS:
        return 0.0
    if previous.folded in AMBIGUOUS_LABELS and word.casing in (Casing.LOWER, Casing.BARE):
        return 0.0
    return _LABEL_OF_SHORT if word.casing is Casing.UPPER and len(word.folded) <= _LONGEST_ACRONYM else _LABEL


def _bears_particle(word: Word) -> bool:
    """Say whether "le" before a word may be part of a name: "M. le Goff", not "M. le maire"."""
    return word.odds > 1.0 if word.odds is not None else word.casing in CAPITALISED


def _is_title(previous: Word, word: Word) -> bool:
    """Say whether "m", "me", "pere"… is a title here."""
    if len(previous.folded) <= 2 and previous.casing is Casing.LOWER and word.casing not in CAPITALISED:
        return False
    if word.casing in CAPITALISED:
        return True
    return word.gap.startswith(".") or (word.odds is not None and word.odds > 1.0)


def _suggested(words: Sequence[Word], index: int) -> float:
    previous, gap = words[index - 1], words[index].gap
    if previous.folded in ROLES:
        if _AFTER_ROLE.fullmatch(gap):
            return _role_of_name(words[index])
        if _APART.fullmatch(gap):
            return _ROLE_APART + (_ENCLOSED if _is_enclosed(words, index) else 0.0)
    if _AFTER_COLON.fullmatch(gap) and _is_labelled_apart(words, index):
        return _LABEL_APART if words[index].casing in CAPITALISED else _LABEL_APART_UNCASED
    if previous.folded in ("de", "a") and gap == " " and index > 1 and words[index - 2].folded in OF_A_PERSON:
        return _OF_ROLE
    if gap == " " and previous.folded in SAYING and previous.gap.strip() in _ENDS_OF_SPEECH:
        return _INVERTED
    if previous.folded == "suis" and _gives_own_name(words, index):
        return _I_AM
    if previous.folded in GREETINGS and (_AFTER_ROLE.fullmatch(gap) or _APART.fullmatch(gap)):
        return _GREETING
    if previous.folded in LINKS_TO_NAME and gap == " ":
        return _LINK
    if previous.folded == "c" and gap.startswith("/"):
        return _ROLE
    if previous.folded == "a" and gap == " " and index > 1 and words[index - 2].folded in ADDRESSED:
        return _ADDRESSED
    if previous.folded in FOREIGN_PARTICLES and is_joined(words, index):
        return _FOREIGN_PARTICLE
    return _CAPITAL_PARTICLE if is_part_of_surname(words, index) else 0.0


def _is_enclosed(words: Sequence[Word], index: int) -> bool:
    """Say whether commas part a word from both sides: "un enfant, athoumane, a chuté"."""
    return index + 1 < len(words) and words[index].gap.strip() == "," == words[index + 1].gap.strip()


def _gives_own_name(words: Sequence[Word], index: int) -> bool:
    """Say whether two names follow "je suis"."""
    return (
        index > 1
        and words[index - 2].folded == "je"
        and is_first_name(words[index].folded, _FREQUENT_FIRST_NAME)
        and index + 1 < len(words)
        and words[index + 1].gap == " "
        and is_name(words[index + 1].folded)
    )


def _is_labelled_apart(words: Sequence[Word], index: int) -> bool:
    """Say whether a label stands a few words before the colon: "Client à bord : FANG"."""
    for position in range(index - 1, max(-1, index - 2 - _MOST_WORDS_OF_LABEL), -1):
        word = words[position]
        if word.folded in LABELS and word.folded not in AMBIGUOUS_LABELS:
            return position < index - 1
        if position == index - 1 and word.folded in LINKS_TO_NAME:
            return True
        if word.gap.strip(" ,") or "\n" in word.gap:
            return False
    return False


def _role_of_name(word: Word) -> float:
    """Return what a role adds to the word after it: short capitals are then a name, not an acronym."""
    if word.casing is Casing.UPPER and len(word.folded) <= _LONGEST_ACRONYM:
        return _ROLE_OF_SHORT
    return _ROLE_OF_NAME if word.casing in CAPITALISED else _ROLE


def _is_apposed(words: Sequence[Word], index: int) -> bool:
    """Say whether a word stands in apposition to a role: "ma voisine de palier, GALLO", "GALLO, magasinier"."""
    if words[index].casing not in CAPITALISED:
        return False
    if _COMMA.fullmatch(words[index].gap) and any(word.folded in ROLES for word in words[max(0, index - 4) : index]):
        return True
    rest = words[index + 1 : index + 3]
    if not rest or not _COMMA.fullmatch(rest[0].gap):
        return False
    role = rest[1] if rest[0].folded in DETERMINERS and len(rest) > 1 else rest[0]
    return role.folded in ROLES and role.casing is Casing.LOWER


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
    if following.folded in ("ans", "mois") and _AGE.fullmatch(following.gap):
        return _AGED[words[index].casing]
    if following.folded == "qui" and index > 1 and (words[index - 2].folded, words[index - 1].folded) == ("c", "est"):
        return _IT_IS
    if following.folded == "c" and index + 2 < len(words) and words[index + 2].gap.startswith("/"):
        return _AGAINST
    if following.folded in ("a", "m", "nous", "se", "est", "s") and index + 2 < len(words):
        following = words[index + 2]
    if following.folded not in FOLLOWERS or len(words[index + 1].gap) > _LONGEST_GAP:
        return 0.0
    return _BORN if following.folded in _AFTER_BORN and words[index].casing in CAPITALISED else _FOLLOWER
