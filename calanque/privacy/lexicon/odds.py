"""How much more often a word is somebody's name than a word of French: the first evidence of a name."""

import math
import re
from functools import lru_cache

from calanque.privacy.lexicon.names import first_name_ranks, surname_ranks
from calanque.privacy.lexicon.places import PLACE_WORDS
from calanque.privacy.lexicon.syllables import is_one_syllable, is_syllable_name
from calanque.privacy.lexicon.vocabulary import word_frequencies

# Rank to log10 of a frequency (Zipf); one word per hundred million is the floor of the vocabulary.
_FIRST_NAME_TOP, _SURNAME_TOP, _RANK_OFFSET = 6.0, 5.7, 3
_ENDINGS = (
    *(("s", ""), ("e", ""), ("es", ""), ("x", ""), ("ee", "er"), ("ees", "er"), ("ez", "er"), ("ons", "er")),
    *(("ent", "er"), ("ait", "er"), ("aient", "er"), ("ant", "er"), ("era", "er"), ("ees", "e"), ("rice", "eur")),
)
_SLAVIC_ENDINGS = (
    ("eva", "ev"),
    ("ova", "ov"),
    ("ina", "in"),
    ("ska", "ski"),
    ("cka", "cki"),
    ("aya", "y"),
    ("aia", "i"),
)
_SHORTEST_STEM = 3
_SURE_FIRST_NAME = 1.5
_PARTICLES = frozenset(
    ("ait", "ben", "el", "al", "le", "la", "de", "du", "van", "von", "da", "di", "do", "dos", "bou", "ter", "der")
)
_FLOOR_PER_MILLION, _WORD_SCALE = 0.01, 2.0
_FOREIGN, _FOREIGN_ELISION, _SYLLABLES, _COMMON_SYLLABLES = 1.5, 2.0, 2.0, 1.2
_HALVES, _LEAST_SYLLABLE = 2, -2.0
_INITIALS = re.compile(r"[bcdfghjklmnpqrstvwxz]{3,}")
"""What nobody can say: the letters of a club or an office, as in "OM-PSG"."""
_NO_ELISION = re.compile(r"[mn]'[bcdfgjklmnpqrstvwxz]")
"""French cuts a vowel before a vowel only: "m'saidie" and "n'guessan" are names."""


@lru_cache(maxsize=200_000)
def name_odds(word: str) -> float | None:
    """Return log10 of (frequency as a name / frequency as a word) of a folded word, None when it is neither.

    "dupont" 4.3, "karim" 3.7, "petit" -0.2, "police" -3.0; the scale is comparable between words, not absolute.
    """
    if not word.isascii():
        word = word.replace("œ", "oe").replace("æ", "ae")
    written = word_frequencies().get(word)
    if written is None and not is_name(word):
        return _odds_of_parts(word)
    return _as_name(word) - math.log10((written or 0.0) + _FLOOR_PER_MILLION) - _WORD_SCALE


def foreign_odds(word: str) -> float:
    """Return the odds of a folded word written with letters that French has not: "Taş" is no "tas"."""
    return max(_FOREIGN, _as_name(word) - math.log10(_FLOOR_PER_MILLION) - _WORD_SCALE)


def _as_name(word: str) -> float:
    """Return log10 of the frequency of a folded word as a name, 0 when it is not listed."""
    rank = first_name_ranks().get(word)
    first = 0.0 if rank is None else _FIRST_NAME_TOP - math.log10(rank + _RANK_OFFSET)
    return max(first, surname_odds(word) or 0.0)


def surname_odds(name: str) -> float | None:
    """Return log10 of the frequency of a folded surname of several words, None when it is not listed."""
    rank = surname_ranks().get(name)
    return None if rank is None else _SURNAME_TOP - math.log10(rank + _RANK_OFFSET)


def is_name(word: str) -> bool:
    """Say whether a folded word is listed as a first name or surname, as it is written."""
    return word in first_name_ranks() or word in surname_ranks()


def is_known_name(word: str) -> bool:
    """Say whether a folded word is a name that many bear: "fraud" and "arson" are surnames of few."""
    return min(first_name_ranks().get(word, _RARE), surname_ranks().get(word, _RARE)) < _RARE


_RARE = 10_000
FREQUENT = 1500
"""Rank under which a first name is one that everybody knows."""


def is_first_name(word: str, rank_below: int = 8000) -> bool:
    """Say whether a folded word, or the first half of a compound one, is a first name of at least that frequency."""
    ranks = first_name_ranks()
    return ranks.get(word, rank_below) < rank_below or ranks.get(word.split("-")[0], rank_below) < rank_below


def _odds_of_parts(word: str) -> float | None:
    """Weigh a compound by its parts: all must bear a name, or the first be a sure first name ("Jean-Mi")."""
    if "-" not in word and "'" not in word:
        return _odds_of_base(word)
    if is_syllable_name(word) and any(part not in word_frequencies() for part in word.split("-")):
        return _SYLLABLES
    if _is_pair_of_syllables(word):
        return _COMMON_SYLLABLES
    names = [part for part in word.replace("'", "-").split("-") if len(part) > 1 and part not in _PARTICLES]
    if any(_INITIALS.fullmatch(part) and not is_name(part) for part in names):
        return _LEAST_SYLLABLE
    parts = [name_odds(part) for part in names]
    known = [part for part in parts if part is not None]
    if _NO_ELISION.match(word):
        return max([_FOREIGN_ELISION, *known])
    if known and is_first_name(word) and parts[0] is not None and parts[0] > _SURE_FIRST_NAME:
        return parts[0] - 1.0
    if len(names) == _HALVES and all(map(is_name, names)) and names[0] not in PLACE_WORDS:
        return sum(known) / _HALVES  # "blanc-perrin": two surnames with a hyphen are one; "saint-servan" is a town
    return min(known) if known else None


def _is_pair_of_syllables(word: str) -> bool:
    """Say whether a compound is made of two syllables of Chinese or Korean names that are words too ("hua-fang")."""
    parts = word.split("-")
    return len(parts) == _HALVES and all(
        is_one_syllable(part) and is_name(part) and (name_odds(part) or 0.0) > _LEAST_SYLLABLE for part in parts
    )


def _odds_of_base(word: str) -> float | None:
    """Weigh a form that the lists lack by the one they have: a plural, a verb, a Slavic woman's surname."""
    for ending, base in _SLAVIC_ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and stem + base in surname_ranks():
            return name_odds(stem + base)
    frequencies = word_frequencies()
    for ending, base in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > _SHORTEST_STEM and (stem + base) in frequencies:
            return name_odds(stem + base)
    return None
