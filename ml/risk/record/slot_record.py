"""What the slots' profiles are worth: rolled over past weeks, each judged on the weeks after what it learnt."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calanque.places.taxonomy import ALL_TYPES
from ml.hours import HEAPED_HOURS
from ml.intervals import Difference, paired_bootstrap
from ml.risk.config import RiskConfig
from ml.risk.model.cube import CountCube
from ml.risk.model.slots import (
    SLOTS,
    Profile,
    SlotEvents,
    SlotProfiles,
    learn_profiles,
    place_shares,
    slot_events,
)

Logs = dict[Profile, NDArray[np.float64]]


@dataclass(frozen=True)
class SlotRecord:
    """The log score of each profile given week, cell and type, nats per incident over equal shares.

    By type and for `ALL_TYPES`: `scores` by profile, `gains` of a profile over each coarser one, paired by week.
    `disbelieved` is the share of the incidents at midnight and at noon that count as of no known hour.
    """

    week_count: int
    incident_count: float
    scores: dict[str, dict[Profile, float]]
    gains: dict[str, dict[Profile, dict[Profile, Difference]]]
    disbelieved: dict[str, dict[int, float]]
    served: tuple[Profile, ...]

    def metrics(self) -> dict[str, float]:
        """Return the pooled figures flat, `slots.<profile>.log_score` and `slots.<profile>_minus_<profile>[.low|…]`."""
        flat = {f"slots.{name}.log_score": score for name, score in self.scores[ALL_TYPES].items()}
        for finer, rivals in self.gains[ALL_TYPES].items():
            for coarser, gain in rivals.items():
                key = f"slots.{finer}_minus_{coarser}"
                flat |= {key: gain.value, f"{key}.low": gain.low, f"{key}.high": gain.high, f"{key}.z": gain.z}
        return flat


def judge_slots(cube: CountCube, config: RiskConfig, weeks: tuple[int, ...]) -> SlotRecord:
    """Return the record over weeks of the cube; what is learnt is refreshed every `refit_weeks` weeks.

    Args:
        cube: with the hours of the incidents.
        config: the parameters.
        weeks: the weeks to judge, in order.
    """
    logs: dict[Profile, list[NDArray[np.float64]]] = {name: [] for name in Profile}
    known: list[NDArray[np.float64]] = []
    learnt_until, types = -1, len(cube.types)
    for week in weeks:
        if learnt_until < 0 or week - learnt_until >= config.challenger.refit_weeks:
            learnt_until, profiles = week, learn_profiles(cube, config.slots, week)
            places = place_shares(cube, profiles, config.slots, week)
        events = slot_events(cube, profiles.hour_weights, week, week + 1)
        known.append(_by_type(events, events.weight, types))
        for name, shares in _log_chances(events, profiles, places).items():
            logs[name].append(_by_type(events, events.weight * np.log(SLOTS * shares), types))
    return _record(cube, config, {name: np.array(rows) for name, rows in logs.items()}, np.array(known))


def _by_type(events: SlotEvents, values: NDArray[np.float64], types: int) -> NDArray[np.float64]:
    return np.bincount(events.kind, weights=values, minlength=types).astype(np.float64)


def _log_chances(events: SlotEvents, profiles: SlotProfiles, places: NDArray[np.float32]) -> Logs:
    """Return the share that each profile gave to the slot of each incident."""
    kind, slot = events.kind, events.slot
    return {
        Profile.FLAT: np.full(len(kind), 1 / SLOTS),
        Profile.ALL_TYPES: profiles.all_types[slot],
        Profile.TYPE: profiles.by_type[kind, slot],
        Profile.PLACE: places[kind, slot, events.cell].astype(np.float64),
    }


def _record(cube: CountCube, config: RiskConfig, logs: Logs, known: NDArray[np.float64]) -> SlotRecord:
    chosen = {ALL_TYPES: list(range(len(cube.types)))} | {name: [i] for i, name in enumerate(cube.types)}
    gains = {name: _gains(logs, known, config, kinds) for name, kinds in chosen.items()}
    weights = learn_profiles(cube, config.slots, cube.weeks).hour_weights
    return SlotRecord(
        week_count=len(known),
        incident_count=float(known.sum()),
        scores={name: _scores(logs, known, kinds) for name, kinds in chosen.items()},
        gains=gains,
        disbelieved={
            name: {hour: float(1 - row[hour]) for hour in HEAPED_HOURS}
            for name, row in zip(cube.types, weights, strict=True)
        },
        served=tuple(served_by(gains[name]) for name in cube.types),
    )


def _scores(logs: Logs, known: NDArray[np.float64], kinds: list[int]) -> dict[Profile, float]:
    total = known[:, kinds].sum()
    return {name: float(rows[:, kinds].sum() / total) if total > 0 else 0.0 for name, rows in logs.items()}


def _gains(
    logs: Logs, known: NDArray[np.float64], config: RiskConfig, kinds: list[int]
) -> dict[Profile, dict[Profile, Difference]]:
    by_week = {name: rows[:, kinds].sum(axis=1) for name, rows in logs.items()}
    order, incidents = list(Profile), known[:, kinds].sum(axis=1)
    return {
        finer: {
            coarser: paired_bootstrap(by_week[finer], by_week[coarser], incidents, config.backtest)
            for coarser in order[:position]
        }
        for position, finer in enumerate(order)
        if position
    }


def served_by(gains: dict[Profile, dict[Profile, Difference]]) -> Profile:
    """Return the finest profile whose gain over each coarser one lies above 0 with its interval; else all types'."""
    for name in (Profile.PLACE, Profile.TYPE):
        if all(gain.low > 0 for gain in gains[name].values()):
            return name
    return Profile.ALL_TYPES
