"""What stands beside a sure name and is its other half, however common the word: "Paul Fontaine", "fatma tas"."""

from collections.abc import Sequence

from calanque.privacy.lexicon.odds import is_first_name, is_name
from calanque.privacy.lexicon.places import PLACE_WORDS
from calanque.privacy.lexicon.syllables import is_one_syllable
from calanque.privacy.lexicon.towns import TOWNS
from calanque.privacy.lexicon.vocabulary import word_frequencies
from calanque.privacy.persons.announced import LONGEST_ACRONYM
from calanque.privacy.persons.cues import DETERMINERS, PLACE_PREPOSITIONS, TITLES
from calanque.privacy.persons.phrases import NOBLE, closes, completes, opens
from calanque.privacy.persons.scores import is_neutral
from calanque.privacy.persons.words import CAPITALISED, Casing, Word

_ARTICLES = ("le", "la", "les", "du", "des")
_SURE, _SURE_SCORE = 1.0, 4.0
_LEAST_COMMON, _LEAST_RARE = -3.3, -1.5
"""Odds above those of words of grammar ("tas" has -2.9, "le" -4.4), and of words that French seldom uses."""
_LEADS = frozenset(("de", "a", "par", "pour", "chez", "avec", "et", "entre", "contre"))
_NO_LAST_PART = frozenset(
    "il elle on je tu ils elles nous vous ce ci la y en moi toi lui eux meme memes t le les".split()  # noqa: SIM905
)
"""They end verbs and pronouns: "va-t-il", "celui-ci"."""


def is_half(words: Sequence[Word], other: int, index: int) -> bool:
    """Say whether an accepted name makes a word part of it, whatever the word's own score.

    Args:
        words: the words of the text, scored.
        other: the name.
        index: the word.
    """
    return (
        completes(words, other, index)
        or _is_short_half(words, other, index)
        or _fills_with_first_name(words, other, index)
        or _is_compound_half(words, other, index)
    )


def is_common_half(words: Sequence[Word], index: int) -> bool:
    """Say whether a surname that is a common word fills a phrase with a sure name: "fatma tas,", ": tas umit"."""
    word = words[index]
    is_rare = word.odds is not None and word.odds > _LEAST_RARE
    if word.odds is None or word.odds < _LEAST_COMMON or not (is_rare or is_name(word.folded)):
        return False
    first = index
    while first and words[first - 1].folded in _ARTICLES and words[first].gap == " ":
        first -= 1  # "jean-rony la rivière,"
    if first and words[first].gap == " " and closes(words, index) and _is_sure_first_name(words[first - 1]):
        return True
    following = words[index + 1] if index + 1 < len(words) else None
    if following is None or following.gap != " " or not closes(words, index + 1):
        return False
    is_led = opens(words, first) or (first == index > 0 and word.gap == " " and words[index - 1].folded in _LEADS)
    return is_led and (_is_sure_first_name(following) or (is_first_name(word.folded) and _is_sure_surname(following)))


def is_other_half(words: Sequence[Word], other: int, index: int) -> bool:
    """Say whether capitals tell a first name from its surname: "Long DO", "LEE Son"; however common the words."""
    name, word = words[other], words[index]
    if not _is_next(words, other, index) or word.folded in TITLES:
        return False
    if (name.casing, word.casing) == (Casing.UPPER, Casing.TITLE):
        return other < index
    is_pair = name.casing in CAPITALISED and word.casing is Casing.UPPER
    is_acronym = word.odds is None and len(word.folded) <= LONGEST_ACRONYM
    return is_pair and not is_acronym and not is_neutral(word) and is_first_name(name.folded)


def _is_compound_half(words: Sequence[Word], other: int, index: int) -> bool:
    """Say whether a word of several, none of French, stands beside a sure first name: "anne-lise bel-air"."""
    name, word = words[other], words[index]
    if "-" not in word.folded or not _is_next(words, other, index):
        return False
    if not (_is_sure_first_name(name) or (name.score > _SURE_SCORE and is_first_name(name.folded))):
        return False
    if (name.casing in CAPITALISED) != (word.casing in CAPITALISED) or word.folded in word_frequencies():
        return False
    if word.folded.rpartition("-")[2] in _NO_LAST_PART or is_neutral(word) or word.folded.replace("-", " ") in TOWNS:
        return False
    before = words[index - 1].folded if index else ""
    return other < index or not (before in DETERMINERS or before in PLACE_PREPOSITIONS or before in PLACE_WORDS)


def _fills_with_first_name(words: Sequence[Word], other: int, index: int) -> bool:
    """Say whether a word with a capital fills a phrase after a sure first name, trade or not: ": Aline Huissier."."""
    is_next = other == index - 1 and words[index].gap == " " and closes(words, index)
    is_capital = words[index].casing is Casing.TITLE and words[other].casing in (Casing.TITLE, Casing.START)
    return is_next and is_capital and _is_sure_first_name(words[other]) and words[index].folded not in TITLES


def _is_short_half(words: Sequence[Word], other: int, index: int) -> bool:
    """Say whether a short surname stands beside a sure name, both with capitals: "VU Kenta", "Phirun Vu"."""
    name, word = words[other], words[index]
    if not _is_next(words, other, index) or name.odds is None or name.odds < _SURE:
        return False
    is_capital = name.casing in CAPITALISED and word.casing in (Casing.TITLE, Casing.UPPER)
    if is_capital and word.folded in ("que", "on"):
        return other < index and word.casing is Casing.TITLE  # nobody writes these two with a capital after a name
    return is_capital and word.folded not in NOBLE and is_one_syllable(word.folded) and is_name(word.folded)


def _is_sure_first_name(word: Word) -> bool:
    return word.odds is not None and word.odds > _SURE and is_first_name(word.folded)


def _is_sure_surname(word: Word) -> bool:
    return word.odds is not None and word.odds > _SURE and is_name(word.folded)


def _is_next(words: Sequence[Word], other: int, index: int) -> bool:
    return abs(other - index) == 1 and words[max(other, index)].gap == " "
