"""Verify an export: with it and two public keys, without the lake."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from calanque.errors import CalanqueError
from calanque.journal.notes import Checkpoint, Verifier, read_checkpoint
from calanque.journal.tiles import read_export
from calanque.journal.tree import grown, leaf_hash, root_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class Verified(NamedTuple):
    """What was found right: the newest checkpoint, how many entries are there and how many have expired.

    `witnessed_size` entries are in the newest note that the witness has signed, `witnessed_at` seconds after 1970;
    both None where none is.
    """

    checkpoint: Checkpoint
    entry_count: int
    expired_count: int
    witnessed_size: int | None
    witnessed_at: int | None


def verify_export(path: Path, log: Verifier, witness: Verifier | None = None, seen: Iterable[str] = ()) -> Verified:
    """Check every entry, hash and signature of an export.

    Args:
        path: of the export.
        log: public key of the journal.
        witness: public key of the witness; without it only the operator vouches for the past.
        seen: notes that the witness kept of its own: the export must hold what they say.

    Raises:
        CalanqueError: saying what does not hold.
    """
    export = read_export(path)
    newest = read_checkpoint(export.checkpoint, log)
    for place, entry in export.entries.items():
        if leaf_hash(entry) != export.leaves[place]:
            raise CalanqueError(f"Entry {place} is not the one that was written: it was changed.")
    # Notes of another witness, as of one before this one, prove nothing here; what this one kept must be its own.
    own = [note for note in export.witnessed if witness and witness.seen_at(note) is not None]
    signed = [(read_checkpoint(note, log), witness.seen_at(note) if witness else None) for note in [*own, *seen]]
    if witness and (unsigned := [one.size for one, at in signed if at is None]):
        raise CalanqueError(f"The note over {unsigned[0]} entries is not signed by the witness {witness.name}.")
    roots = _roots(export.leaves, {newest.size, *(one.size for one, _ in signed)})
    if roots.get(newest.size) != newest.root:
        raise CalanqueError("The entries are not those that the journal's key signed: some were changed or removed.")
    for one, _ in signed:
        if one.size > newest.size:
            raise CalanqueError(
                f"The witness has seen {one.size} entries, and the export has {newest.size}: the journal was rewound."
            )
        if (one.origin, roots[one.size]) != (newest.origin, one.root):
            raise CalanqueError(
                f"The first {one.size} entries are not those that the witness has seen: the past was rewritten."
            )
    last = max(((at, one.size) for one, at in signed if at is not None), default=None)
    expired = newest.size - len(export.entries)
    return Verified(newest, newest.size, expired, last[1] if last else None, last[0] if last else None)


def _roots(leaves: list[bytes], sizes: set[int]) -> dict[int, bytes]:
    """Return the root of the tree at some of its sizes; of one that it never had, none."""
    found, size, edge = dict[int, bytes](), 0, list[bytes]()
    for wanted in sorted(one for one in sizes if one <= len(leaves)):
        size, edge = grown(size, edge, leaves[size:wanted])
        found[wanted] = root_of(edge)
    return found
