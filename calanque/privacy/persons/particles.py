"""Where a name begins when particles stand before it: "de La Tour", "von Arx", but "la fille de Conti"."""

from collections.abc import Sequence

from calanque.privacy.lexicon.odds import FREQUENT, is_first_name
from calanque.privacy.persons.cues import FOREIGN_PARTICLES, PARTICLES, ROLES, TITLES
from calanque.privacy.persons.links import is_initial, is_part_of_surname
from calanque.privacy.persons.phrases import BEFORE_PARTICLE, NOBLE, OPENS
from calanque.privacy.persons.words import CAPITALISED, Casing, Word

_FRENCH = PARTICLES - FOREIGN_PARTICLES
_MOST_PARTICLES = 3
_ARTICLES = ("le", "la", "du", "des")


def with_particles(words: Sequence[Word], index: int) -> int:
    """Return where the name that begins with a word starts, particles of its own before it included."""
    word = words[index]
    start = word.start
    if word.name_start < start and _owns_particles(words, index):
        return word.name_start
    if word.has_capital_elision:
        return start - len("d'")
    is_surname_first = _is_surname_first(words, index)
    if word.gap.endswith("d'") and (is_surname_first or _may_precede_particle(words, index, word.gap[:-2])):
        return start - len("d'")
    if is_surname_first and index and words[index - 1].folded in _ARTICLES and word.gap == " ":
        return words[index - 1].start
    opened = _opened(words, index)
    if opened < index and not words[opened].folded.startswith("l"):
        return words[opened].start
    titled = _after_title(words, index)
    if titled < index and (is_part_of_surname(words, index) or words[titled].folded in NOBLE):
        return words[titled].start
    while index and words[index - 1].folded in PARTICLES and words[index].gap in (" ", "-", "'", ""):
        is_written_so = words[index - 1].casing in (Casing.TITLE, Casing.UPPER) and word.casing in CAPITALISED
        if not is_written_so and words[index - 1].folded not in FOREIGN_PARTICLES:
            break
        index -= 1
    return words[index].start


def _is_surname_first(words: Sequence[Word], index: int) -> bool:
    """Say whether a surname stands before its first name, without capitals: French puts no article before it."""
    word, following = words[index], words[index + 1] if index + 1 < len(words) else None
    if word.casing in CAPITALISED or following is None or following.gap != " " or following.casing in CAPITALISED:
        return False
    return (word.odds is None or word.odds > 0 or "-" in word.folded) and is_first_name(following.folded, FREQUENT)


def _after_title(words: Sequence[Word], index: int) -> int:
    """Return the index of the first particle between a title and a word, the word's own when there is no title."""
    first = index
    while first and words[first - 1].folded in PARTICLES:
        first -= 1
    return first if first and words[first - 1].folded in TITLES else index


def _opened(words: Sequence[Word], index: int) -> int:
    """Return the index of the first particle before a word if a phrase opens with it (", de Rochebrune,")."""
    first = index
    while (
        first and index - first < _MOST_PARTICLES and words[first - 1].folded in _FRENCH and words[first].gap.isspace()
    ):
        first -= 1
    if first == index:
        return index
    if first + 1 < index and words[first].folded == "de" and words[first + 1].folded in NOBLE:
        return first + 1
    return first if _may_precede_particle(words, first, words[first].gap) else index


def _may_precede_particle(words: Sequence[Word], first: int, gap: str) -> bool:
    """Say whether a particle begins a name: at the start of a phrase, after a title or a word that no "of" follows."""
    previous = words[first - 1] if first else None
    if previous is None or OPENS.search(gap):
        return True
    return previous.folded in TITLES or previous.folded in BEFORE_PARTICLE or is_initial(previous)


def _owns_particles(words: Sequence[Word], index: int) -> bool:
    """Say whether the particles before a listed surname belong to it: not in "la fille de Conti"."""
    word, first = words[index], index
    while words[first].start > word.name_start:
        first -= 1
    if _after_title(words, index) < index or (first and words[first - 1].folded in ROLES):
        return True
    return words[first].casing is not Casing.LOWER or word.casing is Casing.LOWER
