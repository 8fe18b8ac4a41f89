"""Which column of a file is likely the one that its contract knows under another name; pure."""

import difflib
from collections.abc import Sequence

from calanque.contracts.forbidden import words_of

LEAST_LIKENESS = 0.7
SAME_START = 0.9
SHORTEST_START = 3
"""Letters of the shorter name that must begin the longer one: lon, longitude."""


def likely_names(missing: Sequence[str], unknown: Sequence[str]) -> dict[str, str]:
    """Return the likely new name of each missing column, each unknown column once, the most alike first.

    Args:
        missing: columns of the contract that the file lacks.
        unknown: columns of the file that the contract does not know.
    """
    pairs = sorted(((-likeness(old, new), old, new) for old in missing for new in unknown), key=lambda pair: pair[0])
    found: dict[str, str] = {}
    for distance, old, new in pairs:
        if -distance >= LEAST_LIKENESS and old not in found and new not in found.values():
            found[old] = new
    return {old: found[old] for old in missing if old in found}


def likeness(old: str, new: str) -> float:
    """Return how alike two names are, 0 to 1; case, accents and signs between words count for nothing."""
    first, second = sorted(("".join(_parts(old)), "".join(_parts(new))), key=len)
    if first == second:
        return 1.0 if first else 0.0
    if len(first) >= SHORTEST_START and second.startswith(first):
        return SAME_START
    return difflib.SequenceMatcher(None, first, second).ratio() * SAME_START


def _parts(name: str) -> list[str]:
    return [*words_of(name), *(character for character in name if character.isdigit())]
