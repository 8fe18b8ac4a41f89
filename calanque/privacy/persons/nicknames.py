"""Nicknames that no list has: given in words ("dit « le Gitan »"), or speaking in a conversation ("Patoche : …")."""

import re
from collections.abc import Iterable, Iterator, Sequence

from calanque.privacy.lexicon.places import NEUTRAL
from calanque.privacy.lexicon.vocabulary import word_frequencies
from calanque.privacy.persons.cues import NO_NAMES
from calanque.privacy.persons.words import CAPITALISED, Word
from calanque.privacy.spans import Span
from calanque.privacy.text import Prepared, fold

_NAME = r"(?:l[ea]s? |l['\u2019]|du )?[A-ZÀ-Ý][\w'\u2019\-]+"
_NAMES = rf"{_NAME}(?: [\w'\u2019\-]+){{0,2}}"
_GIVEN = re.compile(
    r"(?:, (?:dite?|alias)|(?<!\w)alias|surnommée?s?|surnom(?: de)?) "
    rf"(?:«[ \u00a0]?(?P<a>{_NAMES})[ \u00a0]?»|[\"\u201c](?P<b>{_NAMES})[\"\u201d])"
    r"|(?:l['\u2019]appel(?:ait|aient|le|lent)|surnomm(?:ait|aient|e|ent)) "
    r"(?P<c>(?:l[ea]s? |l['\u2019])?(?P<word>[A-ZÀ-Ý][\w\-]+))"
)
_ANCHORS = ("alias", "surnom", "appel", ", dit")
_SPEAKS = (": ", " : ")
_LEAST_ODDS = -1.5


def given_nicknames(text: Prepared, entity: str) -> Iterator[Span]:
    """Yield the nicknames that a text gives to somebody, as spans of a type."""
    if any(anchor in text.folded for anchor in _ANCHORS):
        for match in _GIVEN.finditer(text.original):
            word = fold(match["word"] or "")
            if word not in word_frequencies() and word not in NEUTRAL:
                yield Span(*match.span(match.lastgroup or 0), entity, 0.6, "person.nickname")


def speakers(words: Sequence[Word], named: Iterable[int], entity: str) -> Iterator[Span]:
    """Yield who else speaks where a person does: capitalised heads of lines before a colon, no common words."""
    if not any(_speaks(words, index) for index in named):
        return
    for index, word in enumerate(words):
        may_name = word.odds is None or word.odds > _LEAST_ODDS
        is_plain = word.folded in NO_NAMES or word.folded in NEUTRAL or len(word.folded) <= 1
        if may_name and not is_plain and word.casing in CAPITALISED and _speaks(words, index):
            yield Span(word.start, word.end, entity, 0.6, "person.speaker")


def _speaks(words: Sequence[Word], index: int) -> bool:
    """Say whether a word stands alone between the start of a line and a colon."""
    following = words[index + 1].gap if index + 1 < len(words) else ""
    return (not index or words[index].gap.endswith("\n")) and following in _SPEAKS
