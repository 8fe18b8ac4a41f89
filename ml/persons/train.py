"""Train the classifier of names: one row a word, one column an attribute, and the ten-fold by series of authors."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from calanque.privacy.columns import in_columns
from calanque.privacy.persons.attributes import View, attributes
from calanque.privacy.persons.classifier import THRESHOLD, names
from calanque.privacy.reading import seen, structured
from calanque.privacy.spans import Span
from calanque.privacy.text import Prepared, prepare
from ml.persons.texts import PERSON, Marked

_WORD = re.compile(r"[^\W_]+")
FEWEST, LEAST_WEIGHT = 4, 0.08
"""An attribute of fewer words, or of a smaller weight, is left out."""
_INVERSE_REGULARISATION, _MOST_ITERATIONS, _TOLERANCE = 0.15, 150, 1e-4


class Read(NamedTuple):
    """A marked text as the classifier sees it; `others` are the values that other recognisers find in it."""

    document: Marked
    text: Prepared
    seen: View
    others: list[Span]


@dataclass(frozen=True, eq=False)
class Rows:
    """Words of texts: the attributes of each, whether it is a name, and the series of its text.

    Attributes:
        matrix: words x attributes, ones.
        is_name: of each word.
        is_judged: of each word; one of a value of another kind, or that may be masked or not, teaches nothing.
        series: of each word.
        weight: of each word.
        columns: the attributes.
        texts: where the words of each text begin and end.
    """

    matrix: csr_matrix
    is_name: NDArray[np.bool_]
    is_judged: NDArray[np.bool_]
    series: NDArray[np.int8]
    weight: NDArray[np.int8]
    columns: list[str]
    texts: list[tuple[int, int]]


def read(document: Marked) -> Read:
    """Return a marked text as the engine reads it."""
    text = prepare(document.text)
    patterns = structured(text)
    return Read(document, text, seen(text, patterns), [*patterns, *in_columns(text)])


def rows_of(texts: Iterable[Read]) -> Rows:
    """Return the words of texts with their attributes; columns in the order of their first word, no rare ones."""
    columns: dict[str, int] = {}
    places, ends, texts_at = array("i"), array("q", [0]), list[tuple[int, int]]()
    is_name, is_judged, series, weight = array("b"), array("b"), array("b"), array("b")
    for one in texts:
        begin = len(is_name)
        for index, (start, end) in enumerate(_given(one)):
            places.extend(columns.setdefault(found, len(columns)) for found in attributes(one.seen, index))
            ends.append(len(places))
            types = {entity for low, high, entity in one.document.values if low < end and start < high}
            is_name.append(PERSON in types)
            is_judged.append(types <= {PERSON})
            series.append(one.document.series)
            weight.append(one.document.weight)
        texts_at.append((begin, len(is_name)))
    matrix = _matrix(places, ends, len(columns))
    frequent = np.flatnonzero(np.asarray(matrix.sum(axis=0)).ravel() >= FEWEST)
    names_of = list(columns)
    return Rows(
        matrix[:, frequent],
        np.frombuffer(is_name, np.int8).astype(bool),
        np.frombuffer(is_judged, np.int8).astype(bool),
        np.frombuffer(series, np.int8),
        np.frombuffer(weight, np.int8),
        [names_of[column] for column in frequent],
        texts_at,
    )


def _given(one: Read) -> Iterable[tuple[int, int]]:
    """Return where the words stand in the text as it was given."""
    origins = one.text.origins
    for word in one.seen.words:
        yield (word.start, word.end) if origins is None else (origins[word.start], origins[word.end])


def _matrix(places: array[int], ends: array[int], width: int) -> csr_matrix:
    ones = np.ones(len(places), np.float32)
    index = np.frombuffer(places, np.int32), np.frombuffer(ends, np.int64)
    return csr_matrix((ones, *index), shape=(len(ends) - 1, width))


def fit(rows: Rows, kept: NDArray[np.bool_]) -> dict[str, float]:
    """Return the weight of each attribute by the kept words, rounded, small ones left out."""
    from sklearn.linear_model import LogisticRegression

    chosen = kept & rows.is_judged
    model = LogisticRegression(C=_INVERSE_REGULARISATION, max_iter=_MOST_ITERATIONS, tol=_TOLERANCE)
    model.fit(rows.matrix[chosen], rows.is_name[chosen], sample_weight=rows.weight[chosen].astype(np.float64))
    weights = dict(zip(rows.columns, map(float, model.coef_[0]), strict=True))
    weights["bias"] = weights.get("bias", 0.0) + float(model.intercept_[0])
    return {name: round(weight, 2) for name, weight in weights.items() if abs(weight) >= LEAST_WEIGHT}


def scores_of(rows: Rows, weights: dict[str, float], kept: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the scores of the kept words by weights."""
    column = np.array([weights.get(name, 0.0) for name in rows.columns])
    return np.asarray(rows.matrix[kept] @ column, dtype=np.float64)


class Figures(NamedTuple):
    """Persons of texts that leak, and neutral words that are masked, each with what it is a share of."""

    leaked: int
    persons: int
    masked: int
    neutral: int

    @property
    def leak(self) -> float:
        """Share of persons with a letter or digit that stays readable."""
        return self.leaked / max(self.persons, 1)

    @property
    def over_mask(self) -> float:
        """Share of the words of no value that are masked, even in part."""
        return self.masked / max(self.neutral, 1)


def judge(texts: Sequence[Read], scores: Sequence[Sequence[float]], threshold: float) -> Figures:
    """Return what a threshold leaves and takes, by the definitions of `benchmarks/privacy`."""
    total = [0, 0, 0, 0]
    for one, own in zip(texts, scores, strict=True):
        covered = bytearray(len(one.document.text))
        for span in one.text.restored([*names(one.text, one.seen, own, threshold), *one.others]):
            covered[span.start : span.end] = b"\1" * (span.end - span.start)
        for position, value in enumerate(_judged(one.document, covered)):
            total[position] += value
    return Figures(*total)


def _judged(document: Marked, covered: bytearray) -> Figures:
    text, gold = document.text, bytearray(len(document.text))
    leaked = persons = masked = neutral = 0
    for start, end, entity in document.values:
        gold[start:end] = b"\1" * (end - start)
        if entity == PERSON:
            persons += 1
            leaked += any(text[i].isalnum() and not covered[i] for i in range(start, end))
    for word in _WORD.finditer(text):
        if not any(gold[word.start() : word.end()]):
            neutral += 1
            masked += any(covered[word.start() : word.end()])
    return Figures(leaked, persons, masked, neutral)


def weights_text(weights: dict[str, float], threshold: float, comments: Sequence[str]) -> str:
    """Return the file of the weights: comments, then one attribute a line, sorted."""
    lines = [f"# {line}" for line in comments]
    lines += (f"{name}\t{weight:g}" for name, weight in sorted((weights | {THRESHOLD: threshold}).items()))
    return "\n".join(lines) + "\n"
