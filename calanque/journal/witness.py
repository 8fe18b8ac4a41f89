"""The witness: a key of the DPO's own, on a machine of theirs, that signs what it has found to have only grown."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from calanque.errors import CalanqueError
from calanque.journal.notes import WITNESS, Checkpoint, Signer, Verifier
from calanque.journal.tiles import read_export
from calanque.journal.verify import verify_export

if TYPE_CHECKING:
    from pathlib import Path

KEY, PUBLIC, NOTES = "witness.key", "witness.pub", "seen"


def make(folder: Path, name: str) -> Verifier:
    """Make the key of a witness in a folder of its own; returns its public half.

    Raises:
        CalanqueError: if there is one already, or the name has a blank.
    """
    signer = Signer.read(name, WITNESS, seed := secrets.token_bytes(32))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(folder / KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise CalanqueError(f"{folder} holds the key of a witness: take another folder.") from None
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{name} {seed.hex()}\n")
    (folder / PUBLIC).write_text(f"{signer.verifier()}\n", encoding="ascii")
    return signer.verifier()


def witness(folder: Path, export: Path, log: Verifier) -> tuple[Checkpoint, Path]:
    """Verify an export against every note that was signed before, and sign its checkpoint.

    Args:
        folder: of the witness.
        export: the journal.
        log: its public key.

    Returns:
        What was seen, and the file of the signed note.

    Raises:
        CalanqueError: saying what does not hold; then nothing is signed.
    """
    try:
        name, seed = (folder / KEY).read_text(encoding="ascii").split()
    except (OSError, ValueError) as error:
        raise CalanqueError(f"{folder} holds no key of a witness: run 'calanque dpo witness new {folder}'.") from error
    signer = Signer.read(name, WITNESS, bytes.fromhex(seed))
    kept = folder / NOTES
    kept.mkdir(exist_ok=True, mode=0o700)
    before = [path.read_text(encoding="utf-8") for path in sorted(kept.iterdir())]
    found = verify_export(export, log, signer.verifier(), before)
    note = read_export(export).checkpoint
    text = note.rpartition("\n\n")[0] + "\n"
    path = kept / f"{found.checkpoint.size:012d}.note"
    path.write_text(f"{note.rstrip()}\n{signer.signed(text)}", encoding="utf-8")
    return found.checkpoint, path
