"""Distinct values of each column of a file, drawn in one pass and in bounded memory; no Spark."""

import hashlib
import heapq
import tempfile
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from pydantic import Field

from calanque.closed import Closed
from calanque.contracts.model import FeedContract
from calanque.engines.hdfs import lake
from calanque.errors import CalanqueError
from calanque.formats import UnreadableError, parsed, unpacked
from calanque.ingest.header import check_headers
from calanque.ingest.land import MANIFEST
from calanque.ingest.records import LandedBatch
from calanque.settings import settings

LARGEST_BYTES = 256 * 1024 * 1024
"""Read of one file that can be read in part: more would not change what a sample of some thousands of values says."""

_ROWS_AT_ONCE = 50_000


class Sample(Closed):
    """Distinct values by column, and where they come from; blanks are not values, and malformed rows are not read.

    `shares` says of a column which part of its distinct values is held, about; of one that is not named it is all.
    """

    origin: str
    row_count: int
    malformed_count: int = 0
    values: dict[str, tuple[str, ...]]
    shares: dict[str, float] = Field(default_factory=dict)


def sample_file(contract: FeedContract, path: Path, count: int, seed: int) -> Sample:
    """Draw at most `count` distinct values of each column of a local file in the feed's format, packed or not.

    Raises:
        CalanqueError: if the file is missing, is not of the format, or has not the columns of the contract.
    """
    if not path.is_file():
        raise CalanqueError(f"There is no file {path}: give one in the format of {contract.feed}.")
    with unpacked(path, contract.file_format) as members:
        return _sampled(contract, path.name, members, count, seed)


def sample_landed(contract: FeedContract, count: int, seed: int) -> Sample:
    """Draw at most `count` distinct values of each column of the newest landed batch.

    Raises:
        CalanqueError: if the feed has no landed batch, or HDFS does not answer.
    """
    folder = f"/lake/landing/{contract.feed}"
    paths = [f"{folder}/{name}/{MANIFEST}" for name in lake().list(folder)]
    manifests = [LandedBatch.model_validate_json(lake().read(path)) for path in paths if lake().exists(path)]
    if not manifests:
        raise CalanqueError(
            f"{contract.feed} has no batch in landing: run the feed, or name a file, 'feeds check FEED --data FILE'."
        )
    batch = max(manifests, key=lambda manifest: manifest.landed_at)
    settings().fetching.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix=f"{contract.feed}-", dir=settings().fetching) as copies:
        for file in batch.files:
            start = lake().read(f"{folder}/{batch.batch_id}/{file.name}", length=min(file.size_bytes, LARGEST_BYTES))
            (Path(copies) / file.name).write_bytes(start)
        return _sampled(contract, f"batch {batch.batch_id}", sorted(Path(copies).iterdir()), count, seed)


def _sampled(contract: FeedContract, origin: str, paths: list[Path], count: int, seed: int) -> Sample:
    form = contract.file_format
    try:
        headers = {path.name: form.columns(form.facts(path).header) for path in paths}
    except UnreadableError as error:
        raise CalanqueError(f"{origin} {error}.") from error
    if refusal := check_headers(contract, headers):
        raise CalanqueError(refusal.sentence)
    draws = {column.name: _Draw(count, seed) for column in contract.landing}
    row_count = malformed_count = 0
    for path in paths:
        records = parsed(path, form, LARGEST_BYTES)
        while read := list(islice(records, _ROWS_AT_ONCE)):
            some = [row for row in read if not isinstance(row, str)]
            row_count += len(some)
            malformed_count += len(read) - len(some)
            for name, draw in draws.items():
                draw.add({value for row in some if (value := row.get(name))})
    return Sample(
        origin=origin,
        row_count=row_count,
        malformed_count=malformed_count,
        values={name: draw.values() for name, draw in draws.items()},
        shares={name: draw.share for name, draw in draws.items()},
    )


class _Draw:
    """The distinct values with the smallest keyed hashes: a fair draw among distinct values, the same for a seed."""

    def __init__(self, count: int, seed: int) -> None:
        self._count = count
        self._key = seed.to_bytes(8, "big", signed=True)
        self._heap: list[tuple[int, str]] = []
        self._kept: set[str] = set()

    def add(self, values: Iterable[str]) -> None:
        for value in values:
            text = value.strip() if isinstance(value, str) else ""
            if not text or text in self._kept:
                continue
            digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8, key=self._key).digest()
            entry = (-int.from_bytes(digest, "big"), text)
            if len(self._heap) < self._count:
                heapq.heappush(self._heap, entry)
            elif entry > self._heap[0]:
                self._kept.discard(heapq.heapreplace(self._heap, entry)[1])
            else:
                continue
            self._kept.add(text)

    @property
    def share(self) -> float:
        """About which part of the distinct values is kept: as large a part of all hashes lies below the last one's."""
        return -self._heap[0][0] / 2**64 if len(self._heap) == self._count else 1.0

    def values(self) -> tuple[str, ...]:
        return tuple(text for _, text in sorted(self._heap, reverse=True))
