"""Spans of personal values in a text, how overlapping ones are settled, and how placeholders take their place."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

ENTITY_TYPES = (
    "PERSON",
    "EMAIL_ADDRESS",
    "PHONE_NUMBER",
    "FR_NIR",
    "FR_PLATE",
    "IBAN_CODE",
    "POSTAL_ADDRESS",
    "BIRTH_DATE",
    "CREDIT_CARD",
    "HANDLE",
    "IP_ADDRESS",
    "GPS_POSITION",
    "FR_IDENTITY_CARD",
    "FR_PASSPORT",
    "FR_RESIDENCE_PERMIT",
    "FR_DRIVING_LICENCE",
    "FR_TAX_NUMBER",
    "FR_SIREN",
    "FR_SIRET",
    "FR_AGENT_NUMBER",
    "FR_HEALTH_NUMBER",
    "PERSON_NUMBER",
)
"""Every type the pack knows; the names are Presidio's own where Presidio has one."""

BROAD_TYPES = ("LOCATION", "CIVILITY")
"""What is kept unless asked for."""

UNREAD = "UNREAD_TEXT"
"""In the place of a whole text that was not read to its end."""
MASK_SCORE = 0.5
"""A span is masked from this score on."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """One personal value: offsets are Unicode code points, `end` is excluded, `score` lies in 0..1."""

    start: int
    end: int
    type: str
    score: float
    rule: str = ""

    def overlaps(self, other: "Span") -> bool:
        """Say whether the two share at least one character."""
        return self.start < other.end and other.start < self.end


def merge(spans: Iterable[Span]) -> list[Span]:
    """Return spans without overlap, in reading order.

    Overlapping spans become their union, so that no character that one of them wanted masked stays readable;
    the union takes the type of the highest score, then of the longest.
    """
    merged: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if merged and span.start < merged[-1].end:
            merged[-1] = _union(merged[-1], span)
        else:
            merged.append(span)
    return merged


def _union(left: Span, right: Span) -> Span:
    best = max(left, right, key=lambda s: (s.score, s.end - s.start))
    return replace(best, start=min(left.start, right.start), end=max(left.end, right.end))


def mask(text: str, spans: Sequence[Span]) -> str:
    """Return the text with `<TYPE>` in place of each span; spans are sorted and do not overlap."""
    parts: list[str] = []
    position = 0
    for span in spans:
        parts += (text[position : span.start], f"<{span.type}>")
        position = span.end
    return "".join((*parts, text[position:]))


def unmask_offsets(spans: Sequence[Span], found: Sequence[Span]) -> list[Span]:
    """Bring spans found in a masked text back to the offsets of the original text.

    Args:
        spans: what was masked, in offsets of the original text, sorted.
        found: new spans, in offsets of the masked text.
    """
    starts, ends = list[int](), list[int]()
    for span in spans:
        shift = spans[len(ends) - 1].end - ends[-1] if ends else 0
        starts.append(span.start - shift)
        ends.append(starts[-1] + len(span.type) + 2)

    def original(offset: int, is_end: bool) -> int:
        last = (bisect_left if is_end else bisect_right)(starts, offset) - 1
        if last < 0:
            return offset
        if offset < ends[last] or (is_end and offset == ends[last]):
            return spans[last].end if is_end else spans[last].start
        return offset + spans[last].end - ends[last]

    return [replace(f, start=original(f.start, False), end=original(f.end, True)) for f in found]
