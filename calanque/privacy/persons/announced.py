"""What announces a name: titles ("Mme"), and labels before a colon or tab ("Victime : ")."""

import re
from collections.abc import Sequence

from calanque.privacy.lexicon.odds import is_name
from calanque.privacy.persons.cues import (
    AMBIGUOUS_LABELS,
    AMBIGUOUS_TITLES,
    DETERMINERS,
    LABELS,
    NO_NAMES,
    PARTICLES,
    TITLES,
)
from calanque.privacy.persons.links import is_joined, is_part_of_surname
from calanque.privacy.persons.words import CAPITALISED, Casing, Word

LONGEST_ACRONYM = 4
_TITLE, _LABEL, _LABEL_OF_SHORT, _CERTAIN = 4.0, 4.0, 5.0, 4.0
_RANKS, _LEAST_AFTER_RANK = ("capitaine", "lieutenant", "commandant", "major"), -2.0
QUOTE = r"(?:[\"\u201c\u201d\u00ab]\s?)?"
_AFTER_TITLE = re.compile(rf"\.?[ \t]{{0,2}}{QUOTE}(?:d'|l')?")
_AFTER_LABEL = re.compile(r"[ \t]*(?:\([^)\n]{0,12}\))?[ \t]*[:=\t|][ \t]*\n?[ \t]*")


def is_titled(words: Sequence[Word], index: int) -> bool:
    """Say whether a word with a capital stands right after a title: it is a name, however common ("Mme MA")."""
    if not index or words[index].casing not in (Casing.TITLE, Casing.UPPER) or words[index].folded in NO_NAMES:
        return False
    if not announced(words[index - 1], words[index], words[index]) or words[index - 1].folded not in TITLES:
        return False
    if words[index].folded not in DETERMINERS or index + 1 == len(words) or words[index + 1].gap != " ":
        return True
    return words[index].casing is Casing.UPPER and words[index + 1].casing is Casing.LOWER


def announced_with_particles(words: Sequence[Word], index: int) -> float:
    """Return what a title before the particles of a name adds: "Mme de La Tour", not "Mme la maire"."""
    first = index
    while first and words[first - 1].folded in PARTICLES and is_joined(words, first):
        first -= 1
    is_capital = is_part_of_surname(words, index)
    is_listed = words[index].name_start < words[index].start and words[index].casing in (*CAPITALISED, Casing.SHOUT)
    if first in (0, index) or not (is_capital or is_listed or _bears_particle(words[index])):
        return 0.0
    score = announced(words[first - 1], words[first], words[index])
    return score + _CERTAIN if score and is_capital else score


def announced(previous: Word, first: Word, word: Word) -> float:
    """Return what a title or a label adds to a word; `first` is the word, or the particle before it."""
    if previous.folded in TITLES and _AFTER_TITLE.fullmatch(first.gap):
        is_title = previous.folded not in AMBIGUOUS_TITLES or _is_title(previous, first, word)
        return _TITLE if is_title else 0.0
    if previous.folded not in LABELS or not _AFTER_LABEL.fullmatch(first.gap) or word.folded in LABELS:
        return 0.0
    if previous.folded in AMBIGUOUS_LABELS and word.casing in (Casing.LOWER, Casing.BARE):
        return 0.0
    return _LABEL_OF_SHORT if word.casing is Casing.UPPER and len(word.folded) <= LONGEST_ACRONYM else _LABEL


def _bears_particle(word: Word) -> bool:
    """Say whether "le" before a word may be part of a name: "M. le Goff", not "M. le maire"."""
    return word.odds > 1.0 if word.odds is not None else word.casing in CAPITALISED


def _is_title(previous: Word, first: Word, word: Word) -> bool:
    """Say whether "m", "me", "pere"… is a title here, before a word or its first particle: "Me de la Porte"."""
    if first is not word and previous.casing in CAPITALISED and word.casing in CAPITALISED:
        return True
    if len(previous.folded) <= 2 and previous.casing is Casing.LOWER and first.casing not in CAPITALISED:
        return False
    if first.casing in CAPITALISED:
        return True
    is_rank = first.casing is Casing.SHOUT and previous.folded in _RANKS and is_name(first.folded)
    least = _LEAST_AFTER_RANK if is_rank else 1.0
    return first.gap.startswith(".") or (first.odds is not None and first.odds > least)
