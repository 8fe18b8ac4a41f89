"""`silver.risk_judged_week`: the judged weeks of a territory's back-test, so that a training judges only new ones."""

import hashlib
import logging
from collections.abc import Sequence

import pandas as pd

from calanque.engines import spark
from calanque.runs import state
from calanque.settings import settings
from ml import marts
from ml.risk.config import RiskConfig
from ml.risk.model.cube import CountCube
from ml.risk.record.judged import JudgedWeek, fingerprints, from_bytes, to_bytes

log = logging.getLogger(__name__)
JUDGED = marts.WeekTable(
    "silver.risk_judged_week",
    "territory string, week_start_date date, procedure string, fingerprint string, judged binary",
    "How each method did in each week of the latest back-test, as ml/risk/record/judged.py writes it, with a hash of "
    "code and parameters and one of the incidents it rests on. One row per territory and week.",
)


def procedure(territory: str, config: RiskConfig) -> str:
    """Return a hash of what judges a week of a city: code, its file, library versions and parameters."""
    lock = state.code_hash(settings().root / "requirements.lock")
    return hashlib.sha256(f"{marts.code_version(territory)} {lock} {config.model_dump_json()}".encode()).hexdigest()


def kept_weeks(territory: str, config: RiskConfig, cube: CountCube, weeks: int) -> list[JudgedWeek]:
    """Return the first of the last `weeks` weeks that an earlier training judged by the same procedure and incidents.

    Args:
        territory: the territory.
        config: the parameters.
        cube: the incidents.
        weeks: weeks of the back-test.
    """
    if not spark.table_exists(JUDGED.name):
        return []
    found = spark.rows(
        f"select week_start_date, fingerprint, judged from {JUDGED.name} "
        f"where territory = '{territory}' and procedure = '{procedure(territory, config)}'"
    )
    stored = {row["week_start_date"]: (row["fingerprint"], bytes(row["judged"])) for row in found}
    kept: list[JudgedWeek] = []
    for week, fingerprint in enumerate(fingerprints(cube)[-weeks:], cube.weeks - weeks):
        held = stored.get(cube.day_of(week))
        if held is None or held[0] != fingerprint:
            break
        kept.append(from_bytes(held[1]))
    log.info("%d of %d weeks were judged before; %d are judged now.", len(kept), weeks, weeks - len(kept))
    return kept


def keep_weeks(territory: str, config: RiskConfig, cube: CountCube, judged: Sequence[JudgedWeek], run_id: str) -> None:
    """Keep the weeks of a back-test, the last ones of the cube, in the place of those of the one before."""
    first = cube.weeks - len(judged)
    frame = pd.DataFrame(
        {
            "territory": territory,
            "week_start_date": [cube.day_of(week) for week in range(first, cube.weeks)],
            "procedure": procedure(territory, config),
            "fingerprint": fingerprints(cube)[first:],
            "judged": [to_bytes(week) for week in judged],
        }
    )
    marts.write_rows([(JUDGED, frame)], f"territory = '{territory}'", "train", run_id)
