"""Phrases that hold a name and nothing else: between two signs, or after a title, a role or "par"."""

import re
from collections.abc import Sequence
from functools import lru_cache

from calanque.privacy.lexicon.odds import is_name
from calanque.privacy.lexicon.places import PLACE_WORDS
from calanque.privacy.lexicon.syllables import is_one_syllable, is_syllable, is_syllable_name
from calanque.privacy.persons.cues import (
    DETERMINERS,
    FOLLOWERS,
    LINKS_TO_NAME,
    NO_NAMES,
    PARTICLES,
    ROLES,
    SAYING,
    TITLES,
)
from calanque.privacy.persons.words import CAPITALISED, Word

OPENS = re.compile(r"(?:[,;:.!?()«»\"\u201c\u201d|/•=>]|\n[ \t]*[-–]?|\t|^[ \t]*-)\s*$")
LONE_LINE = 2.0
"""What standing alone on a line adds."""
_LONGEST_LINE, _LEAST_LINE_ODDS = 4, -0.3
OPENERS = frozenset(("a", "par", "que", "chez", "avec", "contre", "dont"))
BEFORE_PARTICLE = OPENERS | {"pour", "pr", "sans", "selon", "meme", "enfant", "senior", "monsieur", "sonnette"}
"""Words that no "of" follows: the particle after them is part of a name."""
_CLOSES = re.compile(r"\s?[,.;:!?)(\n/»\"]|\n| - ")
_NAME_PLACES = OPENERS | TITLES | ROLES | LINKS_TO_NAME | SAYING
_AFTER_NAME = FOLLOWERS | {"qui", "et", "est", "a", "se", "ne", "ou"}
NO_SYLLABLES = PLACE_WORDS | {"chu", "max"}
_GAPS = frozenset((" ", "  ", "\n", " \n"))
_NO_FIRST = TITLES | DETERMINERS | PARTICLES
NOBLE = frozenset(("de", "du", "des", "la"))
_SURE, _TITLED, _LEAST_HALF = 1.5, 4.0, -2.2
_LEAST_OF_PAIR, _LONGEST_SYLLABLE, _SHORTEST_PAIR, _MOST_SYLLABLES = -1.0, 6, 5, 4


def completes(words: Sequence[Word], other: int, index: int) -> bool:
    """Say whether a listed name fills the phrase with the sure name beside it: ": tas Havva", "bounmy he,"."""
    name, word = words[other], words[index]
    if abs(other - index) > 1 or words[max(other, index)].gap not in _GAPS or word.folded in TITLES:
        return False
    is_sure = name.odds is None or name.odds > _SURE or is_one_syllable(name.folded)
    may_name = is_syllable if word.casing in CAPITALISED else is_syllable_name
    is_likely = word.odds is None or word.odds > _LEAST_HALF
    is_titled = other < index and name.score > _TITLED and is_likely and name.casing is word.casing
    if not (is_sure or is_titled) or not (is_name(word.folded) or may_name(word.folded)):
        return False
    if other < index:
        return (is_likely or is_one_syllable(word.folded)) and closes(words, index)
    return is_likely and opens(words, index)


def phrase_of_syllables(words: Sequence[Word], index: int) -> int:
    """Return how many words from one that `may_begin`, small or shouted, are a phrase: 2 for ", hai song,"; else 0."""
    if not opens(words, index):
        return 0
    end, most = index + 1, min(index + _MOST_SYLLABLES, len(words))
    while end < most and words[end].gap in _GAPS and _may_go_on(words[end].folded):
        end += 1
    phrase = words[index:end]
    is_rare = any(word.odds is None or word.odds > _LEAST_OF_PAIR for word in phrase)
    is_long = len(phrase) > 1 and sum(len(word.folded) for word in phrase) >= _SHORTEST_PAIR
    return len(phrase) if is_rare and is_long and closes(words, end - 1) else 0


@lru_cache(maxsize=50_000)
def may_begin(word: str) -> bool:
    """Say whether a phrase of syllables may begin with a folded word."""
    return word not in _NO_FIRST and _may_go_on(word)


@lru_cache(maxsize=50_000)
def _may_go_on(word: str) -> bool:
    return len(word) <= _LONGEST_SYLLABLE and word not in NO_NAMES and is_syllable(word)


def is_noble_phrase(words: Sequence[Word], index: int) -> bool:
    """Say whether a particle and a word that is none of French fill a phrase: ", de rochebrune,"."""
    word, first = words[index], index
    while first and words[first - 1].folded in NOBLE and words[first].gap == " ":
        first -= 1
    if first == index or not (word.odds is None or word.odds > 0) or len(word.folded) < _SHORTEST_PAIR:
        return False
    return bool(OPENS.search(words[first].gap)) and closes(words, index)


def opens(words: Sequence[Word], index: int) -> bool:
    """Say whether a phrase begins at a word: after a sign, a title, a role or "par"."""
    word = words[index]
    return bool(OPENS.search(word.gap)) or (index > 0 and words[index - 1].folded in _NAME_PLACES and word.gap == " ")


def closes(words: Sequence[Word], index: int) -> bool:
    """Say whether a phrase ends with a word: before a sign, or a word that follows names."""
    if index + 1 == len(words):
        return True
    following = words[index + 1]
    return bool(_CLOSES.match(following.gap)) or (following.folded in _AFTER_NAME and not following.gap.strip())


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
