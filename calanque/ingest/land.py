"""Land: bytes to HDFS as received, with a manifest."""

from calanque.contracts.model import FeedContract
from calanque.engines.hdfs import lake
from calanque.ingest.records import FetchedBatch, LandedBatch
from calanque.ingest.tiers import landing_path
from calanque.ingest.version_guard import check_current_rows, keep_version
from calanque.runs.records import LandedFile, utc_now

MANIFEST = "manifest.json"


def land_files(contract: FeedContract, batch_id: str, fetched: FetchedBatch) -> LandedBatch:
    """Copy the files to the landing tier, the manifest last; a batch whose manifest is there is not copied again.

    The resolved contract is written beside the data, one file a version: the one that every batch of it is loaded by.

    Raises:
        RefusedBatchError: if rows that the table has do not fit the contract's key.
    """
    check_current_rows(contract)
    folder = landing_path(contract.feed, batch_id)
    manifest_path = f"{folder}/{MANIFEST}"
    lake().write(f"{folder}/contract-{contract.version}.json", keep_version(contract), overwrite=True)
    if lake().exists(manifest_path):
        known = read_manifest(contract.feed, batch_id)
        if known.contract_version != contract.version:
            known = read_anew(known, contract, fetched)
            lake().write(manifest_path, known.model_dump_json(indent=2), overwrite=True)
        return known
    for file in fetched.files:
        lake().write(f"{folder}/{file.name}", file.path, overwrite=True)
    landed = LandedBatch(
        feed=contract.feed,
        batch_id=batch_id,
        origin=fetched.origin,
        provenance=contract.provenance,
        accessed_at=fetched.accessed_at,
        # Which of two snapshots is the newer one is told by it; statistics of a table keep three digits.
        landed_at=utc_now(3),
        contract_version=contract.version,
        files=tuple(LandedFile(**file.model_dump(exclude={"path", "header"})) for file in fetched.files),
        headers={file.name: file.header for file in fetched.files},
    )
    lake().write(manifest_path, landed.model_dump_json(indent=2), overwrite=True)
    # Two runs may land the same bytes at once: both read the one manifest that stayed.
    return read_manifest(contract.feed, batch_id)


def read_anew(known: LandedBatch, contract: FeedContract, fetched: FetchedBatch) -> LandedBatch:
    """Return the manifest of landed bytes as another version of the contract reads them: its columns, its rows.

    The files keep their names and the time of their landing, whatever they are called today.
    """
    found = {file.sha256: file for file in fetched.files}
    facts = {"size_bytes", "row_count", "is_cut", "is_decodable"}
    files = tuple(file.model_copy(update=found[file.sha256].model_dump(include=facts)) for file in known.files)
    headers = {file.name: found[file.sha256].header for file in known.files}
    terms = {"provenance": contract.provenance, "contract_version": contract.version}
    return known.model_copy(update={**terms, "files": files, "headers": headers})


def read_manifest(feed: str, batch_id: str) -> LandedBatch:
    """Return the manifest of a landed batch."""
    return LandedBatch.model_validate_json(lake().read(f"{landing_path(feed, batch_id)}/{MANIFEST}"))
