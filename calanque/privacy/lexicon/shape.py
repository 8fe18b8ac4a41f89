"""How much a word that no list holds looks like a name: its letters in threes, in names against words of French."""

import math
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from calanque.privacy.lexicon.kept import kept
from calanque.privacy.lexicon.names import first_name_ranks, surname_ranks
from calanque.privacy.lexicon.vocabulary import word_frequencies

_FIRST_NAME_STEP, _SURNAME_STEP, _WORD_STEP = 2, 6, 3
"""Of every so many entries one is read: more do not tell more, and cost time at the start."""
_UNSEEN = 0.5
_NEUTRAL_SHAPE, _SCALE, _MOST = 0.9, 0.5, 1.0
_SHORTEST = 3


def _threes(word: str) -> list[str]:
    edged = f"^{word}$"
    return [edged[i : i + 3] for i in range(len(edged) - 2)]


def _counted(words: Iterable[str], step: int) -> Counter[str]:
    kept = [word for word in words if len(word) >= _SHORTEST and " " not in word][::step]
    return Counter(three for word in kept for three in _threes(word))


@kept
def letter_ratios() -> dict[str, float]:
    """Return log10 of (share among names / share among words) of each three letters; of the unseen ones under ""."""
    first, last = first_name_ranks(), surname_ranks()
    names = _counted(last, _SURNAME_STEP) + _counted(first, _FIRST_NAME_STEP)
    words = _counted((w for w in word_frequencies() if w not in last and w not in first), _WORD_STEP)
    unseen = math.log10(words.total() / names.total())
    ratios = {
        three: math.log10((names[three] + _UNSEEN) / (words[three] + _UNSEEN)) + unseen for three in names | words
    }
    return ratios | {"": unseen}


@lru_cache(maxsize=100_000)
def name_shape(word: str) -> float:
    """Return what the letters of a folded, unlisted word add to its score, -1 to 1: "karagozian" 0.8, "reparer" -1."""
    if len(word) < _SHORTEST:
        return 0.0
    ratios, threes = letter_ratios(), _threes(word)
    unseen = ratios[""]
    shape = sum(ratios.get(three, unseen) for three in threes) / math.sqrt(len(threes))
    return max(-_MOST, min(_MOST, _SCALE * (shape - _NEUTRAL_SHAPE)))
