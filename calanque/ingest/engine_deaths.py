"""A batch during which the engine died twice is set aside, and no run takes it by itself again."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from calanque.engines import spark
from calanque.errors import CalanqueError, RefusedBatchError
from calanque.runs.alone import alone
from calanque.runs.batches import read_report, write_report
from calanque.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from calanque.contracts.model import FeedContract
    from calanque.runs.records import BatchRef

ENGINE_DIED = "engine_died"
LAST_DEATH = 2


@contextmanager
def watched(contract: FeedContract, ref: BatchRef, drop: Path) -> Iterator[None]:
    """Count the deaths of the engine while it reads what came, and set the batch aside after the second one.

    A batch during which it died is read alone, so that no other one's death is laid to it.

    Args:
        contract: the feed's contract.
        ref: the batch.
        drop: the drop folder.

    Raises:
        CalanqueError: if the engine died for the first time.
        RefusedBatchError: if it died again; the files are out of the way, and landing keeps their bytes.
    """
    known = read_report(ref.feed, ref.batch_id, ref.contract_version)
    deaths = known.engine_deaths if known else 0
    with alone(settings().home / "reading", is_shared=deaths == 0):
        try:
            yield
        except CalanqueError:
            raise
        except Exception as error:
            if not spark.LOST.search(str(error)):
                raise
            deaths += 1
    if known and deaths > known.engine_deaths:
        _record_death(contract, ref, drop, deaths)


def _record_death(contract: FeedContract, ref: BatchRef, drop: Path, deaths: int) -> None:
    """Say that the engine died during a batch, and set it aside when it was not the first time."""
    from calanque.ingest.protect import discard_staging

    if deaths < LAST_DEATH:
        write_report(ref, "landed", engine_deaths=deaths)
        raise CalanqueError(
            f"{ref.feed}: Spark stopped answering while it read batch {ref.batch_id}: look at 'calanque stack status', "
            "then run the task again. If it stops once more, the batch is set aside."
        )
    place = contract.source.withdraw(drop, ref.feed, ref.batch_id)
    again = f"its files are now in {place} of the drop folder: drop them again" if place else "raise its version"
    sentence = (
        f"Spark stopped answering {deaths} times while it read batch {ref.batch_id}: no run takes it by itself again. "
        f"See 'calanque stack logs spark'. Ask the source for smaller files, or, to try once more, {again}."
    )
    write_report(ref, "refused", refused_by=(ENGINE_DIED,), refused_because=sentence, engine_deaths=deaths)
    discard_staging(ref.feed, ref.batch_id)
    raise RefusedBatchError(f"{ref.feed}: {sentence}")


def check_retaken(contract: FeedContract, batch_id: str) -> int:
    """Return the deaths of the engine that a fetched batch is known by; one that somebody sent again has none yet.

    Raises:
        RefusedBatchError: if it was set aside, and only a run asks for it again.
    """
    known = read_report(contract.feed, batch_id, contract.version)
    if known is None or known.refused_by != (ENGINE_DIED,):
        return known.engine_deaths if known else 0
    if not contract.source.is_sent:
        raise RefusedBatchError(f"{contract.feed}: {known.refused_because}")
    return 0
