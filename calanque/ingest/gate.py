"""Gate: bounds, expectations and open text of a feed on the whole protected batch; a critical failure stops it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from calanque.contracts.expressions import TIMES
from calanque.contracts.gates import Expectation, Gate, load_gate
from calanque.engines import delta_files
from calanque.engines.gx import run_gate, say
from calanque.ingest.gate_bounds import bounds_of, with_spans
from calanque.ingest.gate_open import NAME, check_open_text
from calanque.runs.batches import read_reports

if TYPE_CHECKING:
    import pandas as pd

    from calanque.contracts.folders import Folders
    from calanque.contracts.gates import GateResult
    from calanque.contracts.model import FeedContract


def check_batch(contract: FeedContract, path: str, batch_id: str, folders: Folders) -> tuple[GateResult, ...]:
    """Run the bounds of the feed and every gate its contract names on the good rows of the batch, staged in `path`.

    A sample of its open text is read for personal values.
    """
    personal = [column.name for column in contract.bronze if column.classification != "open"]
    own = [load_gate(name, "landing", folders) for name in contract.gates]
    past = [report for report in read_reports(contract.feed) if report.batch_id != batch_id]
    bounds = bounds_of(contract, past, datetime.now(UTC), [line for gate in own for line in gate.expectations])
    gates = [*([bounds] if bounds else []), *own]
    frame = _read(contract, path, gates)
    if bounds:
        gates[0] = with_spans(bounds, contract, frame)
    results = [run_gate(_in_utc(contract, gate), frame, batch_id, contract.feed, personal) for gate in gates]
    if opened := check_open_text(contract, path, batch_id):
        say(NAME, opened)
        results.append(opened)
    return tuple(results)


def _read(contract: FeedContract, path: str, gates: list[Gate]) -> pd.DataFrame:
    """Return the rows of the staged files with the columns that gates name, times and days as instants in UTC."""
    import pyarrow

    named = frozenset[str]().union(*(gate.columns for gate in gates))
    first, *_ = names = [column.name for column in contract.bronze]
    rows = delta_files.read_files(path, [name for name in names if name in named] or [first])
    instants = [pyarrow.field(f.name, pyarrow.timestamp("us", "UTC") if _is_day(f) else f.type) for f in rows.schema]
    frame: pd.DataFrame = rows.cast(pyarrow.schema(instants)).to_pandas(coerce_temporal_nanoseconds=False)
    return frame


def _is_day(field: Any) -> bool:
    import pyarrow

    return bool(pyarrow.types.is_date(field.type))


def _in_utc(contract: FeedContract, gate: Gate) -> Gate:
    """Return a gate whose bounds of times and days are instants in UTC, as its author may write them in words."""
    times = {column.name for column in contract.bronze if column.physical_type in TIMES}
    return gate.model_copy(
        update={"expectations": tuple(_line_in_utc(i) if i.column in times else i for i in gate.expectations)}
    )


def _line_in_utc(line: Expectation) -> Expectation:
    import pandas as pd

    def instant(value: Any) -> Any:
        at = pd.Timestamp(value)
        return (at.tz_convert(UTC) if at.tzinfo else at.tz_localize(UTC)).to_pydatetime()

    bounds = {key: instant(line.kwargs[key]) for key in ("min_value", "max_value") if line.kwargs.get(key) is not None}
    return line.model_copy(update={"kwargs": line.kwargs | bounds})
