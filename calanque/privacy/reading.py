"""What the pack finds in a text: values by patterns, cells by the heads of their columns, names by their words.

Neither a language model nor a network is asked. It is one recogniser of Presidio's (`calanque.privacy.presidio`).
"""

import re
from collections.abc import Sequence
from functools import partial

from calanque.privacy.columns import in_columns
from calanque.privacy.lexicon.odds import is_known_name
from calanque.privacy.mend import found_in_mended
from calanque.privacy.persons.attributes import View, view
from calanque.privacy.persons.classifier import ENTITY, classifier, names
from calanque.privacy.recognisers import STRUCTURED
from calanque.privacy.spans import Span, merge
from calanque.privacy.text import Prepared, prepare

_AGAIN = 6.0
_WORD, _ALONE = re.compile(r"[^\W\d_]{2,}"), re.compile(r"\s*[^\s;,|]+\s*")


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


def pack_spans(text: Prepared) -> list[Span]:
    """Return all that the pack finds in a text, overlaps included, in offsets of the text as its rules read it."""
    patterns = structured(text)
    words, model = seen(text, patterns), classifier()
    found = filter(partial(_is_meant, text), names(text, words, model.scores(words), threshold(text)))
    return [*patterns, *in_columns(text), *found]


def _is_meant(text: Prepared, span: Span) -> bool:
    """Say whether a name is one: the n of "n°" is none, and a word alone, as cells hold it, is one of a list's."""
    if text.folded[span.start : span.end] == "n" and text.folded[span.end : span.end + 1] == "°":
        return False
    return not _ALONE.fullmatch(text.original) or all(
        map(is_known_name, _WORD.findall(text.folded, span.start, span.end) or [""])
    )


def spans_of(text: str) -> list[Span]:
    """Return all that the pack finds in a text, overlaps included; offsets are code points of the given text."""
    prepared = prepare(text)
    return prepared.restored(pack_spans(prepared))
