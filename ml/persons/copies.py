"""The same texts otherwise: with other names, in capitals, misread by a machine, or with most names masked.

The classifier is to learn where names stand, of every origin alike, and what is left of a text that was read once.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from random import Random

from calanque.privacy.lexicon.names import first_name_ranks, surname_ranks
from calanque.privacy.lexicon.odds import is_first_name
from calanque.privacy.lexicon.word_lists import COMMUNITY_NAMES
from calanque.privacy.lexicon.world import world_names
from calanque.privacy.persons.cues import PARTICLES, TITLES
from calanque.privacy.text import fold
from ml.persons.texts import PERSON, Marked

_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['\u2019\-](?=[^\W\d_]))*")
_KEPT, _OF_COMMUNITIES, _MADE_UP, _COMPOUND = 0.1, 0.4, 0.2, 0.08
"""Shares of names: kept, of communities that INSEE's lists rank low, of no list at all, and of two parts."""
_BETWEEN_BLANKS = re.compile(r"\S+")
_PART, _MOST_WORDS = 4, 8
_INITIALS = "bcdefghijklmnoprstvwz"
"""No "a" and "y": between words they are a verb and a place."""
_MASKED, _WRONG_LETTERS, _STRAY_SIGNS = 0.85, 0.02, 0.005
_LIKE = {
    "e": "co",
    "c": "eo",
    "n": "ur",
    "u": "nii",
    "m": "in",
    "l": "1it",
    "i": "lj1",
    "o": "0ce",
    "a": "eo",
    "é": "eè",
    "r": "nt",
}
"""What optical recognition takes a letter for."""


def swapped(document: Marked, seed: str) -> Marked:
    """Return a text with the names of its persons changed: the same one wherever a word of a name returns."""
    rng, known = Random(seed), dict[str, str]()  # noqa: S311  (texts to learn from, not keys)

    def change(piece: str, entity: str) -> str:
        return _WORD.sub(lambda match: _other(match.group(), rng, known), piece) if entity == PERSON else piece

    return _changed(document, change)


def misread(document: Marked, seed: str) -> Marked:
    """Return a text as optical recognition reads a bad print: letters taken for others, stray signs."""
    rng = Random(seed)  # noqa: S311

    def change(piece: str, _entity: str) -> str:
        return "".join(_misread(character, rng) for character in piece)

    return _changed(document, change)


def masked(document: Marked, seed: str) -> Marked:
    """Return a text as a second reading sees it: most of its names replaced by placeholders, the others left."""
    rng = Random(seed)  # noqa: S311

    def change(piece: str, entity: str) -> str:
        return f"<{PERSON}>" if entity == PERSON and rng.random() < _MASKED else piece

    changed = _changed(document, change)
    left = tuple(value for value in changed.values if changed.text[value[0] : value[1]] != f"<{PERSON}>")
    return replace(changed, values=left)


def pieces(document: Marked, seed: str) -> Iterator[Marked]:
    """Yield pieces of a text of one to eight words, as fields and notes are; none cuts a value."""
    rng = Random(seed)  # noqa: S311
    words = [match.span() for match in _BETWEEN_BLANKS.finditer(document.text)]
    index = rng.randrange(_MOST_WORDS)
    while index < len(words):
        last = min(index + rng.randrange(_MOST_WORDS), len(words) - 1)
        low, high = words[index][0], words[last][1]
        touched = [value for value in document.values if value[0] < high and low < value[1]]
        if all(low <= start and end <= high for start, end, _ in touched):
            values = tuple((start - low, end - low, entity) for start, end, entity in touched)
            yield replace(document, text=document.text[low:high], values=values)
        index = last + 1 + rng.randrange(_MOST_WORDS)


def recased(document: Marked, is_upper: bool) -> Marked:
    """Return a text in capitals or in lower case; letters that would change their number stay."""
    change = str.upper if is_upper else str.lower
    pairs = ((character, change(character)) for character in document.text)
    return replace(document, text="".join(new if len(new) == 1 else old for old, new in pairs))


def _changed(document: Marked, change: Callable[[str, str], str]) -> Marked:
    """Return a text with its pieces changed, each between or within values, and the values moved along."""
    text, position, values = "", 0, []
    for start, end, entity in document.values:
        text += change(document.text[position:start], "")
        value = change(document.text[start:end], entity)
        values.append((len(text), len(text) + len(value), entity))
        text, position = text + value, end
    return replace(document, text=text + change(document.text[position:], ""), values=tuple(values))


def _misread(character: str, rng: Random) -> str:
    chance = rng.random()
    if character.isalpha() and chance < _WRONG_LETTERS:
        return rng.choice(_LIKE.get(character, "eaicnru"))
    if chance > 1.0 - _STRAY_SIGNS:
        return character + rng.choice(".,'-^;:!")
    return character


def _other(word: str, rng: Random, known: dict[str, str]) -> str:
    folded = fold(word)
    if folded in PARTICLES or folded in TITLES:
        return word
    if folded not in known:
        known[folded] = _drawn(folded, rng)
    return _cased(word, known[folded])


def _drawn(folded: str, rng: Random) -> str:
    if len(folded) == 1:
        return rng.choice(_INITIALS)
    if rng.random() < _KEPT:
        return folded
    is_first = is_first_name(folded)
    name = _name(is_first, rng)
    if rng.random() < _COMPOUND and name.isalpha():
        return f"{name}{rng.choice('- ')}{_name(is_first, rng)}"
    return name


def _name(is_first: bool, rng: Random) -> str:
    listed, foreign = _pools()[is_first]
    share = rng.random()
    if share < _OF_COMMUNITIES:
        return rng.choice(foreign)
    if share < _OF_COMMUNITIES + _MADE_UP:
        return rng.choice(foreign if rng.random() < 0.5 else listed)[:_PART] + rng.choice(listed)[-_PART:]
    return listed[int(len(listed) ** rng.random()) - 1]  # frequent names more often, rare ones too


@cache
def _pools() -> Mapping[bool, tuple[Sequence[str], Sequence[str]]]:
    """Return by "is it a first name" all listed names, most frequent first, and those of communities, sorted."""
    pools = {}
    for is_first, ranks in ((True, first_name_ranks()), (False, surname_ranks())):
        own = COMMUNITY_NAMES[is_first]
        foreign = own | world_names()[0 if is_first else 1]
        pools[is_first] = ([name for _, name in sorted((rank, name) for name, rank in ranks.items())], sorted(foreign))
    return pools


def _cased(model: str, name: str) -> str:
    """Return a folded name with the capitals of another; within "de la tour" particles have none half of the time."""
    if model.isupper() and len(model) > 1:
        return name.upper()
    if model.islower():
        return name
    if len(model) == 1 and len(name) == 1:
        return name.upper()
    is_noble = len(name) % 2 == 0
    words = (
        w if is_noble and w in ("de", "du", "des", "d") else w.title().replace("'S", "'s") for w in name.split(" ")
    )
    return " ".join(words)
