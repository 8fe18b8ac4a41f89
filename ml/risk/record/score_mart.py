"""`marts.fct_forecast_score`: how each week's forecast did, model beside baseline."""

import json
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calanque.places.taxonomy import ALL_TYPES
from ml.marts import WeekTable
from ml.risk.model.counts import COUNTS_VERSION
from ml.risk.model.published import AREA_SHARES, WeekScore, score_week
from ml.risk.record.train import BackTestWeeks


class Record(StrEnum):
    """Where a score comes from: a forecast read back from the mart, or the training's rolling weeks."""

    PUBLISHED = "published"
    BACK_TEST = "back_test"


class Method(StrEnum):
    """Which of the two figures of a forecast is scored."""

    MODEL = "model"
    BASELINE = "baseline"


HIT_RATES = tuple(f"hit_rate_{100 * share:.0f}pct" for share in AREA_SHARES)
# Name, type, and what analysts read, in English and French.
_COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("territory", "string", "City. / Ville."),
    ("type", "string", "Kind of incident, or all: every type together. / Type d'incident, ou all : tous ensemble."),
    ("week_start_date", "date", "Monday of the week that was forecast. / Lundi de la semaine prévue."),
    (
        "record",
        "string",
        "published: the forecast as it stood in fct_forecast; back_test: made afterwards by the training, each week "
        "from its own past. / published : la prévision telle que publiée ; back_test : refaite après coup à "
        "l'entraînement, chaque semaine d'après son seul passé.",
    ),
    (
        "method",
        "string",
        "model, or baseline: the best of the plain counts. / model, ou baseline : le meilleur comptage simple.",
    ),
    ("model_version", "string", "Version in the registry, or counts. / Version au registre, ou counts."),
    ("event_count", "int", "Incidents of the week. / Faits de la semaine."),
    *(
        (
            name,
            "double",
            f"Share of them in the {100 * share:.0f} % of the area ranked first, ties at their mean. / Part des faits "
            f"dans les {100 * share:.0f} % de surface classés en tête, ex æquo à leur moyenne.",
        )
        for name, share in zip(HIT_RATES, AREA_SHARES, strict=True)
    ),
    (
        "log_score",
        "double",
        "Nats an incident over a uniform map of the same total; higher is better. / Nats par fait de plus qu'une carte "
        "uniforme de même total ; plus haut est mieux.",
    ),
    (
        "coverage",
        "double",
        "Share of the cells whose count did not exceed upper_count; empty for a figure published without a bound. / "
        "Part des mailles dont le compte n'a pas dépassé upper_count ; vide pour un chiffre publié sans borne.",
    ),
    (
        "coverage_flagged",
        "double",
        "The same in the 5 % of the area ranked first. / La même dans les 5 % de la surface classés en tête.",
    ),
    ("scored_at", "timestamp", "When it was scored, UTC. / Instant du calcul, UTC."),
)
SCORE = WeekTable.described(
    "marts.fct_forecast_score",
    _COLUMNS,
    "How the forecasts did: each week's forecast against what happened, on the published grid, model and baseline. A "
    "published week is scored once, when the data cover it whole. "
    "One row per territory, type, week, record and method.",
)


def figures(score: WeekScore, types: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the figures of a week, pooled and by type, under the names of the mart's columns."""
    chosen = {ALL_TYPES: list(range(len(types))), **{name: [index] for index, name in enumerate(types)}}
    return [{"type": name, **_figures(score, kinds)} for name, kinds in chosen.items()]


def _figures(score: WeekScore, kinds: list[int]) -> dict[str, Any]:
    events = float(score.events[kinds].sum())
    hits, log = score.hits[kinds].sum(axis=0), float(score.log[kinds].sum())
    covered = None if score.covered is None else score.covered[kinds].mean(axis=0)
    return {
        "event_count": int(events),
        **{name: float(hit) / events if events else None for name, hit in zip(HIT_RATES, hits, strict=True)},
        "log_score": log / events if events else None,
        "coverage": None if covered is None else float(covered[0] / score.cells[0]),
        "coverage_flagged": None if covered is None else float(covered[1] / score.cells[1]),
    }


def week_rows(
    week_start_date: date, types: tuple[str, ...], scores: dict[Method, WeekScore], record: Record, version: str
) -> list[dict[str, Any]]:
    """Return the rows of one week, without territory and time."""
    stamp = {"week_start_date": week_start_date.isoformat(), "record": record.value, "model_version": version}
    return [
        {**stamp, "method": method.value, **row} for method, score in scores.items() for row in figures(score, types)
    ]


def back_test_rows(weeks: BackTestWeeks) -> list[dict[str, Any]]:
    """Return the rows of a training's rolling weeks; the version is that of the model they made, not known yet."""
    triples = zip(weeks.mondays, weeks.model, weeks.baseline, strict=True)
    return [
        row
        for monday, model, baseline in triples
        for row in week_rows(
            monday, weeks.types, {Method.MODEL: model, Method.BASELINE: baseline}, Record.BACK_TEST, ""
        )
    ]


def published_rows(forecast: pd.DataFrame) -> list[dict[str, Any]]:
    """Score one published week.

    Args:
        forecast: every row of one week of `fct_forecast` (cell_id, type, week_start_date, expected_count,
            baseline_count, upper_count, served, model_version) with `incident_count`, what then happened. Where
            counts were published for want of a model, the bound is theirs and there is no row of a model.
    """
    ordered = forecast.sort_values(["type", "cell_id"], kind="stable")
    types = tuple(ordered["type"].unique())

    def table(column: str) -> NDArray[np.float64]:
        return ordered[column].to_numpy(dtype=np.float64).reshape(len(types), -1)

    # Weeks published before the bound was one-sided have none.
    bound = None if ordered["upper_count"].isna().any() else table("upper_count").astype(np.int64)
    happened, version = table("incident_count"), str(ordered["model_version"].iloc[0])
    if version == COUNTS_VERSION:
        scores = {Method.BASELINE: score_week(table("baseline_count"), happened, bound)}
    else:
        scores = {
            Method.MODEL: score_week(table("expected_count"), happened, bound),
            Method.BASELINE: score_week(table("baseline_count"), happened, None),
        }
    return week_rows(ordered["week_start_date"].iloc[0], types, scores, Record.PUBLISHED, version)


def score_frame(rows: list[dict[str, Any]], territory: str, scored_at: datetime) -> pd.DataFrame:
    """Return rows as `fct_forecast_score` takes them."""
    frame = pd.DataFrame(rows, columns=[name for name in SCORE.columns if name not in {"territory", "scored_at"}])
    # Missing figures stay None: as NaN they would be numbers in SQL.
    frame = frame.astype(object).where(frame.notna(), None)
    frame["week_start_date"] = pd.to_datetime(frame["week_start_date"]).dt.date
    return frame.assign(territory=territory, scored_at=scored_at)[list(SCORE.columns)]


def from_text(text: str) -> list[dict[str, Any]]:
    """Return the rows of the JSON of a training's run; none of an older one that kept no record."""
    found: list[dict[str, Any]] = json.loads(text) if text else []
    return found
