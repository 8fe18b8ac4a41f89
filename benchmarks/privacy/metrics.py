"""What leaks and what is masked for nothing, with intervals whose units are documents.

An entity is *masked* when every letter and digit of it lies in predicted spans, of any type; it is *typed* when spans
of its own type alone do so. Leak is 1 - masked. A *neutral token* is a run of letters and digits that touches no gold
span; it is *over-masked* when a predicted span covers any of it. A *clean* document leaks none of its entities;
documents without an entity have no part in that share.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from corpus import UNSTRUCTURED, Document, Entity
from scipy.stats import binomtest

RESAMPLES = 2000
SEED = 20241124
CONFIDENCE = 0.95
_TOKEN = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")


@dataclass(frozen=True, slots=True)
class Prediction:
    """A span that a redactor masks: code points of the original text, `end` excluded."""

    start: int
    end: int
    type: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one entity; `kept` is what a reader can still read of it."""

    entity: Entity
    is_masked: bool
    is_typed: bool
    kept: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of one document; `over` are the neutral tokens that were covered, as offsets."""

    document: Document
    outcomes: tuple[Outcome, ...]
    neutral_count: int
    over: tuple[tuple[int, int], ...]
    predicted_count: int
    stray_count: int

    @property
    def is_clean(self) -> bool:
        """Whether no entity leaks."""
        return all(outcome.is_masked for outcome in self.outcomes)


@dataclass(frozen=True, slots=True)
class Share:
    """A share of `total` units with its 95 % interval; `value` is NaN when there is nothing to judge."""

    value: float
    low: float
    high: float
    total: int


def judge(document: Document, predictions: Sequence[Prediction]) -> Judgement:
    """Compare what should be masked with what is."""
    covered = _cover(document.text, ((p.start, p.end) for p in predictions))
    outcomes = tuple(_outcome(document.text, entity, covered, predictions) for entity in document.entities)
    gold = _cover(document.text, ((s.start, s.end) for s in document.spans))
    tokens = [m.span() for m in _TOKEN.finditer(document.text)]
    neutral = [(start, end) for start, end in tokens if not any(gold[start:end])]
    return Judgement(
        document,
        outcomes,
        len(neutral),
        tuple((start, end) for start, end in neutral if any(covered[start:end])),
        len(predictions),
        sum(not any(gold[p.start : p.end]) for p in predictions),
    )


def _cover(text: str, spans: Iterable[tuple[int, int]]) -> bytearray:
    covered = bytearray(len(text))
    for start, end in spans:
        covered[start:end] = b"\1" * (min(end, len(text)) - start)
    return covered


def _outcome(text: str, entity: Entity, covered: bytearray, predictions: Sequence[Prediction]) -> Outcome:
    typed = _cover(text, ((p.start, p.end) for p in predictions if p.type == entity.type))
    left = [i for i in range(entity.start, entity.end) if text[i].isalnum() and not covered[i]]
    is_typed = all(typed[i] for i in range(entity.start, entity.end) if text[i].isalnum())
    kept = "".join(text[i] if not covered[i] else "█" for i in range(entity.start, entity.end))
    return Outcome(entity, not left, is_typed, kept if left else "")


def ratio(hits: Sequence[int], totals: Sequence[int]) -> Share:
    """Return a ratio of sums over documents, with a bootstrap of documents.

    Where every unit agrees a bootstrap cannot say anything: the interval is then Wilson's, documents as units.
    """
    hit, total = np.asarray(hits, dtype=float), np.asarray(totals, dtype=float)
    hit, total = hit[total > 0], total[total > 0]
    if not len(total):
        return Share(float("nan"), float("nan"), float("nan"), 0)
    value = float(hit.sum() / total.sum())
    if value in (0.0, 1.0):
        return _wilson(round(value) * len(total), len(total), int(total.sum()))
    picks = np.random.default_rng(SEED).multinomial(len(total), np.full(len(total), 1 / len(total)), size=RESAMPLES)
    shares = (picks @ hit) / (picks @ total)
    low, high = np.quantile(shares, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Share(value, float(low), float(high), int(total.sum()))


def _wilson(hits: int, documents: int, total: int) -> Share:
    interval = binomtest(hits, documents).proportion_ci(CONFIDENCE, method="wilson")
    return Share(hits / documents, float(interval.low), float(interval.high), total)


Pick = Callable[[Entity], bool]


def is_structured(entity: Entity) -> bool:
    """Whether the entity has a format of its own."""
    return entity.type not in UNSTRUCTURED


def masked(judgements: Sequence[Judgement], pick: Pick = lambda _: True) -> Share:
    """Return the share of entities that are masked, among those picked."""
    return _entities(judgements, pick, lambda outcome: outcome.is_masked)


def leak(judgements: Sequence[Judgement], pick: Pick = lambda _: True) -> Share:
    """Return 1 - masked."""
    return _entities(judgements, pick, lambda outcome: not outcome.is_masked)


def leak_by_template(judgements: Sequence[Judgement]) -> Share:
    """Return the leak with templates (or files) as units: how it may move on wordings that are not among them."""
    hits, totals = Counter[str](), Counter[str]()
    for judgement in judgements:
        hits[judgement.document.source] += sum(not outcome.is_masked for outcome in judgement.outcomes)
        totals[judgement.document.source] += len(judgement.outcomes)
    return ratio([hits[source] for source in totals], list(totals.values()))


def typed(judgements: Sequence[Judgement], pick: Pick = lambda _: True) -> Share:
    """Return the share of entities covered by spans of their own type."""
    return _entities(judgements, pick, lambda outcome: outcome.is_typed)


def _entities(judgements: Sequence[Judgement], pick: Pick, is_hit: Callable[[Outcome], bool]) -> Share:
    picked = [[o for o in j.outcomes if pick(o.entity)] for j in judgements]
    return ratio([sum(map(is_hit, outcomes)) for outcomes in picked], [len(outcomes) for outcomes in picked])


def over_mask(judgements: Sequence[Judgement]) -> Share:
    """Return the share of neutral tokens that are covered."""
    return ratio([len(j.over) for j in judgements], [j.neutral_count for j in judgements])


def stray(judgements: Sequence[Judgement]) -> Share:
    """Return the share of predicted spans that touch no gold span."""
    return ratio([j.stray_count for j in judgements], [j.predicted_count for j in judgements])


def clean(judgements: Sequence[Judgement]) -> Share:
    """Return the share of documents that leak nothing, among those that hold an entity."""
    return _documents([j.is_clean for j in judgements if j.outcomes])


def touched(judgements: Sequence[Judgement]) -> Share:
    """Return the share of documents in which anything is masked, among those that hold no personal value."""
    return _documents([j.predicted_count > 0 for j in judgements if not j.document.spans])


def _documents(hits: Sequence[bool]) -> Share:
    if not hits:
        return Share(float("nan"), float("nan"), float("nan"), 0)
    return _wilson(sum(hits), len(hits), len(hits))


def gap(shares: Iterable[Share]) -> float:
    """Return the distance between the best and the worst share, in points."""
    values = [share.value for share in shares if share.total]
    return 100 * (max(values) - min(values)) if values else float("nan")
