"""The rows of `marts.fct_input_drift`, and the page that shows them."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

import pandas as pd

from ml.drift.compare import compare
from ml.drift.inputs import watched_inputs
from ml.drift.sentences import finding_en, finding_fr, named
from ml.marts import WeekTable

# Name, type, and what analysts read, in English and French.
_COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("territory", "string", "City. / Ville."),
    ("type", "string", "Kind of incident, or all: every type. / Type d'incident, ou all : tous."),
    ("week_start_date", "date", "Monday after the eight weeks. / Lundi qui suit les huit semaines."),
    ("input", "string", "What is compared. / Ce qui est comparé."),
    ("incident_count", "int", "Incidents of the eight weeks. / Faits des huit semaines."),
    ("part", "string", "Part of the input that moved most. / Modalité qui a le plus bougé."),
    ("observed", "double", "Incidents a week, or share of the part. / Faits par semaine, ou part de la modalité."),
    ("expected", "double", "The same by the two years before. / La même d'après les deux années précédentes."),
    ("distance", "double", "Between the two; empty if too few. / Entre les deux ; vide si trop peu de faits."),
    ("threshold", "double", "Distance beyond which it is drift. / Distance au-delà de laquelle il y a dérive."),
    ("has_drifted", "boolean", "Whether it is. / S'il y a dérive."),
    ("finding_en", "string", "What moved and what to do, in English. / Le constat, en anglais."),
    ("finding_fr", "string", "The same in French. / Le constat et quoi faire, en français."),
    ("compared_at", "timestamp", "When it was compared, UTC. / Instant de la comparaison, UTC."),
)
INPUT_DRIFT = WeekTable.described(
    "marts.fct_input_drift",
    _COLUMNS,
    "Whether the inputs of the forecast have moved: the last eight weeks against the two years before. "
    "One row per territory, type, week and input.",
)


@dataclass(frozen=True, eq=False)
class InputDrift:
    """The rows of one week, by type and input; without any where the history is too short to judge."""

    territory: str
    first_day: date
    rows: pd.DataFrame

    @property
    def drifted(self) -> list[str]:
        """Type and input of what has drifted."""
        return [" ".join(pair) for pair in self._drifted]

    @property
    def _drifted(self) -> list[tuple[str, str]]:
        found = self.rows[self.rows["has_drifted"].astype(bool)]
        return list(zip(found["type"], found["input"], strict=True))

    @property
    def sentences(self) -> tuple[str, str]:
        """What has drifted, for the reason of a decision, in English and in French; empty when nothing has."""
        if not self._drifted:
            return "", ""
        english, french = (", ".join(names) for names in zip(*(named(*pair) for pair in self._drifted), strict=True))
        where = "(marts.fct_input_drift)."
        return f" Inputs have drifted: {english} {where}", f" Des données d’entrée ont dérivé : {french} {where}"


def input_drift(territory: str, incidents: pd.DataFrame, compared_at: datetime) -> InputDrift:
    """Compare the last eight weeks of every input with the two years before.

    Args:
        territory: name of the territory.
        incidents: as `watched_inputs` takes them.
        compared_at: written on every row, UTC.

    Raises:
        CalanqueError: if there is no incident.
    """
    watched = watched_inputs(incidents)
    rows = [
        asdict(found) | {"finding_en": finding_en(found), "finding_fr": finding_fr(found)}
        for found in compare(watched.inputs)
    ]
    frame = pd.DataFrame(rows).rename(columns={"count": "incident_count"})
    frame = frame.assign(territory=territory, week_start_date=watched.first_day, compared_at=compared_at)
    return InputDrift(territory, watched.first_day, frame.reindex(columns=list(INPUT_DRIFT.columns)))


def drift_html(drift: InputDrift) -> str:
    """Return the page: what has drifted first, a line per type and input in both languages."""
    title = f"Input drift: {drift.territory}, eight weeks before {drift.first_day.isoformat()}"
    shown = drift.rows.sort_values("has_drifted", ascending=False, kind="stable")
    columns = ["has_drifted", "type", "input", "finding_en", "finding_fr"]
    figures = ["part", "observed", "expected", "distance", "threshold"]
    table = shown[[*columns, *figures]].to_html(index=False, float_format="{:.3f}".format, na_rep="–", border=0)
    said = f"{len(drift.drifted)} of {len(shown)} inputs have drifted. / {len(drift.drifted)} entrées ont dérivé."
    style = (
        "body{font:14px sans-serif;margin:1em}h1{font-size:1.4em}"
        "td,th{padding:.3em;text-align:left;vertical-align:top;border-bottom:1px solid #ccc}"
        # The sentences are what is read; figures stand beside them.
        "td:nth-child(4),td:nth-child(5){min-width:17em}"
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{style}</style>'
        f"</head>\n<body><h1>{title}</h1>\n<p>{said}</p>\n{table}\n</body></html>\n"
    )
