"""What is known of a batch while it is on its way and after: small frozen records."""

from datetime import UTC, date, datetime
from typing import Literal

from pydantic import Field

from calanque.contracts.model import Closed

BatchState = Literal["landed", "typed", "gated", "published", "refused", "unchanged"]


class BatchRef(Closed):
    """What a task hands to the next one: enough to find all else on HDFS, and the seconds of the steps so far."""

    feed: str
    batch_id: str
    contract_version: str
    state: BatchState
    run_id: str
    timings_s: dict[str, float] = Field(default_factory=dict)

    def timed(self, step: str, started_at: datetime) -> "BatchRef":
        """Return the reference with the seconds that a step took until now."""
        seconds = round((datetime.now(UTC) - started_at).total_seconds(), 2)
        return self.model_copy(update={"timings_s": {**self.timings_s, step: seconds}})


class PackedIn(Closed):
    """The archive that a file came in."""

    name: str
    sha256: str


class LandedFile(Closed):
    """One file in the landing tier.

    `row_count` is its number of data rows, None when only the engine can tell; `is_cut` tells that its last one stops
    midway.
    """

    name: str
    size_bytes: int
    sha256: str
    row_count: int | None
    is_cut: bool
    is_decodable: bool
    container: PackedIn | None = None


class ChangeCounts(Closed):
    """What a snapshot or a merge did to its table; all but `closed` count good rows of the batch, each of them once.

    `inserted` and `changed` rows are current now, a `changed` one in the place of another; a `deleted` one says that
    its key is gone; an `unchanged` one is there already; for a `late` one a newer version is known. `closed` rows of
    the table are current no more and have no successor.
    """

    inserted: int = 0
    changed: int = 0
    deleted: int = 0
    unchanged: int = 0
    late: int = 0
    closed: int = 0

    @property
    def row_count(self) -> int:
        """Good rows of the batch, by what became of them."""
        return self.inserted + self.changed + self.deleted + self.unchanged + self.late

    def __str__(self) -> str:
        """Return the counts in words."""
        return ", ".join(f"{count:,} {name}" for name, count in self)


class BatchReport(Closed):
    """What happened to a batch under one version of its contract: its newest row in `governance.batch`.

    It is written when the batch has landed, and when it is published or refused: what is between stays with its run.
    It outlives the raw files: `files` still names them when their days are over, and `landed_at` says when they came;
    `refused_files` says, a sentence each, why others that came with them were put away;
    `day`, of a source that has files by day, says of which. `landed_count` counts the feed's rows in its
    files, `left_out_count` those that are another's. `loaded_count` counts the good rows whose effect
    is in the table; `changes`, of a snapshot or a merge, says which effect. `refused_by` names the rules that refused
    it whole, and `refused_because` says so. Of an append, `came_again_count` keys were brought by another batch before,
    and the rows of `moved_count` of them are about another instant now.
    `engine_deaths` counts how often the engine died while it read it. What its gates found is in
    `governance.gate_result`.
    """

    feed: str
    batch_id: str
    contract_version: str
    state: BatchState
    run_id: str
    updated_at: datetime
    files: tuple[LandedFile, ...] = ()
    refused_files: tuple[str, ...] = ()
    landed_at: datetime | None = None
    day: date | None = None
    landed_count: int = 0
    loaded_count: int = 0
    quarantined_count: int = 0
    left_out_count: int = 0
    duplicate_count: int = 0
    came_again_count: int = 0
    moved_count: int = 0
    changes: ChangeCounts | None = None
    reasons: dict[str, int] = Field(default_factory=dict)
    timings_s: dict[str, float] = Field(default_factory=dict)
    bronze_version: int | None = None
    refused_by: tuple[str, ...] = ()
    refused_because: str | None = None
    engine_deaths: int = 0


def utc_now(digits: int = 0) -> datetime:
    """Return the time now, in UTC, to the second, or to some digits of it."""
    now, step = datetime.now(UTC), 10 ** (6 - digits)
    return now.replace(microsecond=now.microsecond // step * step)
