"""Protect: personal columns become tokens or redacted text, and the batch is written once, to staging.

The good rows are written as the very data files that bronze will have, the refused ones as the rows of the quarantine:
gate and publish read what is written here and never compute it again. Values in clear exist in the memory of the engine
only: nothing before this step writes a row, and no shuffle can spill one.
"""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from calanque.engines import delta_files, spark
from calanque.engines.hdfs import LakeError, lake
from calanque.engines.parquet import data_files
from calanque.errors import CalanqueError
from calanque.formats.base import ROW_SQL
from calanque.governance.erasures import erased_tokens
from calanque.ingest.erased import ERASED, good_rows
from calanque.ingest.records import StagedBatch
from calanque.ingest.repeats import kept_repeats, needs_positions, part_repeats
from calanque.ingest.spoilt import TOO_MANY, spoilt_files, without_spoilt
from calanque.ingest.staged import POSITIONS
from calanque.ingest.tables import QUARANTINE_COLUMNS, staged_columns, technical_columns
from calanque.ingest.tiers import attempt_path, published_path, spark_path, staging_path
from calanque.ingest.type_ import left_out_count, type_rows
from calanque.privacy.city import city_file
from calanque.privacy.spans import UNREAD
from calanque.runs.records import utc_now
from calanque.sql_text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyspark.sql import DataFrame

    from calanque.contracts.model import BronzeColumn, FeedContract
    from calanque.ingest.header import Header
    from calanque.ingest.records import LandedBatch

log = logging.getLogger(__name__)
SUMMARY = "staged.json"
# VACUUM judges a file that no commit names by its age, a week: older staging is made again, not moved under a table.
STAGING_LIFE = timedelta(days=1)
# zstd takes no longer than lz4 here, since fewer bytes go through three DataNodes; Spark's mark of success is no data.
WRITE_OPTIONS = {"compression": "zstd", "mapreduce.fileoutputcommitter.marksuccessfuljobs": "false"}


def staged_batch(contract: FeedContract, batch_id: str) -> StagedBatch | None:
    """Return the staged batch, None when it is not (or no longer) there."""
    path = f"{staging_path(contract.feed, batch_id, contract.version)}/{SUMMARY}"
    if not lake().exists(path):
        return None
    staged = StagedBatch.model_validate_json(lake().read(path))
    is_old = utc_now() - staged.staged_at > STAGING_LIFE or erased_tokens(contract, since=staged.staged_at)
    if is_old or not _places(contract, batch_id, staged):
        discard_staging(contract.feed, batch_id)
        return None
    return staged


def good_path(contract: FeedContract, batch_id: str, staged: StagedBatch) -> str:
    """Return where the good rows of a staged batch lie now: in staging, or below their table.

    Raises:
        CalanqueError: if they are nowhere: another run published them, or they were deleted.
    """
    places = _places(contract, batch_id, staged)
    if not places:
        raise CalanqueError(f"{contract.feed}: the staged rows of batch {batch_id} are gone: run the batch again.")
    return places[0]


def refused_path(contract: FeedContract, staged_path: str) -> str:
    """Return where the refused rows that were staged in a folder lie now: there, or below their table."""
    published = published_path(contract.quarantine_table, staged_path)
    return published if lake().exists(published) else staged_path


def _places(contract: FeedContract, batch_id: str, staged: StagedBatch) -> list[str]:
    before = attempt_path(contract.feed, batch_id, contract.version, staged.attempt)
    return [path for path in (before, published_path(contract.bronze_table, staged.attempt)) if lake().exists(path)]


def stage_batch(contract: FeedContract, landed: LandedBatch, headers: dict[str, Header]) -> StagedBatch:
    """Type, protect and write a landed batch once; one already staged under this contract version is returned as it is.

    Each attempt has its own folder and the summary names the one that counts: a killed or second run leaves no mix.
    """
    known = staged_batch(contract, landed.batch_id)
    if known:
        return known
    folder = staging_path(contract.feed, landed.batch_id, contract.version)
    staged = _write(contract, landed, headers)
    if staged.refused_path and too_many_refused(contract, staged):
        spoilt = spoilt_files(contract, landed, headers, staged.refused_path)
        staged = _write(contract, landed, headers, spoilt) if spoilt else staged
    try:
        lake().write(f"{folder}/{SUMMARY}", staged.model_dump_json(indent=2))
    except LakeError as error:
        winner = staged_batch(contract, landed.batch_id)
        if error.remote != "FileAlreadyExistsException" or winner is None:
            raise
        lake().delete(f"{folder}/{staged.attempt}")
        return winner
    return staged


def too_many_refused(contract: FeedContract, staged: StagedBatch) -> bool:
    """Whether more rows are refused than the contract allows, not counting those of files that are refused whole."""
    # An erased row is no fault of the source.
    others = staged.reasons.get(ERASED, 0) + staged.reasons.get(TOO_MANY, 0)
    return staged.refused_count - others > contract.max_refused_rate * staged.landed_count


def _write(
    contract: FeedContract, landed: LandedBatch, headers: dict[str, Header], spoilt: frozenset[str] = frozenset()
) -> StagedBatch:
    """Write the good rows, count them from their files, and write the others when the files held more rows than that.

    Two passes over a batch with refused rows cost less than one that carries reasons and payloads beside every row.
    Repeated rows are looked for in what is written, where nothing is in clear any more.
    """
    attempt = f"rows-{uuid.uuid4().hex[:12]}"
    path = attempt_path(contract.feed, landed.batch_id, contract.version, attempt)
    refused_path = f"{path}-refused"
    typed = without_spoilt(contract, type_rows(contract, landed, headers), spoilt)
    # Before the list is read: an erasure from then on makes the batch be staged again.
    began_at, listed = utc_now(), erased_tokens(contract)
    observed = write_files(_good(contract, landed, typed, listed), path, _facts(contract))
    good_count = landed_count = row_count(path)
    left_out = left_out_count(contract, landed, headers)
    if landed.own_count(left_out) != good_count:
        write_files(_refused(contract, landed, typed, listed), refused_path)
        landed_count += row_count(refused_path)
    if needs_positions(contract) and (parts := part_repeats(contract, path)):
        once, repeated = parts
        write_files(repeated, refused_path)
        attempt = f"{attempt}-once"
        observed = write_files(once, f"{path}-once", _facts(contract))
        good_count = row_count(f"{path}-once")
        lake().delete(path)
    return StagedBatch(
        attempt=attempt,
        refused_path=refused_path if landed_count > good_count else None,
        landed_count=landed_count,
        good_count=good_count,
        reasons=_reasons(refused_path) if landed_count > good_count else {},
        staged_at=began_at,
        left_out_count=left_out,
        duplicate_count=kept_repeats(contract, f"{path.rpartition('/')[0]}/{attempt}"),
        protected_by=_protected_by(contract, observed),
    )


def _facts(contract: FeedContract) -> dict[str, str]:
    """Return what is counted of the rows while they are written: texts masked whole, and the keys of each token column.

    All tokens of a column come under the newest key of their purpose, or the one before where it was made meanwhile.
    """
    tokens = [quoted(column.name) for column in contract.bronze if column.protection == "token"]
    whole = [f"count_if({quoted(c.name)} = '<{UNREAD}>')" for c in contract.bronze if c.protection == "redact"]
    # A token begins with its key's id; the workers read the key, and this process may not.
    ids = {f"{end}_{name}": f"{end}(split_part({name}, ':', 1))" for name in tokens for end in ("min", "max")}
    return ids | ({"unread": " + ".join(whole)} if whole else {})


def _protected_by(contract: FeedContract, observed: Mapping[str, Any]) -> dict[str, str]:
    """Return the version of the pack that redacted the staged rows, and the ids of the keys of their tokens."""
    found = {}
    if any(column.protection == "redact" for column in contract.bronze):
        from calanque.privacy.redact import pack_version

        found["pack"] = pack_version()
        if unread := observed.get("unread"):
            found["unread"] = str(unread)
            log.warning("%s texts took more than their share of time to read: they are masked whole.", f"{unread:,}")
    if any(column.protection == "token" for column in contract.bronze):
        found["keys"] = " ".join(sorted({key for name, key in observed.items() if name != "unread" and key}))
    return found


def _good(contract: FeedContract, landed: LandedBatch, typed: DataFrame, listed: frozenset[str]) -> DataFrame:
    """Return the good rows with their personal columns protected, as bronze has them."""
    # Bronze does not have these two, and reads the files without them.
    positions = [*POSITIONS] if needs_positions(contract) else []
    good = protect_rows(contract, typed.where("_is_good").selectExpr(*map(_cast, contract.bronze), *positions), listed)
    return good.selectExpr("*", *technical_columns(contract, landed)).select(*staged_columns(contract), *positions)


def _refused(contract: FeedContract, landed: LandedBatch, typed: DataFrame, listed: frozenset[str]) -> DataFrame:
    """Return the rows that do not fit the contract, and the good ones about persons who were erased."""
    refused = typed.where("NOT _is_good").selectExpr(ROW_SQL, "_reasons AS reasons", "_payload AS payload")
    if listed:
        erased = good_rows(typed, protection_plan(contract), listed, "'{}'").where("_is_erased")
        refused = refused.union(erased.selectExpr("_row", f"array('{ERASED}') AS reasons", "payload"))
    return refused.selectExpr("*", *technical_columns(contract, landed)).select(*QUARANTINE_COLUMNS)


def write_files(frame: DataFrame, path: str, facts: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Add the rows of a frame to a folder of Parquet files.

    Args:
        frame: the rows.
        path: of the folder.
        facts: by name, SQL aggregates of them.

    Returns:
        These, computed while they were written.
    """
    rows, observed = spark.observe(frame, facts or {})
    rows.write.options(**WRITE_OPTIONS).mode("append").parquet(spark_path(path))
    return observed()


def row_count(path: str) -> int:
    """Return the rows of a folder of Parquet files, as their footers say."""
    return sum(file.row_count for file in data_files(path))


def discard_staging(feed: str, batch_id: str) -> None:
    """Delete what a batch left in staging."""
    lake().delete(staging_path(feed, batch_id, "").rstrip("/"))


def protect_rows(contract: FeedContract, frame: DataFrame, listed: frozenset[str] = frozenset()) -> DataFrame:
    """Return the rows with every protected column replaced by its token or its redacted text.

    A row that gives a listed (erased) token is left out.
    """
    plan = protection_plan(contract)
    if not plan:
        return frame
    allowed, city = contract.allow_list.regex() if contract.allow_list else None, city_file()

    def protect(batches: Iterator[Any]) -> Iterator[Any]:
        from calanque.privacy.protect import protect_batches, without_erased

        return protect_batches(without_erased(batches, plan, listed), plan, allowed, city)

    return frame.mapInPandas(protect, frame.schema)


def protection_plan(contract: FeedContract) -> dict[str, str]:
    """Return the protection of each protected bronze column: `redact` or `token:<kind>:<purpose>`."""
    written = {c.name: (c.protection, c.token_kind, c.token_purpose) for c in contract.bronze if c.is_protected}
    return {name: ":".join(word for word in words if word) for name, words in written.items()}


def _cast(column: BronzeColumn) -> str:
    # The files are the table's own: no write will bring an expression's type to the table's.
    return f"CAST({quoted(column.name)} AS {column.physical_type}) AS {quoted(column.name)}"


def _reasons(path: str) -> dict[str, int]:
    counted = delta_files.read_files(path, ["reasons"])["reasons"].combine_chunks().flatten().value_counts()
    return dict(sorted((str(one["values"]), int(one["counts"])) for one in counted.to_pylist()))
