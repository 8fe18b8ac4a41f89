"""Files as partners send them, packed, dropped and fetched; and the report of their batch."""

import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

from calanque.contracts import FeedContract
from calanque.ingest.fetch import fetch_batch
from calanque.ingest.records import FetchedBatch, FetchedFile
from calanque.runs.records import BatchReport
from calanque.sources import Errand
from calanque.sources.drop import DropSource


def fetched_file(name: str, digit: str) -> FetchedFile:
    """Return a file of one row whose digest is one digit."""
    counts = {"size_bytes": 1, "row_count": 1, "is_cut": False, "is_decodable": True}
    return FetchedFile(name=name, path=Path(name), sha256=digit * 64, header=("a",), **counts)


def zipped(*members: tuple[str, bytes]) -> bytes:
    """Return an archive of some members."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return sink.getvalue()


def fetch_dropped(folder: Path, contract: FeedContract, name: str, content: bytes, **update: Any) -> FetchedBatch:
    """Drop one file for a feed whose contract is changed a little, and fetch what lies there."""
    for part in ("drop", "work"):
        (folder / part).mkdir()
    (folder / "drop" / name).write_bytes(content)
    update = {"source": DropSource(kind="drop", pattern="*"), **update}
    return fetch_batch(contract.model_copy(update=update), Errand("f", None, folder / "drop", folder / "work"))


def report_of(batch_id: str, updated_at: datetime, state: str = "published", **facts: Any) -> BatchReport:
    """Return what is known of a batch of the feed `f`."""
    known = {"feed": "f", "contract_version": "1.0.0", "run_id": "r", "state": state, "updated_at": updated_at}
    return BatchReport.model_validate({"batch_id": batch_id, **known, **facts})
