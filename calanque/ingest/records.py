"""What passes from one verb to the next: small frozen records, all of them JSON."""

from datetime import datetime
from pathlib import Path

from pydantic import Field

from calanque.contracts.model import Closed, Provenance
from calanque.errors import RefusedBatchError as RefusedBatchError
from calanque.runs.records import LandedFile, utc_now

_ROW_BYTES = 100
"""Of a row, about, in a format whose rows are not counted by lines."""


class FetchedFile(LandedFile):
    """One file as received, on local disk, with the names of its columns."""

    path: Path
    header: tuple[str, ...]


class FetchedBatch(Closed):
    """The files of one batch on local disk, where they came from, and when."""

    feed: str
    origin: str
    files: tuple[FetchedFile, ...]
    accessed_at: datetime = Field(default_factory=utc_now)


class LandedBatch(Closed):
    """The manifest beside the landed files: where they came from and when, who made them and by what right.

    `headers` are the column names by file; a file without its header may have values there, so that they stay here.
    """

    feed: str
    batch_id: str
    origin: str
    provenance: Provenance
    accessed_at: datetime
    landed_at: datetime
    contract_version: str
    files: tuple[LandedFile, ...]
    headers: dict[str, tuple[str, ...]]

    @property
    def row_count(self) -> int | None:
        """Rows of the files, when lines can be counted."""
        counts = [file.row_count for file in self.files]
        return None if None in counts else sum(count or 0 for count in counts)

    @property
    def about_rows(self) -> int:
        """Rows of the files, or about as many as their bytes may be."""
        return self.row_count or sum(file.size_bytes for file in self.files) // _ROW_BYTES

    def own_count(self, left_out_count: int) -> int | None:
        """Return the rows of the files that are the feed's, when lines can be counted."""
        return None if self.row_count is None else self.row_count - left_out_count


class StagedBatch(Closed):
    """The protected batch, written once: its good rows as the data files that bronze will have, its refused rows apart.

    `attempt` names the folder of the good rows, in staging and then below the table's own. `refused_path` holds the
    rows of the quarantine, None when no row is refused. `left_out_count` rows of the files are not the feed's.
    `duplicate_count` good rows repeat the key of another one, and stay because the contract keeps them. `protected_by`
    says which pack redacted, and the ids of the keys of tokens.
    """

    attempt: str
    refused_path: str | None
    landed_count: int
    good_count: int
    reasons: dict[str, int]
    staged_at: datetime
    left_out_count: int = 0
    duplicate_count: int = 0
    protected_by: dict[str, str] = Field(default_factory=dict)

    @property
    def refused_count(self) -> int:
        """Rows that go to quarantine."""
        return self.landed_count - self.good_count
