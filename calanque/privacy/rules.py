"""What a recogniser is: patterns with a score, cue words beside them, and one check that may raise the score."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from calanque.privacy.spans import MASK_SCORE, Span
from calanque.privacy.text import Prepared

CUE_BEFORE = 48
CUE_AFTER = 20
"""How far from a value a cue still speaks about it, in characters."""

VALID_SCORE = 0.95
CUE_GAIN = 0.4
DENY_LOSS = 0.3


def folded_pattern(regex: str) -> re.Pattern[str]:
    """Compile a pattern that runs on folded text (lower case, no accents); blanks and comments are ignored."""
    return re.compile(regex, re.VERBOSE)


def words(*cues: str) -> re.Pattern[str]:
    """Compile a pattern of whole cue words; each may be a small regex on folded text."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(cues)})(?!\w)")


def unchecked(_value: str) -> bool | None:
    """Be the check of a value that has no check digit."""
    return None


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern; the value is its group `v` if there is one, else the whole match.

    Attributes:
        name: short name, unique in its recogniser.
        pattern: runs on folded text, or on the original one when `is_cased`.
        score: from `MASK_SCORE` on it is masked alone; below, it needs a cue or a passed check.
    """

    name: str
    pattern: re.Pattern[str]
    score: float
    is_cased: bool = False


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
        denials: just before the value they lower its score.
        trigger: characters of which one must be in the text; "0" stands for any digit.
    """

    entity: str
    rules: tuple[Rule, ...]
    cues: re.Pattern[str] | None = None
    denials: re.Pattern[str] | None = None
    check: Callable[[str], bool | None] = field(default=unchecked)
    trigger: str = "0"

    def find(self, text: Prepared) -> list[Span]:
        """Return the values found, overlaps included, scores from `MASK_SCORE` on."""
        if not self._may_match(text):
            return []
        return [span for rule in self.rules for span in self._apply(rule, text) if span.score >= MASK_SCORE]

    def _may_match(self, text: Prepared) -> bool:
        return (text.has_digit and "0" in self.trigger) or any(c in text.folded for c in self.trigger if c != "0")

    def _apply(self, rule: Rule, text: Prepared) -> Iterator[Span]:
        for match in rule.pattern.finditer(text.original if rule.is_cased else text.folded):
            start, end = match.span("v" if "v" in rule.pattern.groupindex else 0)
            score = self._score(rule, text.folded, start, end)
            yield Span(start, end, self.entity, round(score, 2), f"{self.entity.lower()}.{rule.name}")

    def _score(self, rule: Rule, folded: str, start: int, end: int) -> float:
        verdict = self.check(folded[start:end])
        if verdict is False:
            return 0.0
        score = VALID_SCORE if verdict else rule.score
        if self.cues and _has_cue(self.cues, folded, start, end):
            score = min(score + CUE_GAIN, 1.0)
        elif self.denials and self.denials.search(folded, max(0, start - CUE_AFTER), start):
            score -= DENY_LOSS
        return score


def _has_cue(cues: re.Pattern[str], folded: str, start: int, end: int) -> bool:
    return bool(cues.search(folded, max(0, start - CUE_BEFORE), start) or cues.search(folded, end, end + CUE_AFTER))
