"""What passes from one verb to the next: small frozen records, all of them JSON."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import Field

from calanque.contracts.gates import GateResult
from calanque.contracts.model import Closed
from calanque.errors import RefusedBatchError as RefusedBatchError

BatchState = Literal["landed", "typed", "gated", "published", "refused", "unchanged"]


class BatchRef(Closed):
    """What a task hands to the next one: enough to find everything else on HDFS."""

    feed: str
    batch_id: str
    contract_version: str
    state: BatchState
    run_id: str


class FetchedFile(Closed):
    """One file as received, on local disk.

    `row_count` is its number of data lines, None when lines are not rows; `is_cut` tells that its last one stops
    midway.
    """

    name: str
    path: Path
    size_bytes: int
    sha256: str
    row_count: int | None
    is_cut: bool
    is_decodable: bool


class FetchedBatch(Closed):
    """The files of one batch on local disk, and where they came from."""

    feed: str
    origin: str
    files: tuple[FetchedFile, ...]


class LandedFile(Closed):
    """One file in the landing zone."""

    name: str
    size_bytes: int
    sha256: str
    row_count: int | None
    is_cut: bool
    is_decodable: bool


class LandedBatch(Closed):
    """The manifest beside the landed files."""

    feed: str
    batch_id: str
    origin: str
    landed_at: datetime
    contract_version: str
    files: tuple[LandedFile, ...]

    @property
    def row_count(self) -> int | None:
        """Rows that the files must give, when lines can be counted."""
        counts = [file.row_count for file in self.files]
        return None if None in counts else sum(count or 0 for count in counts)


class StagedBatch(Closed):
    """The protected batch, written once: its good rows as the data files that bronze will have, its refused rows apart.

    `attempt` names the folder of the good rows, in staging and then below the table's own. `refused_path` holds the
    rows of the quarantine, None when no row is refused.
    """

    attempt: str
    refused_path: str | None
    landed_count: int
    good_count: int
    reasons: dict[str, int]
    staged_at: datetime

    @property
    def refused_count(self) -> int:
        """Rows that go to quarantine."""
        return self.landed_count - self.good_count


class BatchReport(Closed):
    """What happened to a batch, in `/lake/governance/batches/<feed>/<batch>.json`.

    It outlives the raw files: `files` still names them when their days are over.
    """

    feed: str
    batch_id: str
    contract_version: str
    state: BatchState
    run_id: str
    updated_at: datetime
    files: tuple[LandedFile, ...] = ()
    landed_count: int = 0
    loaded_count: int = 0
    quarantined_count: int = 0
    reasons: dict[str, int] = Field(default_factory=dict)
    gates: tuple[GateResult, ...] = ()
    timings_s: dict[str, float] = Field(default_factory=dict)
    bronze_version: int | None = None
    refused_because: str | None = None


def utc_now() -> datetime:
    """Return the time now, in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)
