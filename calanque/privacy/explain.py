"""Why a span was masked: its rule, and of a name what its words, signs and neighbours added to its score.

The terms are added up when somebody asks, by reading the text once more: finding names costs nothing for them.
"""

from collections.abc import Sequence

from calanque.privacy.persons.classifier import RULE, classifier
from calanque.privacy.persons.terms import grouped
from calanque.privacy.reading import seen, structured
from calanque.privacy.spans import Span, mask
from calanque.privacy.text import prepare

MOST_TERMS = 5


def explain(text: str, span: Span, others: Sequence[Span] = ()) -> str:
    """Return why a span of a text was masked, a few terms a word, in natural logarithms of odds.

    Args:
        text: as it was given.
        span: what was found in it.
        others: what was masked beside it: a name that shows only then was found by reading the masked text.
    """
    if span.rule != RULE:
        return span.rule
    words = _words(text, span)
    least = classifier().threshold
    if others and max((score for _, score, _ in words), default=least) < least:
        before = [other for other in others if other.end <= span.start]
        rest = [other for other in others if not other.overlaps(span)]
        shift = len(mask(text[: span.start], before)) - span.start
        moved = Span(span.start + shift, span.end + shift, span.type, span.score, span.rule)
        words = _words(mask(text, rest), moved) or words
    lines = (f"{word} {score:+.1f}: {terms}" for word, score, terms in words)
    return f"{span.rule} from {least:+.2f}; {'; '.join(lines)}"


def _words(text: str, span: Span) -> list[tuple[str, float, str]]:
    """Return the words of a span: each as it is written, its score, and its biggest terms."""
    prepared, model = prepare(text), classifier()
    view = seen(prepared, structured(prepared))
    scores = model.scores(view)
    found = []
    for index, word in enumerate(view.words):
        [place] = prepared.restored([Span(word.start, word.end, span.type, 0.0)])
        if place.overlaps(span):
            terms = grouped(model.terms(view, index))[:MOST_TERMS]
            weighed = ", ".join(f"{name} {weight:+.1f}" for name, weight in terms)
            found.append((text[place.start : place.end], scores[index], weighed))
    return found
