"""Who serves: the one place that moves aliases, and the table that says why."""

import logging
from datetime import UTC, datetime
from enum import StrEnum

import pandas as pd

from calanque.engines import spark, tracking
from ml.marts import WeekTable, make_table
from ml.risk.record.reason import Reason

log = logging.getLogger(__name__)
PROMOTIONS = WeekTable.described(
    "marts.fct_model_promotion",
    (
        ("territory", "string", "City."),
        ("model_name", "string", "Name of the model in MLflow's registry."),
        ("model_version", "string", "Version that was decided on."),
        ("decision", "string", "What became of it: promoted, refused or retired."),
        ("reason", "string", "The figures that decided, in one sentence."),
        ("reason_fr", "string", "The same in French. / Les chiffres qui ont décidé, en une phrase."),
        ("run_id", "string", "Run that decided."),
        ("decided_at", "timestamp", "When, UTC."),
    ),
    "Which version of a model serves, since when and why. One row per decision.",
)


class Decision(StrEnum):
    """What became of a version."""

    PROMOTED = "promoted"
    REFUSED = "refused"
    RETIRED = "retired"


def decide(territory: str, name: str, version: str, decision: Decision, reason: Reason, run_id: str) -> str | None:
    """Move the aliases of a model as decided, write the row that says why, and return the champion's version, if any.

    The row comes first: an alias that moved without its reason would be worse than a reason told twice.

    Raises:
        CalanqueError: if the table cannot be written, or MLflow does not answer.
    """
    spark.with_retry(lambda: _append(territory, name, version, decision, reason, run_id))
    log.info("%s version %s is %s: %s", name, version, decision, reason.en)
    tracking.tag_version(name, version, {"decision": decision.value, "reason": reason.en})
    if decision is Decision.RETIRED:
        tracking.drop_alias(name, tracking.CHAMPION, version)
        return tracking.alias_version(name)
    return tracking.settle(name, version, decision is Decision.PROMOTED)


def line_of(territory: str, version: str) -> tuple[str, ...]:
    """Return the versions whose published weeks speak for a champion: those promoted since one last retired, and it.

    A model is trained again whenever the data change, so most versions publish few weeks: the line of them is judged.
    After a retirement it begins anew, for the weeks that made one retire would make the next one retire too.
    """
    if not spark.table_exists(PROMOTIONS.name):
        return (version,)
    last = (
        f"select max(decided_at) from {PROMOTIONS.name} "
        f"where territory = '{territory}' and decision = '{Decision.RETIRED}'"
    )
    found = spark.rows(
        f"select distinct model_version from {PROMOTIONS.name} where territory = '{territory}' "
        f"and decision = '{Decision.PROMOTED}' and decided_at > coalesce(({last}), timestamp '1970-01-01')"
    )
    return tuple(sorted({version} | {str(row["model_version"]) for row in found}))


def _append(territory: str, name: str, version: str, decision: Decision, reason: Reason, run_id: str) -> None:
    make_table(PROMOTIONS)
    # No gate stops it: a decision that was taken and not written would be worse than one whose words are odd, and dbt's
    # `rows_hold` finds those of all decisions.
    decided_at = datetime.now(UTC).replace(microsecond=0)
    row = pd.DataFrame([(territory, name, version, decision.value, *reason, run_id, decided_at)])
    row.columns = pd.Index(list(PROMOTIONS.columns))
    rows = spark.session().createDataFrame(row, schema=PROMOTIONS.schema)
    with spark.user_metadata({"step": "promotion", "run_id": run_id}):
        rows.write.format("delta").mode("append").saveAsTable(PROMOTIONS.name)
