"""What one reading finds in a text: values by patterns, cells by the heads of their columns, names by their words.

Neither a language model nor a network is asked; Presidio is not needed (see `calanque.privacy.presidio`).
"""

import gc
from collections import defaultdict
from collections.abc import Sequence
from functools import cache

from calanque.privacy.budget import Budget, OverBudgetError
from calanque.privacy.columns import in_columns
from calanque.privacy.lexicon.shape import name_shape
from calanque.privacy.mend import found_in_mended
from calanque.privacy.persons.attributes import View, view
from calanque.privacy.persons.classifier import ENTITY, classifier, names
from calanque.privacy.recognisers import STRUCTURED
from calanque.privacy.spans import MASK_SCORE, Span, merge
from calanque.privacy.text import Prepared, prepare

_AGAIN = 6.0
_STRETCH = 64
"""Characters of a text whose spans are compared with each other."""


def structured(text: Prepared) -> list[Span]:
    """Return the values that patterns find, overlaps included: all types but names."""
    return found_in_mended(STRUCTURED, text)


def seen(text: Prepared, patterns: Sequence[Span]) -> View:
    """Return the words that may be names: outside other values, and outside the placeholders of an earlier reading."""
    return view(text, merge([*patterns, *text.blanks]))


def threshold(text: Prepared) -> float:
    """Return the score from which a word is a name: more in a text whose names were masked already.

    What is left of it stands beside placeholders, without the names that told what it was: by the same measure each
    reading would take a little more.
    """
    return classifier().threshold + (_AGAIN if any(blank.type == ENTITY for blank in text.blanks) else 0.0)


def spans_of(text: str) -> list[Span]:
    """Return all that one reading finds in a text, overlaps included; offsets are code points of the given text."""
    prepared = prepare(text)
    patterns = structured(prepared)
    words, model = seen(prepared, patterns), classifier()
    found = names(prepared, words, model.scores(words), threshold(prepared))
    return prepared.restored([*patterns, *in_columns(prepared), *found])


def analyze_batch(texts: Sequence[str], budgets: Sequence[Budget]) -> list[list[Span] | None]:
    """Return the spans of each text, overlaps included, sorted; offsets are code points of the given text.

    Args:
        texts: any number.
        budgets: what each of them is read within.

    Returns:
        None of a text that went over its budget.
    """
    _warm()
    return [_within(budget, text) for text, budget in zip(texts, budgets, strict=True)]


def _within(budget: Budget, text: str) -> list[Span] | None:
    try:
        with budget.spending():
            return best(spans_of(text))
    except OverBudgetError:
        return None


@cache
def _warm() -> None:
    """Read the word lists and the weights, once a process and at no text's cost."""
    name_shape("calanque")
    spans_of("M. Dupont, 06 39 98 12 34")
    # They live as long as the process: the collector need not walk them again and again, nor all else that is loaded.
    gc.freeze()


def best(spans: Sequence[Span]) -> list[Span]:
    """Return the spans that are masked, without those that lie in one of their own type with a better score."""
    kept: list[Span] = []
    covering: defaultdict[tuple[str, int], list[Span]] = defaultdict(list)
    for span in sorted(spans, key=lambda s: (-s.score, s.start, -s.end)):
        first, last = span.start // _STRETCH, span.end // _STRETCH
        is_held = any(k.start <= span.start and span.end <= k.end for k in covering[span.type, first])
        if span.score >= MASK_SCORE and not is_held:
            kept.append(span)
            for stretch in range(first, last + 1):
                covering[span.type, stretch].append(span)
    return sorted(kept)
