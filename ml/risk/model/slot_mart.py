"""`marts.fct_forecast_slot`: the week of the flagged cells shared out over its slots."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.marts import WeekTable
from ml.risk.model.counts import Publishes
from ml.risk.model.cube import CountCube
from ml.risk.model.metrics import any_probability, at_most, top_cell_count
from ml.risk.model.score import Served
from ml.risk.model.slots import SLOT_HOURS, SLOTS, SLOTS_A_DAY, Profile, place_shares

_COMMENT = (
    "Expected incidents of next week by slot of six hours, in the cells flagged for their type (5 % of the area) only. "
    "Incidents attendus la semaine prochaine par tranche de six heures, dans les seules mailles signalées pour leur "
    "type (5 % de la surface). One row per cell, type and slot."
)
# Name, type, and what analysts read, in English and French.
_COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("territory", "string", "City of the cell. / Ville de la maille."),
    ("cell_id", "string", "Cell of the published grid. / Maille de la grille publiée."),
    ("type", "string", "Kind of incident. / Type d'incident."),
    ("week_start_date", "date", "Monday of the week. / Lundi de la semaine."),
    ("slot_date", "date", "Local date of the slot. / Date locale de la tranche."),
    ("slot_start_hour", "int", "Local hour it starts at: 0, 6, 12, 18. / Heure locale de début : 0, 6, 12, 18."),
    ("expected_count", "double", "Expected incidents in the slot. / Incidents attendus dans la tranche."),
    ("upper_count", "int", "At most so many, nine times in ten. / Au plus ce nombre, neuf fois sur dix."),
    ("p_at_least_one", "double", "Probability of one incident or more. / Probabilité d'au moins un fait."),
    (
        "baseline_count",
        "double",
        "The week's baseline by the profile of all types. / Comptage de la semaine selon le profil de tous les types.",
    ),
    ("slot_profile", "string", "What tells the hours: place, type or all_types. / Ce qui donne les heures."),
    ("served", "string", "Figure to show, model or baseline. / Chiffre à montrer, modèle ou comptage."),
    ("model_name", "string", "Model. / Modèle."),
    ("model_version", "string", "Its version in the registry. / Sa version au registre."),
    ("forecast_at", "timestamp", "When it was computed, UTC. / Instant du calcul, UTC."),
)
SLOT = WeekTable.described("marts.fct_forecast_slot", _COLUMNS, _COMMENT, renewed={"upper_count": "lower_count"})
_FLAGGED_RANKS = {Served.MODEL: "rank_model", Served.BASELINE: "rank_baseline"}


def shares_served(cube: CountCube, model: Publishes) -> NDArray[np.float32]:
    """Return the share of each slot that the model serves next week, types x slots x published cells."""
    profiles = model.slots.profiles
    shares = place_shares(cube, profiles, model.config.slots, cube.weeks)
    for kind, profile in enumerate(model.slots.served):
        if profile is not Profile.PLACE:
            plain = profiles.by_type[kind] if profile is Profile.TYPE else profiles.all_types
            shares[kind] = plain[:, None]
    return shares


def slot_rows(cube: CountCube, model: Publishes, published: pd.DataFrame) -> pd.DataFrame:
    """Return the slots of the flagged cells, columns of `SLOT`; their sum is the week's expected count.

    Args:
        cube: what the forecast was made of.
        model: what made the forecast, with its profiles.
        published: rows of the published grid, types x cells in the grid's order, as `forecast` returns them.
    """
    cells = len(published) // len(cube.types)
    top = top_cell_count(cells, model.config.backtest.area_shares[-1])
    rank = published[_FLAGGED_RANKS[Served(published["served"].iloc[0])]].to_numpy()
    flagged = np.flatnonzero(rank <= top)
    kind, cell = np.divmod(flagged, cells)
    shares = shares_served(cube, model)[kind, :, cell].astype(np.float64)
    shares /= shares.sum(axis=1, keepdims=True)
    rows = published.iloc[np.repeat(flagged, SLOTS)].reset_index(drop=True)
    slot = np.tile(np.arange(SLOTS), len(flagged))
    mean = rows["expected_count"].to_numpy() * shares.ravel()
    high, any_one = _chances(mean, np.repeat(kind, SLOTS), model)
    values = {
        "slot_date": cube.day_of(cube.weeks) + pd.to_timedelta(slot // SLOTS_A_DAY, unit="D").to_pytimedelta(),
        "slot_start_hour": (slot % SLOTS_A_DAY * SLOT_HOURS).astype(np.int32),
        "expected_count": mean,
        "upper_count": high,
        "p_at_least_one": any_one,
        "baseline_count": rows["baseline_count"].to_numpy() * model.slots.profiles.all_types[slot],
        "slot_profile": np.array([str(name) for name in model.slots.served], dtype=object)[np.repeat(kind, SLOTS)],
    }
    return rows.assign(**values)[list(SLOT.columns)]


def _chances(
    mean: NDArray[np.float64], kind: NDArray[np.intp], model: Publishes
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    high, any_one = np.zeros(len(mean), dtype=np.int32), np.zeros(len(mean))
    for index, dispersion in enumerate(model.published_dispersion):
        some = kind == index
        high[some] = at_most(mean[some], dispersion, model.config.bound_probability)
        any_one[some] = any_probability(mean[some], dispersion)
    return high, any_one
