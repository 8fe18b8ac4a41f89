"""Retention: what is past the days of its contract is deleted, feed by feed and tier by tier, whatever else fails.

Rows are deleted by the time they came in (of a snapshot or a merge: by the time they were closed), and by their own
time where the contract names its column; raw files by what their manifest says of their landing. Deleted rows leave the
files with VACUUM, a week later: older versions hold them until then. A disk keeps bytes until it writes over them.
"""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from calanque.contracts import FeedContract, Folders, load_contract
from calanque.contracts.model import Tier
from calanque.contracts.odcs import SUFFIX
from calanque.contracts.rules import PERSONAL_LANDING_DAYS_MAX, QUARANTINE_DAYS_MAX
from calanque.engines import deltars, spark
from calanque.engines.hdfs import lake
from calanque.errors import CalanqueError
from calanque.governance.leftovers import LEFTOVER_LIFE, past_dropped, past_fetching, remove
from calanque.journal.log import tell_if_possible
from calanque.runs import store
from calanque.settings import settings

log = logging.getLogger(__name__)
MANIFEST = "manifest.json"
KEPT_CONTRACTS = "/lake/governance/contracts"
TIERS = ("landing", "staging", "bronze", "quarantine")


class Retained(NamedTuple):
    """What one run deleted, by place (rows of a table, batches of a folder), and what it could not do, in sentences."""

    deleted: dict[str, int]
    failures: list[str]


class _Feed(NamedTuple):
    """A feed that has a contract, data or both; without a right contract the newest that loaded a batch, if any."""

    name: str
    contract: FeedContract | None
    is_gone: bool = False

    def days(self, tier: Tier, otherwise: int) -> int:
        return self.contract.retention_days.get(tier, otherwise) if self.contract else otherwise


class _Past(NamedTuple):
    """What is past its days: the place it is counted under, what its deletion is called, and does; it says how many."""

    place: str
    doing: str
    delete: Callable[[], int]


@contextmanager
def kept_going(failures: list[str], doing: str) -> Iterator[None]:
    """Note what goes wrong inside the block as a sentence, and go on after it."""
    try:
        yield
    except CalanqueError as error:
        failures.append(str(error))
    except Exception as error:
        failures.append(spark.sentence_of(error, doing))


def due_feeds(named: Collection[str], folders: Folders | None = None) -> list[str]:
    """Return those of some feeds that hold something past its days, or can not be looked at: `expire` deletes it."""
    return [name for name in named if _is_due([name], folders or Folders(), name, [])]


def are_others_due(named: Collection[str]) -> bool:
    """Tell whether `expire_others` has something to delete, or to say."""
    failures, left = list[str](), False
    with kept_going(failures, "looking at the folder of fetched files"):
        left = any(past_fetching(settings().fetching, datetime.now(UTC)))
    return _is_due(_others(named), Folders(), "other feeds", failures) or left


def _is_due(feeds: Iterable[str], folders: Folders, called: str, failures: list[str]) -> bool:
    is_past = any(True for feed in feeds for _ in _past(_feed(feed, folders), folders, datetime.now(UTC), failures))
    found = "something is" if is_past else "nothing is"
    log.info("%s: %s past its days%s.", called, found, ", and not all can be looked at" if failures else "")
    return is_past or bool(failures)


def _others(named: Collection[str]) -> list[str]:
    return [name for name in feed_names(Folders()) if name not in named]


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
    found = enforce(_others(named))
    with kept_going(found.failures, "emptying the folder of fetched files"):
        found.deleted["fetching"] = sum(map(remove, past_fetching(settings().fetching, datetime.now(UTC))))
    return _done(found)


def _done(found: Retained) -> dict[str, int]:
    if found.failures:
        raise CalanqueError(" ".join(found.failures))
    return found.deleted


def enforce(feeds: Iterable[str], folders: Folders | None = None) -> Retained:
    """Delete what is past its days of some feeds: rows of bronze and quarantine, raw and dropped files, leftovers.

    Args:
        feeds: with a contract, or with data of one that is gone.
        folders: where contracts and drops lie; this installation's by default.
    """
    folders, now = folders or Folders(), datetime.now(UTC)
    deleted: Counter[str] = Counter()
    failures: list[str] = []
    for name in feeds:
        for one in _past(_feed(name, folders), folders, now, failures):
            with kept_going(failures, one.doing):
                count = one.delete()
                deleted[one.place] += count
                if count:
                    act = {"action": "erasure", "objects": (one.place,), "row_count": count}
                    tell_if_possible(source="retention", who="retention", client=store.running()["run_id"], **act)
    raw = sum(count for place, count in deleted.items() if place.startswith("landing."))
    log.info("Raw files of %s batches deleted: older than the days of their contract.", raw)
    return Retained({place: count for place, count in deleted.items() if count}, failures)


def _past(feed: _Feed, folders: Folders, now: datetime, failures: list[str]) -> Iterator[_Past]:
    """Yield what is past its days of one feed; what can not be looked at becomes a sentence in `failures`."""
    landed = _landed(feed.name, failures)
    yield from _past_tables(feed, now, failures)
    dropped: list[Path] = []
    with kept_going(failures, f"looking for what {feed.name} dropped"):
        dropped = list(
            past_dropped(folders.drop, feed.name, feed.days("landing", PERSONAL_LANDING_DAYS_MAX), landed, now)
        )
    for path in dropped:
        yield _Past(f"drop/{feed.name}", f"deleting what {feed.name} dropped", partial(remove, path))
    yield from _past_landing(feed, landed, now, failures)
    yield from _past_staging(feed.name, now, failures)


def feed_names(folders: Folders) -> list[str]:
    """Return the feeds that have a contract, right or wrong, or data in the lake, in alphabetical order."""
    names = {path.name.removesuffix(SUFFIX) for path in folders.contracts.glob(f"*{SUFFIX}")}
    return sorted(names.union(*(lake().list(f"/lake/{tier}") for tier in TIERS)))


def _feed(name: str, folders: Folders) -> _Feed:
    try:
        return _Feed(name, load_contract(name, folders))
    except CalanqueError as error:
        # Not a failure of the upkeep: the feed's own runs and 'calanque feeds check' end with this sentence.
        if kept := newest_kept(name):
            log.warning("%s: its data in the lake is kept as version %s said. %s", name, kept.version, error)
            return _Feed(name, kept, is_gone=not (folders.contracts / f"{name}{SUFFIX}").is_file())
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


def _past_tables(feed: _Feed, now: datetime, failures: list[str]) -> Iterator[_Past]:
    limits: dict[Tier, int] = {"quarantine": feed.days("quarantine", QUARANTINE_DAYS_MAX)}
    if feed.contract:
        limits["bronze"] = feed.contract.retention_days["bronze"]
    for tier, days in limits.items():
        table, limit, is_past = f"{tier}.{feed.name}", now - timedelta(days=days), False
        columns = past_columns(feed.contract, tier, feed.is_gone)
        with kept_going(failures, f"looking for rows of {table} past their {days} days"):
            is_past = lake().exists(f"/lake/{tier}/{feed.name}/_delta_log") and any(
                deltars.may_hold(table, column, partial(_begins_before, limit)) for column in columns
            )
        if is_past:
            doing = f"deleting the rows of {table} past their {days} days"
            yield _Past(table, doing, partial(_delete_rows, table, columns, limit))


def _begins_before(limit: datetime, low: datetime | date, _: datetime | date) -> bool:
    return low < (limit if isinstance(low, datetime) else limit.date())


def past_columns(contract: FeedContract | None, tier: Tier, is_gone: bool = False) -> list[str]:
    """Return the columns of a table by which its rows get past their days, each row by the first that does.

    A row of a snapshot or a merge is current for as long as its source says so: its days begin when it is closed. The
    row's own time, where the contract names its column, ends every row's days; one in the future keeps no row.

    Args:
        contract: the feed's, None when there never was one.
        tier: of the table.
        is_gone: whether the contract was taken away: no batch will close a row, and each ages from when it came in.
    """
    is_kept_current = contract and tier == "bronze" and contract.write.mode != "append" and not is_gone
    own = contract.retention_column if contract and tier == "bronze" else None
    return ["_closed_at" if is_kept_current else "_ingested_at", *([own] if own else [])]


def past_sql(columns: Iterable[str], limit: datetime, types: Mapping[str, str]) -> str:
    """Return which rows of a table are past their days, as SQL.

    Args:
        columns: by which they are, as `past_columns` says; one that the table has not is left out.
        limit: what is older is past its days.
        types: of the table's columns, by name.
    """
    limits = {"date": f"date'{limit:%Y-%m-%d}'"}
    instant = f"timestamp'{limit:%Y-%m-%d %H:%M:%S}'"
    return " OR ".join(f"`{name}` < {limits.get(types[name], instant)}" for name in columns if name in types)


def _delete_rows(table: str, columns: Iterable[str], limit: datetime) -> int:
    past = past_sql(columns, limit, {name: kind for name, kind, _ in spark.columns(table)})
    (done,) = spark.with_retry(lambda: spark.rows(f"DELETE FROM {table} WHERE {past}"))
    count = int(done["num_affected_rows"])
    log.info("%s: %s rows from before %s deleted.", table, count, f"{limit:%Y-%m-%d %H:%M}")
    return count


def _landed(feed: str, failures: list[str]) -> dict[str, datetime]:
    """Return when each batch in landing was landed; one without a readable manifest by its folder's own time."""
    landed = {}
    for batch, touched in lake().times(f"/lake/landing/{feed}").items():
        with kept_going(failures, f"looking at the raw files of {feed}/{batch}"):
            landed[batch] = _landed_at(f"/lake/landing/{feed}/{batch}", touched)
    return landed


def _landed_at(folder: str, otherwise: datetime) -> datetime:
    try:
        landed_at = datetime.fromisoformat(_json(f"{folder}/{MANIFEST}")["landed_at"])
    except (KeyError, TypeError, ValueError):
        return otherwise
    return landed_at if landed_at.tzinfo else landed_at.replace(tzinfo=UTC)


def _json(path: str) -> Any:
    return lake().read_json(path) if lake().exists(path) else {}


def _past_landing(feed: _Feed, landed: Mapping[str, datetime], now: datetime, failures: list[str]) -> Iterator[_Past]:
    for batch, landed_at in landed.items():
        folder, doing, days = f"/lake/landing/{feed.name}/{batch}", f"the raw files of {feed.name}/{batch}", 0
        with kept_going(failures, f"looking at {doing}"):
            days = feed.days("landing", 0) or _days_kept_beside(folder)
        if days and now - landed_at > timedelta(days=days):
            yield _Past(f"landing.{feed.name}", f"deleting {doing}", partial(_delete_folder, folder, doing))


def _delete_folder(folder: str, name: str) -> int:
    lake().delete(folder)
    log.info("Deleted %s.", name)
    return 1


def _days_kept_beside(folder: str) -> int:
    """Return the days of the contract that raw files came under, its shortest version; without one as if personal."""
    kept = [name for name in lake().list(folder) if name.startswith("contract-") and name.endswith(".json")]
    days = [_json(f"{folder}/{name}").get("retention_days", {}).get("landing") for name in kept]
    return min((int(count) for count in days if count), default=PERSONAL_LANDING_DAYS_MAX)


def _past_staging(feed: str, now: datetime, failures: list[str]) -> Iterator[_Past]:
    for batch, touched in lake().times(f"/lake/staging/{feed}").items():
        folder, doing, newest = f"/lake/staging/{feed}/{batch}", f"what a run of {feed}/{batch} left in staging", now
        with kept_going(failures, f"looking at {doing}"):
            newest = max([touched, *lake().times(folder).values()])
        if now - newest > LEFTOVER_LIFE:
            yield _Past(f"staging.{feed}", f"deleting {doing}", partial(_delete_folder, folder, doing))
