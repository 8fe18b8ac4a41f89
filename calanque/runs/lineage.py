"""The lineage of record, kept: one row an event in `governance.lineage_event`."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calanque.runs import store
from calanque.runs.tables import LINEAGE_EVENT

if TYPE_CHECKING:
    from calanque.engines.lineage import LineageDataset

Event = dict[str, Any]


def emit(
    job: str,
    run_id: str,
    inputs: "Sequence[LineageDataset]",
    outputs: "Sequence[LineageDataset]",
    started_at: datetime | None = None,
    territory: str | None = None,
) -> Event:
    """Store the event of one finished step and return it; the arguments are those of `engines.lineage.step_event`."""
    from calanque.engines.lineage import step_event

    event = step_event(job, run_id, inputs, outputs, started_at, territory)
    store_events([event], run_id)
    return event


def emit_dbt(
    target_dir: Path,
    run_id: str,
    input_versions: Mapping[str, int | str] | None = None,
    names: Mapping[str, str] | None = None,
    territories: Mapping[str, Sequence[str]] | None = None,
) -> int:
    """Store the events of one dbt run in one commit, read from its artefacts, and return how many.

    Args:
        target_dir: folder with `manifest.json` and `run_results.json`.
        run_id: the orchestrator's run.
        input_versions: version of each source table as it was before dbt read it.
        names: what a table is called where it is shown, by how its name begins where it was built.
        territories: the cities whose rows are shown, by table; of one without any there is no event.
    """
    from calanque.engines.lineage import dbt_events

    events = dbt_events(target_dir, run_id, input_versions, names, territories)
    store_events(events, run_id)
    return len(events)


def read_events() -> Iterator[Event]:
    """Read the stored events, newest first; of those that the caller lets go, only the text is held."""
    return map(json.loads, store.newest_values(LINEAGE_EVENT, "event", by="event_at"))


def ended_at(event: Event) -> datetime:
    """Return when the step of an event ended, UTC where it does not say."""
    time = datetime.fromisoformat(event["eventTime"])
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def store_events(events: Sequence[Event], run_id: str) -> None:
    """Store events of one run in one commit."""
    if events:
        store.append(LINEAGE_EVENT, [_row(event) | {"run_id": run_id} for event in events])


def _row(event: Event) -> store.Row:
    return {
        "event_at": ended_at(event),
        "event_type": event["eventType"],
        "job": event["job"]["name"],
        "event_run_id": event["run"]["runId"],
        "inputs": [item["name"] for item in event.get("inputs") or []],
        "outputs": [item["name"] for item in event.get("outputs") or []],
        "event": json.dumps(event, ensure_ascii=False),
    }
