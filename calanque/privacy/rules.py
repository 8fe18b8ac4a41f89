"""What a recogniser is: patterns with a score, cue words beside them, and one check that may raise the score."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from functools import cache, lru_cache
from typing import NamedTuple, Protocol

from ahocorasick_rs import AhoCorasick

from calanque.privacy.spans import MASK_SCORE, Span
from calanque.privacy.text import Prepared

CUE_BEFORE = 48
CUE_AFTER = 20
"""How far from a value a cue still speaks about it, in characters."""

VALID_SCORE = 0.95
CUE_GAIN = 0.4
DENY_LOSS = 0.3
DISTANCE_LOSS = 0.002
"""What a cue loses per character of distance, so that of two types the one whose cue is nearer wins."""

_LONGEST_CUE = 60
_LONG_NUMBER = 6
_NUMBER = re.compile(r"\d+")
_RUN = re.compile(r"\d(?:(?:[^\w\n]|_){0,4}\d){0,24}")
_LEAD = re.compile(r"(?<![^\W_])([(\[+\-]{0,2})((?:[a-z]{1,4}[ .\-/*_·]{0,3})?)$")


def folded_pattern(regex: str) -> re.Pattern[str]:
    """Compile a pattern that runs on folded text (lower case, no accents); blanks and comments are ignored."""
    return re.compile(regex, re.VERBOSE)


def words(*cues: str) -> re.Pattern[str]:
    """Compile a pattern of whole cue words; each may be a small regex on folded text; a blank matches "_" as well."""
    joined = "|".join(cues).replace(r"\s", r"[\s_]")
    return re.compile(rf"(?<![^\W_])(?:{joined})(?![^\W_])")


def unchecked(_value: str) -> bool | None:
    """Be the check of a value that has no check digit."""
    return None


_anchors: list[str] = []


def one_of(*strings: str) -> frozenset[str]:
    """Name folded strings that rules look for; all those ever named are looked for in one pass over a text."""
    _anchors.extend(sorted(set(strings).difference(_anchors)))
    return frozenset(strings)


@cache
def _automaton(_count: int) -> AhoCorasick:
    return AhoCorasick(_anchors)


@lru_cache(maxsize=2)
def _anchors_in(folded: str) -> frozenset[str]:
    return frozenset(_automaton(len(_anchors)).find_matches_as_strings(folded, overlapping=True))


def holds_one(folded: str, strings: frozenset[str]) -> bool:
    """Say whether one of some strings, as `one_of` named them, is in the text."""
    return not strings.isdisjoint(_anchors_in(folded))


class Begins(Enum):
    """Where a pattern may begin; all but `ANYWHERE` spare the search through the whole text.

    Attributes:
        ANYWHERE: the text is searched.
        NUMBER: at a digit that no letter precedes, or at six digits in a row.
        CODE: there, at the one to four letters just before ("AB-123-CD"), or at the sign before ("+33").
    """

    ANYWHERE = "anywhere"
    NUMBER = "number"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern; the value is its group `v` if there is one, else the whole match.

    Attributes:
        name: short name, unique in its recogniser.
        pattern: runs on folded text, or on the original one when `is_cased`.
        score: from `MASK_SCORE` on it is masked alone; below, it needs a cue or a passed check.
        begins: where the pattern may begin.
        anchors: one must be in the text; none at all: the rule always runs.
        gain: what a cue adds to the score.
        reach: how far before the value a cue counts, in characters; None: as the recogniser says.
        shortest: fewest digits, other than letters between, that must follow where the pattern may begin.
        is_checked: whether the recogniser's check applies.
    """

    name: str
    pattern: re.Pattern[str]
    score: float
    is_cased: bool = False
    begins: Begins = Begins.ANYWHERE
    anchors: frozenset[str] = frozenset()
    gain: float = CUE_GAIN
    reach: int | None = None
    is_checked: bool = True
    shortest: int = 0


class Recogniser(Protocol):
    """Anything that finds values of one type."""

    @property
    def entity(self) -> str:
        """Type of the values."""

    def find(self, text: Prepared) -> list[Span]:
        """Return the values found, overlaps included, scores from `MASK_SCORE` on."""


@dataclass(frozen=True, slots=True)
class PatternRecogniser:
    """Data, cue words and one check; a failed check lowers nothing, because typing errors are in real text.

    Attributes:
        check: True when the value is proven, False when it cannot be one, None when nothing is known.
        cues: beside the value they raise its score.
        denials: before the value, and nearer than any cue, they lower its score.
        trigger: characters of which one must be in the text; "0" stands for any digit.
        anchors: one must be in the text; none at all: only `trigger` counts.
        valid_score: score of a value that passed the check; low where chance passes it often (Luhn: 1 in 10).
        reach: how far before the value a cue counts, in characters.
        reach_after: how far after the value a cue counts, in characters.
        denial_reach: how far before the value a denial counts, in characters.
    """

    entity: str
    rules: tuple[Rule, ...]
    cues: re.Pattern[str] | None = None
    denials: re.Pattern[str] | None = None
    check: Callable[[str], bool | None] = field(default=unchecked)
    trigger: str = "0"
    anchors: frozenset[str] = frozenset()
    valid_score: float = VALID_SCORE
    reach: int = CUE_BEFORE
    reach_after: int = CUE_AFTER
    denial_reach: int = CUE_AFTER

    def find(self, text: Prepared) -> list[Span]:
        """Return the values found, overlaps included, scores from `MASK_SCORE` on."""
        if not self._may_match(text):
            return []
        found, most = _anchors_in(text.folded), starts(text.folded).most
        spans: list[Span] = []
        for rule in self.rules:
            if rule.shortest > most or (rule.anchors and found.isdisjoint(rule.anchors)):
                continue
            for match in _matches(rule, text):
                if span := self._span(rule, text, match):
                    spans.append(span)
        return spans

    def _may_match(self, text: Prepared) -> bool:
        if self.anchors and not holds_one(text.folded, self.anchors):
            return False
        return (text.has_digit and "0" in self.trigger) or any(c in text.folded for c in self.trigger if c != "0")

    def _span(self, rule: Rule, text: Prepared, match: re.Match[str]) -> Span | None:
        start, end = match.span("v" if "v" in rule.pattern.groupindex else 0)
        score = round(self._score(rule, text.folded, start, end), 2)
        if score < MASK_SCORE:
            return None
        return Span(start, end, self.entity, score, f"{self.entity.lower()}.{rule.name}")

    def _score(self, rule: Rule, folded: str, start: int, end: int) -> float:
        verdict = self.check(folded[start:end]) if rule.is_checked else None
        if verdict is False:
            return 0.0
        score = max(self.valid_score, rule.score) if verdict else rule.score
        reach = self.reach if rule.reach is None else rule.reach
        cue = _last_end(self.cues, folded, start - reach, start)
        is_denied = self.denials and _last_end(self.denials, folded, max(start - self.denial_reach, cue), start) > cue
        if is_denied:
            score -= DENY_LOSS
        if cue < 0:
            ahead = min(end + self.reach_after, len(folded))
            is_after = not is_denied and self.cues and self.cues.search(folded, end, ahead)
            return min(score + rule.gain - DISTANCE_LOSS * self.reach_after, 1.0) if is_after else score
        return _nearness(min(score + rule.gain, 1.0), start - cue)


def _nearness(score: float, distance: int) -> float:
    return max(MASK_SCORE, score - DISTANCE_LOSS * distance) if score >= MASK_SCORE else score


def _last_end(pattern: re.Pattern[str] | None, folded: str, low: int, high: int) -> int:
    """Return where the last match before `high` ends, -1 if there is none."""
    last = -1
    if pattern and low < high:
        for match in pattern.finditer(folded, max(0, low - _LONGEST_CUE), high):
            last = match.end()
    return last if last >= low else -1


def matches(rule: Rule, text: Prepared) -> Iterable[re.Match[str]]:
    """Return the matches of a rule, in reading order; those of one rule may overlap when it begins at numbers."""
    return _matches(rule, text) if not rule.anchors or holds_one(text.folded, rule.anchors) else ()


def _matches(rule: Rule, text: Prepared) -> Iterable[re.Match[str]]:
    subject = text.original if rule.is_cased else text.folded
    if rule.begins is Begins.ANYWHERE:
        return rule.pattern.finditer(subject)
    found = starts(text.folded)
    match_at, shortest = rule.pattern.match, rule.shortest
    places = found.numbers if rule.begins is Begins.NUMBER else found.codes
    return [match for start, count in places if count >= shortest and (match := match_at(subject, start))]


def _digit_count(folded: str, start: int) -> int:
    run = _RUN.match(folded, start)
    return sum(map(str.isdecimal, run.group())) if run else 0


class Starts(NamedTuple):
    """Where numbers and codes may begin (see `Begins`), each with how many digits follow, and the most of these."""

    numbers: tuple[tuple[int, int], ...]
    codes: tuple[tuple[int, int], ...]
    most: int


@lru_cache(maxsize=1)
def starts(folded: str) -> Starts:
    """Return where patterns that begin at a number or code may match."""
    numbers: list[tuple[int, int]] = []
    codes: list[tuple[int, int]] = []
    for match in _NUMBER.finditer(folded):
        start, end = match.span()
        lead = _LEAD.search(folded, max(0, start - 9), start)
        if lead:
            digit_count = _digit_count(folded, start)
            codes += ((position, digit_count) for position in sorted({lead.start(), lead.start(2)} - {start}))
        elif end - start < _LONG_NUMBER:
            continue
        else:
            digit_count = _digit_count(folded, start)
        codes.append((start, digit_count))
        if not folded[start - 1 : start].isalpha() or end - start >= _LONG_NUMBER:
            numbers.append((start, digit_count))
    return Starts(tuple(numbers), tuple(codes), max((count for _, count in codes), default=0))
