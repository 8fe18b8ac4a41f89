"""From scored words to names: runs of accepted words, with their particles and initials."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from calanque.privacy.lexicon.odds import is_first_name, is_name
from calanque.privacy.lexicon.syllables import is_one_syllable
from calanque.privacy.persons.cues import DETERMINERS, NO_NAMES, SURNAMES_AND_LABELS, TITLES
from calanque.privacy.persons.halves import is_common_half, is_half, is_other_half
from calanque.privacy.persons.initials import initials, initials_of
from calanque.privacy.persons.links import (
    ends_field,
    follows_initial,
    is_initial,
    is_joined,
    is_part_of_surname,
    linked,
    names_a_thing,
)
from calanque.privacy.persons.nicknames import given_nicknames, speakers
from calanque.privacy.persons.particles import with_particles
from calanque.privacy.persons.phrases import NOBLE
from calanque.privacy.persons.scores import (
    ACCEPT,
    DOUBT,
    SHORTEST_RARE_SURNAME,
    is_neutral,
    score_words,
)
from calanque.privacy.persons.words import CAPITALISED, Casing, Word, words_of
from calanque.privacy.spans import Span
from calanque.privacy.text import Prepared

ENTITY = "PERSON"
_EXTEND, _EXTEND_UNCASED, _EXTEND_UNKNOWN = 0.0, 1.5, -1.5
_AFTER_NAME = frozenset(("et", "ou", "a", "est", "qui", "se", "ne"))
_MOST_PARTICLES, _LONGEST_BRIDGE = 3, 3
_IBERIAN_LINKS = ("e", "y", "i")
_SECOND_SURNAME = frozenset(("nee", "ne", "epouse", "ep", "veuve", "vve", "divorcee", "alias", "dit", "dite"))
_SHORTEST_MENTION = 3
_KNOWN_WORD = -1.0
_MOST_MODEL_ODDS = -1.5


@dataclass(frozen=True, slots=True)
class Reading:
    """What the name rules know of a text: its words, the names, and the sentences where a doubt is left."""

    words: list[Word]
    spans: list[Span]
    doubtful: frozenset[int]


def read_names(text: Prepared, holes: Sequence[Span] = ()) -> Reading:
    """Find the names of a text outside `holes` (sorted spans without overlap, of other recognisers)."""
    words = words_of(text, holes)
    score_words(text, words)
    accepted = _accepted(words)
    spans = [*_runs(text, words, accepted), *initials(text, ENTITY), *given_nicknames(text, ENTITY)]
    doubtful = frozenset(
        word.sentence for index, word in enumerate(words) if not accepted[index] and _is_doubtful(word)
    )
    return Reading(words, spans, doubtful)


def _accepted(words: Sequence[Word]) -> list[bool]:
    """Accept words by score, then what a name draws in with it: "Paul" draws "Fontaine", "DUPONT" draws "Le"."""
    accepted = [word.score >= ACCEPT and _may_be_part(word) for word in words]
    for order, step in ((range(len(words)), -1), (range(len(words) - 1, -1, -1), 1)):
        name = -step * len(words) * 2
        for index in order:
            # Nothing further away than the particles of a name can be drawn in.
            if not accepted[index] and abs(index - name) <= _MOST_PARTICLES and _is_drawn(words, accepted, index, step):
                accepted[index] = True
            if accepted[index]:
                name = index
    _bridge(words, accepted)
    return accepted


def _is_drawn(words: Sequence[Word], accepted: Sequence[bool], index: int, step: int) -> bool:
    """Say whether the name that stands next in a direction makes a word part of it."""
    word = words[index]
    if is_initial(word) or ends_field(words, index):
        other = index + 1 if follows_initial(words, index + 1) else linked(words, index, step)
        beside = index + step
        if 0 <= beside < len(words) and accepted[beside] and is_joined(words, max(index, beside)):
            other = beside  # "Abou C.", "Q. Le": particles elsewhere
        return other is not None and accepted[other] and not _is_title_letter(words, index)
    other = linked(words, index, step)
    if other is None or not accepted[other]:
        return False
    if is_half(words, other, index):
        return True
    if word.score < _least_drawn(words, index) and not is_other_half(words, other, index):
        return False
    return _draws(words, other, index) and _may_be_part(word)


def _bridge(words: Sequence[Word], accepted: list[bool]) -> None:
    """Accept one or two capitalised words that stand between two parts of a name ("NGUYEN Thi Mai Linh")."""
    name = -1
    for index, word in enumerate(words):
        if accepted[index]:
            if 1 < index - name <= _LONGEST_BRIDGE and name >= 0 and word.gap == " ":
                accepted[name + 1 : index] = [True] * (index - name - 1)
            name = index
        elif word.gap != " " or word.folded in TITLES or not _may_bridge(words, index, name):
            name = -1


def _may_bridge(words: Sequence[Word], index: int, name: int) -> bool:
    """Say whether a word between two parts of a name is one: a capital, one syllable ("thi mai ros"), "e" or "y"."""
    word = words[index]
    if len(word.folded) == 1:
        return name == index - 1 and word.folded in _IBERIAN_LINKS
    is_inner = name == index - 1 and word.folded not in NOBLE
    return word.casing in CAPITALISED or (is_inner and word.folded != "et" and is_one_syllable(word.folded))


def _may_be_part(word: Word) -> bool:
    """Say whether a word may stand in a name at all: no title, role or label does, unless it is rather a name."""
    if len(word.folded) == 1 or word.folded in TITLES:
        return False
    if word.folded in SURNAMES_AND_LABELS:
        return word.casing is not Casing.START or ":" in word.gap
    return word.folded not in NO_NAMES or (word.odds is not None and word.odds > 0)


def _least_drawn(words: Sequence[Word], index: int) -> float:
    """Return the score from which a name beside it draws a word in."""
    word = words[index]
    if word.odds is None:
        return _EXTEND_UNKNOWN
    if word.name_start < word.start or is_part_of_surname(words, index):
        return -math.inf
    if word.casing not in CAPITALISED:
        if is_common_half(words, index):
            return -math.inf
        follows_first_name = index > 0 and word.gap == " " and is_first_name(words[index - 1].folded)
        return _EXTEND if follows_first_name and is_name(word.folded) else _EXTEND_UNCASED
    return -math.inf if is_neutral(word) and is_name(word.folded) else _EXTEND


def _draws(words: Sequence[Word], other: int, index: int) -> bool:
    """Say whether an accepted name makes a word beside it part of it."""
    name, word = words[other], words[index]
    if (name.casing in CAPITALISED) != (word.casing in CAPITALISED):
        return False
    if is_other_half(words, other, index):
        return True
    follows_first_name = other < index and is_first_name(name.folded)
    follows_surname = other < index and name.casing is Casing.UPPER and word.casing is Casing.TITLE
    is_drawn = follows_first_name and (is_name(word.folded) or word.name_start < word.start)
    if is_neutral(word) and not (is_drawn or (follows_surname and is_first_name(word.folded))):
        return False
    is_next = abs(other - index) == 1
    if word.odds is None and word.casing is Casing.UPPER:
        return is_next and is_first_name(name.folded)
    return is_next or follows_first_name or (word.odds is not None and word.odds > 0)


def _is_title_letter(words: Sequence[Word], index: int) -> bool:
    """Say whether a single letter is the "M." of "M. Dupont"."""
    following = words[index + 1] if words[index].folded == "m" and index + 1 < len(words) else None
    if following is None or (words[index].casing in CAPITALISED and following.folded in _AFTER_NAME):
        return False
    is_letter = len(following.folded) == 1 and following.casing is Casing.LOWER
    return following.gap in (". ", " ", ".", ".  ") and not is_letter


def _is_doubtful(word: Word) -> bool:
    if word.score < DOUBT or len(word.folded) < _SHORTEST_MENTION or word.folded in TITLES:
        return False
    if word.casing is Casing.UPPER:
        # Unknown words in capitals are acronyms; surnames written so stand beside a first name or a title.
        return word.odds is not None or len(word.folded) >= SHORTEST_RARE_SURNAME
    return word.casing in CAPITALISED or word.casing is Casing.SHOUT


def _runs(text: Prepared, words: Sequence[Word], accepted: Sequence[bool]) -> Iterable[Span]:
    index = 0
    while index < len(words):
        if not accepted[index]:
            index += 1
            continue
        last, best = index, words[index].score
        following = _following(words, last, accepted)
        while following is not None:
            last, best = following, max(best, words[following].score)
            following = _following(words, last, accepted)
        start, end = with_particles(words, index), words[last].end
        if is_initial(words[last]) and text.original[end : end + 1] == ".":
            end += 1
        while text.folded[end : end + 1].isdigit():
            end += 1  # a letter that optical recognition took for a digit: "Quilic1"
        yield Span(start, end, ENTITY, _confidence(best), "person.words")
        index = last + 1


def _following(words: Sequence[Word], index: int, accepted: Sequence[bool]) -> int | None:
    """Return the index of the next word of the same name, its second surname included ("PHAN épouse DELMAS")."""
    is_next = index + 1 < len(words) and accepted[index + 1] and is_joined(words, index + 1)
    other = index + 1 if is_next or follows_initial(words, index + 1) else linked(words, index, 1)
    if other is not None and words[other].folded in _SECOND_SURNAME:
        other = linked(words, other, 1)
    return other if other is not None and accepted[other] else None


def _confidence(score: float) -> float:
    return round(min(0.99, 0.6 + 0.05 * (score - ACCEPT)), 2)


def accept_model_name(reading: Reading, start: int, end: int) -> Span | None:
    """Return the name among the words that the language model marked, None when they are a thing or plain words."""
    low, high = (bisect_left(reading.words, offset, key=attrgetter("start")) for offset in (start, end))
    inside = [i for i in range(low, high) if reading.words[i].end <= end and _may_name(reading.words[i])]
    if not inside or names_a_thing(reading.words, inside[0]) or _is_office(reading.words, inside[0]):
        return None
    last = reading.words[inside[-1]]
    if all(reading.words[index].casing is Casing.LOWER for index in inside):
        return None
    return Span(with_particles(reading.words, inside[0]), last.end, ENTITY, 0.6, "person.model")


def _is_office(words: Sequence[Word], index: int) -> bool:
    """Say whether a word is rather one of French after a determiner: "M. le Maire"."""
    odds = words[index].odds
    return index > 0 and words[index - 1].folded in DETERMINERS and words[index].gap == " " and (odds or 0.0) < 0


def _may_name(word: Word) -> bool:
    if is_neutral(word) or word.folded in TITLES or len(word.folded) < 2:
        return False
    return word.odds is None or word.odds > _MOST_MODEL_ODDS


def mentions(reading: Reading, names: Iterable[Span]) -> list[Span]:
    """Return the other places where a word of these names stands: who was named once is named by any of the words."""
    words, starts = reading.words, [word.start for word in reading.words]
    runs = [
        range(bisect_left(starts, span.start), bisect_left(starts, span.end)) for span in names if span.type == ENTITY
    ]
    named = {index for run in runs for index in run}
    known = {words[index].folded for index in named}
    told = initials_of(words, [words[run.start : run.stop] for run in runs], ENTITY)
    again = (
        Span(word.start, word.end, ENTITY, 0.7, "person.mention")
        for index, word in enumerate(words)
        if word.folded in known and index not in named and _is_mention(words, index)
    )
    return [*told, *speakers(words, named, ENTITY), *again]


def _is_mention(words: Sequence[Word], index: int) -> bool:
    word = words[index]
    if len(word.folded) < _SHORTEST_MENTION or is_neutral(word) or names_a_thing(words, index):
        return False
    odds = 0.0 if word.odds is None else word.odds
    return odds > (_KNOWN_WORD if word.casing in CAPITALISED else 1.0)
