"""Markers by which sources say "no value": which ones a batch with refused rows likely has, and the words to say it.

Example: `222 rows wrong_type:closed_at (all hold 'NA': if that means no value, write nullMarkers: [NA] …)`. A value is
named only when all refused rows of an open column share it and it is short. Of a feed with personal data only a value
of the known list is kept with a refused row: a shifted row can put a name in any column.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from calanque.contracts.model import BronzeColumn, FeedContract
from calanque.ingest.staged import refused_frame
from calanque.sql_text import literal

if TYPE_CHECKING:
    from calanque.ingest.records import StagedBatch

KNOWN_MARKERS = (
    *("na", "n/a", "#n/a", "nan", "null", "none", "nil", "nd", "n.d.", "nc", "nr", "mq", "-", "--", "?", "."),
    *("unknown", "inconnu", "non renseigné", "missing", "(null)", "\\n"),
)
"""In lower case. `mq` is the manquant of Météo-France, `\\N` MySQL's."""
MARKER_LENGTH_MAX = 12
PAYLOAD_KEY = "_null_markers"
WRONG_TYPE = "wrong_type:"


def readable_source(contract: FeedContract, column: BronzeColumn) -> str | None:
    """Return the one open landing column that a bronze column is made of; None when its values are not to be shown."""
    source = contract.landing_column(column.sources[0]) if len(column.sources) == 1 else None
    is_open = source is not None and source.classification == "open" and not column.is_protected
    return source.name if source is not None and is_open else None


def warning_of(contract: FeedContract, refused_path: str, staged: "StagedBatch") -> str:
    """Return what a published batch with refused rows says at its end: how many, why, and what to do.

    Args:
        contract: the feed's contract.
        refused_path: folder of the refused rows of the staged batch.
        staged: the batch.
    """
    said, markers = [], _shared_values(contract, refused_path, staged.reasons)
    for reason, count in sorted(staged.reasons.items(), key=lambda item: -item[1]):
        marker = markers.get(reason)
        advice = (
            f" (all hold '{marker}': if that means no value, write nullMarkers: ['{marker}'] for the landing column "
            f"{_source_of(contract, reason)} and raise the version)"
        )
        said.append(f"{count:,} {reason}{advice if marker else ''}")
    return (
        f"{contract.feed}: {staged.refused_count:,} of the {staged.landed_count:,} rows of this batch are in "
        f"{contract.quarantine_table}, not in bronze (a row may have several reasons): {', '.join(said)}. The runbook "
        "refused-batch says what to do."
    )


def _source_of(contract: FeedContract, reason: str) -> str | None:
    name = reason.removeprefix(WRONG_TYPE)
    column = next((column for column in contract.bronze if column.name == name), None)
    return readable_source(contract, column) if column and reason.startswith(WRONG_TYPE) else None


def _shared_values(contract: FeedContract, refused_path: str, reasons: Iterable[str]) -> dict[str, str]:
    """Return by reason the one value that all rows refused for it share, where there is one to be named."""
    sources = {reason: source for reason in reasons if (source := _source_of(contract, reason)) and "'" not in source}
    if not sources:
        return {}
    asked = []
    for at, (reason, source) in enumerate(sources.items()):
        path = f"$.{PAYLOAD_KEY}.{reason.removeprefix(WRONG_TYPE)}" if contract.is_personal else f"$['{source}']"
        value, ours = f"trim(get_json_object(payload, {literal(path)}))", f"array_contains(reasons, {literal(reason)})"
        of_ours = f"FILTER (WHERE {ours})"
        asked += [f"min({value}) {of_ours} AS low{at}", f"max({value}) {of_ours} AS high{at}"]
        asked.append(f"count({value}) {of_ours} = count_if({ours}) AS is_whole{at}")
    (found,) = refused_frame(refused_path).selectExpr(*asked).collect()
    return {
        reason: low
        for at, reason in enumerate(sources)
        if found[f"is_whole{at}"]
        and (low := found[f"low{at}"]) == found[f"high{at}"]
        and 0 < len(low) <= MARKER_LENGTH_MAX
    }
