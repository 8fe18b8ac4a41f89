"""Retention: what is past the days of its contract is deleted, feed by feed and tier by tier, whatever else fails.

Rows are deleted by the time they came in (of a snapshot or a merge: by the time they were closed), and by their own
time where the contract names its column; raw files by what their manifest says of their landing. Deleted rows leave the
files with VACUUM, a week later: until then an engineer can still read them in an older version of the table. Bytes of a
deleted file stay on a disk until it writes over them.
"""

import logging
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from pydantic import ValidationError

from calanque.contracts import FeedContract, Folders, load_contract
from calanque.contracts.model import Tier
from calanque.contracts.odcs import SUFFIX
from calanque.contracts.rules import QUARANTINE_DAYS_MAX
from calanque.engines import spark
from calanque.engines.hdfs import lake
from calanque.errors import CalanqueError
from calanque.governance.leftovers import LEFTOVER_LIFE, expire_dropped, expire_fetching
from calanque.settings import settings

log = logging.getLogger(__name__)
ORPHAN_LANDING_DAYS = 30
"""Raw files whose contract is gone, and was not left beside them: as long as personal ones may be kept at most."""
MANIFEST = "manifest.json"
KEPT_CONTRACTS = "/lake/governance/contracts"
TIERS = ("landing", "staging", "bronze", "quarantine")


class Retained(NamedTuple):
    """What one run deleted, by place (rows of a table, batches of a folder), and what it could not do, in sentences."""

    deleted: dict[str, int]
    failures: list[str]


class _Feed(NamedTuple):
    """A feed that has a contract, data or both; `contract` is None when it is gone or wrong."""

    name: str
    contract: FeedContract | None

    def days(self, tier: Tier, otherwise: int) -> int:
        return self.contract.retention_days.get(tier, otherwise) if self.contract else otherwise


@contextmanager
def kept_going(failures: list[str], doing: str) -> Iterator[None]:
    """Note what goes wrong inside the block as a sentence, and go on after it."""
    try:
        yield
    except CalanqueError as error:
        failures.append(str(error))
    except Exception as error:
        failures.append(spark.sentence_of(error, doing))


def expire(feed: str) -> dict[str, int]:
    """Delete what one feed has past its days, as `enforce` does.

    Raises:
        CalanqueError: with the sentence of everything that failed, after all the rest was done.
    """
    return _done(enforce([feed]))


def expire_others(named: Collection[str]) -> dict[str, int]:
    """Delete what is past its days and no feed named has: what feeds without a contract left, and fetched files.

    Raises:
        CalanqueError: with the sentence of everything that failed, after all the rest was done.
    """
    found = enforce([name for name in feed_names(Folders()) if name not in named])
    with kept_going(found.failures, "emptying the folder of fetched files"):
        found.deleted["fetching"] = expire_fetching(settings().fetching, datetime.now(UTC))
    return _done(found)


def _done(found: Retained) -> dict[str, int]:
    if found.failures:
        raise CalanqueError(" ".join(found.failures))
    return found.deleted


def enforce(feeds: Iterable[str], folders: Folders | None = None, now: datetime | None = None) -> Retained:
    """Delete what is past its days of some feeds: rows of bronze and quarantine, raw and dropped files, leftovers.

    Args:
        feeds: with a contract, or with data of one that is gone.
        folders: where contracts and drops lie; this installation's by default.
        now: the time to judge by; the present by default.
    """
    folders, now = folders or Folders(), now or datetime.now(UTC)
    deleted: Counter[str] = Counter()
    failures: list[str] = []
    for feed in [_feed(name, folders) for name in feeds]:
        landed = _landed(feed.name, failures)
        _expire_tables(feed, now, deleted, failures)
        with kept_going(failures, f"looking for what {feed.name} dropped"):
            days = feed.days("landing", ORPHAN_LANDING_DAYS)
            deleted[f"drop/{feed.name}"] += expire_dropped(folders.drop, feed.name, days, landed, now)
        _expire_landing(feed, landed, now, deleted, failures)
        _expire_staging(feed.name, now, deleted, failures)
    raw = sum(count for place, count in deleted.items() if place.startswith("landing."))
    log.info("Raw files of %s batches deleted: older than the days of their contract.", raw)
    return Retained({place: count for place, count in deleted.items() if count}, failures)


def feed_names(folders: Folders) -> list[str]:
    """Return the feeds that have a contract, right or wrong, or data in the lake, in alphabetical order."""
    names = {path.name.removesuffix(SUFFIX) for path in folders.contracts.glob(f"*{SUFFIX}")}
    return sorted(names.union(*(lake().list(f"/lake/{tier}") for tier in TIERS)))


def _feed(name: str, folders: Folders) -> _Feed:
    try:
        return _Feed(name, load_contract(name, folders))
    except CalanqueError as error:
        # Not a failure of the upkeep: the feed's own runs and 'calanque feeds check' end with this sentence.
        is_wrong = (folders.contracts / f"{name}{SUFFIX}").is_file()
        if is_wrong and (kept := newest_kept(name)):
            log.warning("%s: its data in the lake is kept as version %s said. %s", name, kept.version, error)
            return _Feed(name, kept)
        log.warning("%s: its data in the lake is kept by nobody's contract, bronze for ever. %s", name, error)
        return _Feed(name, None)


def newest_kept(feed: str) -> FeedContract | None:
    """Return what the newest version of a feed's contract said that any batch was loaded by; None without one."""
    folder = f"{KEPT_CONTRACTS}/{feed}"
    versions = [name.removesuffix(".json") for name in lake().list(folder) if name.endswith(".json")]
    for version in sorted(versions, key=lambda text: [int(part) for part in text.split(".")], reverse=True):
        try:
            return FeedContract.model_validate_json(lake().read(f"{folder}/{version}.json"))
        except ValidationError:  # kept by an earlier release of this project
            continue
    return None


def _expire_tables(feed: _Feed, now: datetime, deleted: Counter[str], failures: list[str]) -> None:
    limits: dict[Tier, int] = {"quarantine": feed.days("quarantine", QUARANTINE_DAYS_MAX)}
    if feed.contract:
        limits["bronze"] = feed.contract.retention_days["bronze"]
    for tier, days in limits.items():
        table = f"{tier}.{feed.name}"
        with kept_going(failures, f"deleting the rows of {table} past their {days} days"):
            if lake().exists(f"/lake/{tier}/{feed.name}/_delta_log"):
                past = past_sql(
                    feed.contract, tier, now - timedelta(days=days), {c[0]: c[1] for c in spark.columns(table)}
                )
                count = _delete_rows(table, past)
                deleted[table] += count
                log.info("%s: %s rows older than %s days deleted.", table, count, days)


def past_sql(contract: FeedContract | None, tier: Tier, limit: datetime, types: Mapping[str, str]) -> str:
    """Return which rows of a table are past their days, as SQL.

    A row of a snapshot or a merge is current for as long as its source says so: its days begin when it is closed. The
    row's own time, where the contract names its column, ends every row's days; one in the future keeps no row.

    Args:
        contract: the feed's, None when it is gone.
        tier: of the table.
        limit: what is older is past its days.
        types: of the table's columns, by name.
    """
    is_kept_current = contract is not None and tier == "bronze" and contract.write.mode != "append"
    came = "_closed_at" if is_kept_current else "_ingested_at"
    past = [f"{came} < timestamp'{limit:%Y-%m-%d %H:%M:%S}'"]
    own = contract.retention_column if contract and tier == "bronze" else None
    if own is not None and own in types:
        text = f"date'{limit:%Y-%m-%d}'" if types[own] == "date" else f"timestamp'{limit:%Y-%m-%d %H:%M:%S}'"
        past.append(f"`{own}` < {text}")
    return " OR ".join(past)


def _delete_rows(table: str, past: str) -> int:
    (done,) = spark.with_retry(lambda: spark.rows(f"DELETE FROM {table} WHERE {past}"))
    return int(done["num_affected_rows"])


def _landed(feed: str, failures: list[str]) -> dict[str, datetime]:
    """Return when each batch in landing was landed; one without a readable manifest by its folder's own time."""
    landed = {}
    for batch in lake().list(f"/lake/landing/{feed}"):
        with kept_going(failures, f"looking at the raw files of {feed}/{batch}"):
            landed[batch] = _landed_at(f"/lake/landing/{feed}/{batch}")
    return landed


def _landed_at(folder: str) -> datetime:
    try:
        told = datetime.fromisoformat(_json(f"{folder}/{MANIFEST}")["landed_at"])
    except (KeyError, TypeError, ValueError):
        return _modified_at(folder)
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def _json(path: str) -> Any:
    return lake().read_json(path) if lake().exists(path) else {}


def _modified_at(path: str) -> datetime:
    status = lake().status(path)
    return datetime.fromtimestamp(status["modificationTime"] / 1000, UTC) if status else datetime.now(UTC)


def _expire_landing(
    feed: _Feed, landed: dict[str, datetime], now: datetime, deleted: Counter[str], failures: list[str]
) -> None:
    for batch, landed_at in landed.items():
        folder = f"/lake/landing/{feed.name}/{batch}"
        with kept_going(failures, f"deleting the raw files of {feed.name}/{batch}"):
            days = feed.days("landing", 0) or _days_told_beside(folder)
            if now - landed_at > timedelta(days=days):
                lake().delete(folder)
                deleted[f"landing.{feed.name}"] += 1
                log.info("Deleted the raw files of %s/%s: older than %s days.", feed.name, batch, days)


def _days_told_beside(folder: str) -> int:
    """Return the days of the contract that raw files came under, the shortest of its versions."""
    told = [name for name in lake().list(folder) if name.startswith("contract-") and name.endswith(".json")]
    days = [_json(f"{folder}/{name}").get("retention_days", {}).get("landing") for name in told]
    return min((int(count) for count in days if count), default=ORPHAN_LANDING_DAYS)


def _expire_staging(feed: str, now: datetime, deleted: Counter[str], failures: list[str]) -> None:
    for batch in lake().list(f"/lake/staging/{feed}"):
        folder = f"/lake/staging/{feed}/{batch}"
        with kept_going(failures, f"deleting what {feed}/{batch} left in staging"):
            touched = [_modified_at(path) for path in (folder, *(f"{folder}/{name}" for name in lake().list(folder)))]
            if now - max(touched) > LEFTOVER_LIFE:
                lake().delete(folder)
                deleted[f"staging.{feed}"] += 1
                log.info("Deleted what a run of %s/%s left in staging.", feed, batch)
