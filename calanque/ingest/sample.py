"""Distinct values of each column of a file, drawn in one pass and in bounded memory; no Spark."""

import hashlib
import heapq
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from calanque.contracts.model import FeedContract
from calanque.engines.hdfs import lake
from calanque.errors import CalanqueError
from calanque.ingest.header import check_headers, read_header
from calanque.ingest.land import MANIFEST
from calanque.ingest.records import LandedBatch

LARGEST_BYTES = 256 * 1024 * 1024
"""Read of one file: more would not change what a sample of some thousands of values says."""

_ROWS_AT_ONCE = 50_000
_HEADER_BYTES = 64 * 1024


class Sample(BaseModel):
    """Distinct values by column, and where they come from; blanks are not values."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    origin: str
    row_count: int
    values: dict[str, tuple[str, ...]]


def sample_file(contract: FeedContract, path: Path, count: int, seed: int) -> Sample:
    """Draw at most `count` distinct values of each column of a local file in the feed's format.

    Raises:
        CalanqueError: if the file is missing, or has not the columns of the contract.
    """
    if not path.is_file():
        raise CalanqueError(f"There is no file {path}: give one in the format of {contract.feed}.")
    with path.open("rb") as file:
        return _sampled(contract, path.name, {path.name: file.read(LARGEST_BYTES)}, count, seed)


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
    folder = f"{folder}/{batch.batch_id}"
    contents = {f.name: lake().read(f"{folder}/{f.name}", length=min(f.size_bytes, LARGEST_BYTES)) for f in batch.files}
    return _sampled(contract, f"batch {batch.batch_id}", contents, count, seed)


def _sampled(contract: FeedContract, origin: str, contents: dict[str, bytes], count: int, seed: int) -> Sample:
    form = contract.file_format
    headers = {
        name: read_header(data[:_HEADER_BYTES], form.encoding, form.delimiter) for name, data in contents.items()
    }
    if refusal := check_headers(contract, headers):
        raise CalanqueError(refusal.sentence)
    draws = {column.name: _Draw(count, seed) for column in contract.landing}
    row_count = 0
    for data in contents.values():
        for frame in _frames(contract, data):
            row_count += len(frame)
            for name, draw in draws.items():
                draw.add(frame[name].unique())
    return Sample(origin=origin, row_count=row_count, values={name: draw.values() for name, draw in draws.items()})


def _frames(contract: FeedContract, data: bytes) -> Iterable[Any]:
    import pandas as pd

    form = contract.file_format
    return pd.read_csv(
        io.BytesIO(data),
        sep=form.delimiter,
        encoding="utf-8-sig" if form.encoding == "UTF-8" else form.encoding,
        encoding_errors="replace",
        dtype=str,
        keep_default_na=False,
        on_bad_lines="skip",
        skipinitialspace=False,
        chunksize=_ROWS_AT_ONCE,
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

    def values(self) -> tuple[str, ...]:
        return tuple(text for _, text in sorted(self._heap, reverse=True))
