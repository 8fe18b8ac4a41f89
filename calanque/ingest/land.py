"""Land: bytes to HDFS as received, with a manifest; the same bytes are the same batch."""

import hashlib
from collections.abc import Iterable

from calanque.contracts.model import FeedContract
from calanque.engines.hdfs import lake
from calanque.ingest.records import FetchedBatch, FetchedFile, LandedBatch, LandedFile, utc_now
from calanque.ingest.zones import landing_path

MANIFEST = "manifest.json"


def batch_id_of(files: Iterable[FetchedFile | LandedFile]) -> str:
    """Return `b` and 16 hexadecimal digits of the SHA-256 over the sorted names and digests of the files."""
    lines = sorted(f"{file.name} {file.sha256}" for file in files)
    return "b" + hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def land_files(contract: FeedContract, fetched: FetchedBatch) -> LandedBatch:
    """Copy the files to the landing zone, the manifest last; a batch whose manifest is there is left as it is.

    The resolved contract is written beside the data, one file a version.
    """
    batch_id = batch_id_of(fetched.files)
    folder = landing_path(contract.feed, batch_id)
    manifest_path = f"{folder}/{MANIFEST}"
    resolved = f"{folder}/contract-{contract.version}.json"
    if not lake().exists(resolved):
        lake().write(resolved, contract.model_dump_json(indent=2), overwrite=True)
    if lake().exists(manifest_path):
        return read_manifest(contract.feed, batch_id)
    for file in fetched.files:
        lake().write(f"{folder}/{file.name}", file.path, overwrite=True)
    landed = LandedBatch(
        feed=contract.feed,
        batch_id=batch_id,
        origin=fetched.origin,
        landed_at=utc_now(),
        contract_version=contract.version,
        files=tuple(LandedFile(**file.model_dump(exclude={"path"})) for file in fetched.files),
    )
    lake().write(manifest_path, landed.model_dump_json(indent=2), overwrite=True)
    # Two runs may land the same bytes at once: both read the one manifest that stayed.
    return read_manifest(contract.feed, batch_id)


def read_manifest(feed: str, batch_id: str) -> LandedBatch:
    """Return the manifest of a landed batch."""
    return LandedBatch.model_validate_json(lake().read(f"{landing_path(feed, batch_id)}/{MANIFEST}"))
