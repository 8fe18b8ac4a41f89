"""`calanque train-persons`: make the weights anew, judge them by authors they have not read, and keep the run."""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from calanque.engines import tracking
from calanque.errors import CalanqueError
from calanque.privacy.persons.classifier import WEIGHTS
from calanque.privacy.recognisers import PACK_VERSION
from ml.persons.copies import masked, misread, pieces, recased, swapped
from ml.persons.texts import Marked, generated, sentences, written
from ml.persons.train import Figures, Read, Rows, fit, judge, read, rows_of, scores_of, weights_text

log = logging.getLogger(__name__)
MODEL = "persons"
JUDGED = {"written": "as written", "capitals": "in capitals", "small": "in lower case"}
"""Sets that the ten-fold judges, of the same texts."""
THRESHOLDS = (-2.0, -2.25, -2.5, -2.6, -2.7, -2.8, -2.9, -3.0, -3.1, -3.2, -3.3, -3.5)
MOST_LEAK = 0.0125
"""The threshold is the highest that leaves no more of the persons of `written`, by the ten-fold."""
TOLD = (
    "Weights of calanque.privacy.persons, in natural logarithms of odds: one attribute a line, sorted.",
    "Made by `calanque train-persons` from marked texts of this repository; the same texts give the same weights.",
)


class Trained(NamedTuple):
    """Weights, the threshold, and the figures of each judged set by threshold; no figures without the ten-fold."""

    weights: dict[str, float]
    threshold: float
    figures: dict[str, dict[float, Figures]]


def learning_sets() -> Iterator[tuple[str, list[Marked]]]:
    """Yield the sets that the classifier learns from, by name, in a fixed order."""
    own, lines = written(), sentences()
    yield "written", own
    yield "capitals", [recased(document, True) for document in own]
    yield "small", [recased(document, False) for document in own]
    yield "written, other names", _swapped(own, "other")
    yield "written, other names, misread", [misread(d, str(i)) for i, d in enumerate(_swapped(own, "misread"))]
    yield "written, names masked", [masked(d, str(i)) for i, d in enumerate(own)]
    yield "written, in pieces", [piece for i, d in enumerate(own) for piece in pieces(d, str(i))]
    yield "generated", list(generated())
    yield "sentences", lines
    yield "sentences, in capitals", [recased(document, True) for document in lines]
    yield "sentences, in lower case", [recased(document, False) for document in lines]
    yield "sentences, other names", [*_swapped(lines, "one"), *_swapped(lines, "two")]
    yield "sentences, names masked", [masked(d, str(i)) for i, d in enumerate(lines)]


def _swapped(documents: Sequence[Marked], name: str) -> list[Marked]:
    return [swapped(document, f"{name}/{index}") for index, document in enumerate(documents)]


def train(
    sets: dict[str, list[Marked]], threshold: float | None = None, say: Callable[[str], None] = log.info
) -> Trained:
    """Learn weights from sets of texts.

    Args:
        sets: by name; those of `JUDGED` are judged by the ten-fold.
        threshold: left as it is, without the ten-fold; None: chosen by it.
        say: told what is done.
    """
    reads = {name: [read(document) for document in documents] for name, documents in sets.items()}
    rows = rows_of(one for texts in reads.values() for one in texts)
    say(f"{rows.matrix.shape[0]} words of {len(rows.texts)} texts, {rows.matrix.shape[1]} attributes.")
    figures = {} if threshold is not None else _ten_fold(reads, rows, say)
    chosen = threshold if threshold is not None else _chosen(figures["written"])
    return Trained(fit(rows, np.ones(len(rows.is_name), bool)), chosen, figures)


def _ten_fold(reads: dict[str, list[Read]], rows: Rows, say: Callable[[str], None]) -> dict[str, dict[float, Figures]]:
    """Judge each series of `written` by weights that learnt from the nine others and from the other sets."""
    scores = np.zeros(len(rows.is_name))
    for series in sorted(set(rows.series[rows.series > 0].tolist())):
        mine = rows.series == series
        scores[mine] = scores_of(rows, fit(rows, ~mine), mine)
        say(f"Series {series} is judged by weights that have not read it.")
    places, begin = dict[str, list[list[float]]](), 0
    for name, texts in reads.items():
        bounds = rows.texts[begin : begin + len(texts)]
        places[name] = [scores[low:high].tolist() for low, high in bounds] if name in JUDGED else []
        begin += len(texts)
    return {
        name: {threshold: judge(reads[name], places[name], threshold) for threshold in THRESHOLDS} for name in JUDGED
    }


def _chosen(figures: dict[float, Figures]) -> float:
    fine = [threshold for threshold, figure in figures.items() if figure.leak <= MOST_LEAK]
    return max(fine, default=min(THRESHOLDS))


def train_persons(path: Path = WEIGHTS, say: Callable[[str], None] = log.info) -> str:
    """Make the weights, write them, and keep the run in MLflow where it runs.

    Returns:
        The card: what the weights learnt from, and the figures of the ten-fold.
    """
    sets = dict(learning_sets())
    trained = train(sets, say=say)
    text = weights_text(trained.weights, trained.threshold, TOLD)
    path.write_text(text, encoding="utf-8")
    text = card(trained, {name: len(documents) for name, documents in sets.items()})
    try:
        logged = tracking.log_run(_record(trained, text))
        say(f"Kept in MLflow: {tracking.run_page(logged.run_id)}")
    except CalanqueError as error:
        say(f"Not kept in MLflow: {error}")
    return text


def card(trained: Trained, counts: dict[str, int]) -> str:
    """Return the card of a training, as Markdown."""
    lines = [
        "# Names of persons: a logistic regression on attributes of words",
        "",
        f"Pack {PACK_VERSION}, {len(trained.weights)} weights; a word is a name from {trained.threshold:+.2f} on."
        " It finds names in French texts to mask them, and decides nothing about anybody. Every text it learnt from is"
        " synthetic. Where it is weak stands in benchmarks/privacy/README.md.",
        "",
        "| learnt from | texts |",
        "| --- | --- |",
        *(f"| {name} | {count} |" for name, count in counts.items()),
        "",
        "Ten-fold by series of authors of `written`, persons only, one reading:",
        "",
        "| set | threshold | leak | over-mask |",
        "| --- | --- | --- | --- |",
    ]
    for name, figures in trained.figures.items():
        for threshold, one in figures.items():
            mark = " (chosen)" if threshold == trained.threshold else ""
            lines.append(f"| {JUDGED[name]} | {threshold:+.2f}{mark} | {one.leak:.2%} | {one.over_mask:.2%} |")
    return "\n".join(lines) + "\n"


def _record(trained: Trained, text: str) -> tracking.RunRecord:
    chosen = {name: figures[trained.threshold] for name, figures in trained.figures.items()}
    metrics = {f"leak.{name}": one.leak for name, one in chosen.items()}
    metrics |= {f"over_mask.{name}": one.over_mask for name, one in chosen.items()}
    return tracking.RunRecord(
        experiment=MODEL,
        run_name=f"persons {PACK_VERSION}",
        registered_name=MODEL,
        model_json=json.dumps({"threshold": trained.threshold, "weights": trained.weights}, sort_keys=True),
        params={"threshold": f"{trained.threshold:g}", "weights": str(len(trained.weights))},
        metrics=metrics,
        tags={"pack": PACK_VERSION},
        texts={"card.md": text},
        about=text,
    )
