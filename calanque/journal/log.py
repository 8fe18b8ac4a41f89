"""The journal in the lake: acts are appended, the tree grows with them, and its root is signed.

An append is two commits, entries and then the note that signs them: entries without one are those of a run that was
stopped in between, and the next one signs them too. What a source tells twice is one entry.
"""

from __future__ import annotations

import json
import logging
import secrets
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from calanque.closed import Closed
from calanque.engines import deltars
from calanque.errors import CalanqueError
from calanque.journal import hdfs_audit, spool
from calanque.journal.notes import LOG, Checkpoint, Signer, Verifier, read_checkpoint, signed_checkpoint
from calanque.journal.tiles import LONGEST_ENTRY, write_export
from calanque.journal.tree import grown, leaf_hash, root_of
from calanque.runs import store
from calanque.runs.alone import alone
from calanque.runs.tables import JOURNAL, JOURNAL_CHECKPOINT
from calanque.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

log = logging.getLogger(__name__)
HDFS = hdfs_audit.SOURCE
ORIGIN, KEY = "calanque.journal", "journal_key"
SALT_BYTES = 16
# A source repeats an event within minutes; a day is more than any retry lasts.
REPEATED_WITHIN = timedelta(days=1)
FIRST_LOOK = timedelta(days=1)


class Act(Closed):
    """One act of a person or a step, as its source told it.

    `event_id` tells it from all others of its source. `objects` names tables or documents with the columns that were
    asked for; `outcome` is done, or why not (the source's own code).
    """

    event_id: str
    source: str
    acted_at: datetime
    who: str
    action: Literal["sign_in", "collection", "modification", "consultation", "communication", "erasure"]
    objects: tuple[str, ...]
    row_count: int | None = None
    motif: str | None = None
    outcome: str = "done"
    client: str | None = None

    def entry(self) -> bytes:
        """Return the entry of the journal: JSON in one order of its keys, with a salt of its own.

        Without the salt, who holds the hash of an entry that has expired could try what it may have said.
        """
        said = self.model_dump(mode="json") | {"salt": secrets.token_hex(SALT_BYTES)}
        return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class Collected(NamedTuple):
    """What an append did: entries that came, and how many there are."""

    new_count: int
    size: int


def folder() -> Path:
    """Return where acts wait for the journal."""
    return settings().home / "journal"


def tell(**act: Any) -> None:
    """Put an act that this process just did on its way to the journal: `Act` says what it is made of."""
    done = Act(event_id=secrets.token_hex(16), acted_at=datetime.now(UTC), **act)
    spool.add(folder(), done.model_dump(mode="json"))


def tell_if_possible(**act: Any) -> None:
    """Put an act on its way that is done whether the journal hears of it or not; what it can not hear is logged."""
    try:
        tell(**act)
    except (OSError, CalanqueError) as error:
        log.error("The journal was not told of an act of %s: %s", act["source"], error)


def collect() -> Collected:
    """Append what waits in the spool and what HDFS' audit log says, and sign the tree that it makes.

    Raises:
        CalanqueError: if the lake does not take it; the acts wait.
    """
    # A place is given once.
    with alone(folder()), spool.taken(folder()) as spooled, _on_hdfs() as done:
        size, edge = _signed()
        stopped = sorted(deltars.read_rows(JOURNAL.name, [("place", ">=", size)]), key=lambda row: row["place"])
        after, edge = grown(size, edge, (bytes.fromhex(row["leaf"]) for row in stopped))
        rows = list(_rows(_new(Act.model_validate(act) for act in (*spooled, *done)), after))
        if rows:
            store.append(JOURNAL, rows)
        after, edge = grown(after, edge, (bytes.fromhex(row["leaf"]) for row in rows))
        if after > size:
            note = signed_checkpoint(Checkpoint(ORIGIN, after, root_of(edge)), signer())
            said = {"size": after, "edge": [one.hex() for one in edge], "note": note, "is_witnessed": False}
            store.append(JOURNAL_CHECKPOINT, [said])
    log.info("Journal: %d new entries, %d in all.", len(rows), after)
    return Collected(len(rows), after)


@contextmanager
def _on_hdfs() -> Iterator[list[dict[str, Any]]]:
    """Give what others did on HDFS since the last time, and remember the time unless an error comes."""
    mark, until = folder() / "hdfs-told", hdfs_audit.whole_minutes(datetime.now(UTC))
    since = datetime.fromisoformat(mark.read_text(encoding="ascii")) if mark.is_file() else until - FIRST_LOOK
    yield hdfs_audit.acts(settings().logs, since, until)
    (written := mark.with_suffix(".partial")).write_text(until.isoformat(), encoding="ascii")
    written.rename(mark)


def _new(acts: Iterable[Act]) -> list[Act]:
    """Return acts without those that the journal has, in the order of their time."""
    came = {(act.source, act.event_id): act for act in acts}
    if not came:
        return []
    since = min(act.acted_at for act in came.values()) - REPEATED_WITHIN
    known = {(row["source"], row["event_id"]) for row in deltars.read_rows(JOURNAL.name, [("acted_at", ">=", since)])}
    return sorted((act for key, act in came.items() if key not in known), key=lambda act: (act.acted_at, act.event_id))


def _rows(acts: Iterable[Act], first: int) -> Iterator[dict[str, Any]]:
    for place, act in enumerate(map(_bounded, acts), first):
        entry = act.entry()
        said = act.model_dump() | {"objects": list(act.objects)}
        yield said | {"place": place, "entry": entry.decode(), "leaf": leaf_hash(entry).hex()}


def _bounded(act: Act) -> Act:
    """Return an act with its motif masked, and no longer than an entry may be."""
    motif = _masked(act.motif[:1000]) if act.motif else None
    kept, size = list[str](), 0
    for name in act.objects:
        size += len(name.encode()) + 3
        if size > LONGEST_ENTRY // 2:
            kept.append(f"and {len(act.objects) - len(kept)} more")
            break
        kept.append(name)
    return act.model_copy(update={"motif": motif, "objects": tuple(kept)})


def _masked(text: str) -> str:
    from calanque.privacy.redact import redact

    (found,) = redact([text])
    return found.text


def _newest(notes: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the checkpoint that the journal itself signed last; none before its first entry."""
    return max((row for row in notes if not row["is_witnessed"]), key=lambda row: row["size"], default=None)


def _signed() -> tuple[int, list[bytes]]:
    """Return size and edge of the tree as it was signed last."""
    newest = _newest(store.read(JOURNAL_CHECKPOINT))
    return (newest["size"], [bytes.fromhex(one) for one in newest["edge"]]) if newest else (0, [])


def signer() -> Signer:
    """Return the key of this installation's journal."""
    return Signer.read(ORIGIN, LOG, bytes.fromhex(settings().secret(KEY)))


def add_witness(note: str, witness: Verifier) -> int:
    """Keep a note that a witness has signed; returns its entries.

    Raises:
        CalanqueError: if it is no checkpoint of this journal, or not signed by the witness.
    """
    checkpoint = read_checkpoint(note, signer().verifier())
    if witness.seen_at(note) is None:
        raise CalanqueError(f"The note is not signed by the witness {witness.name}.")
    said = {"size": checkpoint.size, "edge": [], "note": note, "is_witnessed": True}
    store.append(JOURNAL_CHECKPOINT, [said])
    return checkpoint.size


def entries(since: datetime, who: str | None = None, table: str | None = None) -> list[dict[str, Any]]:
    """Return rows of the journal since a time, in order; of one person or one table when it is named."""
    found = deltars.read_rows(JOURNAL.name, [("acted_at", ">=", since), *([("who", "=", who)] if who else [])])
    own = [row for row in found if table is None or any(name.partition(":")[0] == table for name in row["objects"])]
    return sorted(own, key=lambda row: row["place"])


def export(path: Path) -> int:
    """Write the journal as it was signed last; returns its entries.

    Raises:
        CalanqueError: if there is none yet, or the lake does not answer.
    """
    notes = store.read(JOURNAL_CHECKPOINT)
    newest = _newest(notes)
    if newest is None:
        raise CalanqueError("The journal is empty: run 'calanque dpo journal collect' once something was done.")
    found = deltars.read_columns(JOURNAL.name, ["place", "leaf", "entry"]).sort_by("place").to_pydict()
    leaves = [bytes.fromhex(leaf) for leaf in found["leaf"][: newest["size"]]]
    if found["place"][: newest["size"]] != list(range(newest["size"])):
        raise CalanqueError("Entries of the journal are missing or doubled in the lake: it was altered. Tell the DPO.")
    kept = zip(found["place"][: len(leaves)], found["entry"], strict=False)
    entries = {at: text.encode() for at, text in kept if text}
    witnessed = {row["size"]: row["note"] for row in notes if row["is_witnessed"]}
    write_export(path, newest["note"], witnessed, leaves, entries)
    return len(leaves)
