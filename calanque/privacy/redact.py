"""Redaction of French free text: what the batch step, the Spark workers and `calanque redact` all call."""

from collections.abc import Sequence
from dataclasses import dataclass

from calanque.privacy.budget import Budget, OverBudgetError, armed
from calanque.privacy.city import city_file
from calanque.privacy.recognisers import PACK_VERSION
from calanque.privacy.spans import UNREAD, Span, merge, unmask_offsets

BATCH_COUNT = 256
"""Texts held in memory at once by the streaming functions."""

_MOST_ROUNDS = 3
"""Of 7,192 marked texts a second reading finds more in 12 (a date whose name is masked now), a third in none."""


@dataclass(frozen=True, slots=True)
class Redaction:
    """A text with placeholders, and what they replaced: offsets are code points of the original text."""

    text: str
    spans: tuple[Span, ...]


def pack_version() -> str:
    """Return the version of the pack, and after `+` what the recognisers of a city's own say, where there are some."""
    digest = city_file().digest
    return f"{PACK_VERSION}+{digest}" if digest else PACK_VERSION


class _Reading:
    """A text on its way: what it is masked to, by which spans, or why it is masked whole."""

    def __init__(self, text: str) -> None:
        self.text = self.masked = text
        self.spans: list[Span] = []
        self.unread: str | None = None
        self.budget = Budget(text)

    def absorb(self, found: list[Span] | None) -> bool:
        """Take new spans, in offsets of the masked text; say whether they changed it and it is to be read again."""
        from calanque.privacy.presidio_engines import masked

        if not found:
            self.unread = "time" if found is None else None
            return False
        spans = merge([*self.spans, *unmask_offsets(self.spans, found)])
        try:
            with self.budget.spending():
                text = masked(self.text, spans)
        except OverBudgetError:
            self.unread = "time"
            return False
        has_changed = text != self.masked
        self.spans, self.masked = spans, text
        return has_changed

    def done(self) -> Redaction:
        if self.unread:
            return Redaction(f"<{UNREAD}>", (_unread(self.text, self.unread),))
        return Redaction(self.masked, tuple(self.spans))


def redact(texts: Sequence[str], is_broad: bool = False, allowed: str | None = None) -> list[Redaction]:
    """Mask every personal value found in French texts.

    A masked text is read once more, so that redacting a redacted text changes nothing, and a third time if that showed
    more. One that takes more than its share of processor time, or does not settle, is masked whole: no value is told.

    Args:
        texts: any number; the engine is warm after the first call (about a second), batches of 64 or more are fastest.
        is_broad: mask towns, countries and civilities too.
        allowed: a regular expression; a value that fits it whole is left as it is (`AllowList.regex` of a contract).

    Returns:
        One redaction a text, in the same order.

    Raises:
        CalanqueError: outside the main thread, or if the file of a city's own recognisers is wrong.
    """
    from calanque.privacy.broad import broad
    from calanque.privacy.presidio_engines import analyze_batch

    readings = [_Reading(text) for text in texts]
    with armed():
        pending = readings
        for _ in range(_MOST_ROUNDS):
            found = analyze_batch([one.masked for one in pending], [one.budget for one in pending], allowed)
            pending = [one for one, spans in zip(pending, found, strict=True) if one.absorb(spans)]
            if not pending:
                break
        for one in pending:
            one.unread = "rounds"
        for one in readings if is_broad else ():
            one.absorb(broad(one.masked))
    return [one.done() for one in readings]


def find_values(texts: Sequence[str], allowed: str | None = None) -> list[list[Span]]:
    """Return what one reading finds in each text, overlaps included, sorted; of one over its share, that it is unread.

    Raises:
        CalanqueError: as `redact`.
    """
    from calanque.privacy.presidio_engines import analyze_batch

    with armed():
        found = analyze_batch(texts, [Budget(text) for text in texts], allowed)
    return [[_unread(text, "time")] if spans is None else spans for text, spans in zip(texts, found, strict=True)]


def _unread(text: str, reason: str) -> Span:
    return Span(0, len(text), UNREAD, 1.0, f"unread.{reason}")
