"""Signed notes and checkpoints, as C2SP writes them (signed-note, tlog-checkpoint, tlog-cosignature).

A checkpoint says of which log, how many entries, and their root; the log's key signs it, and a witness cosigns it with
the time at which it saw it. Keys are Ed25519; a public one is written `<name>+<id>+<base64>`.
"""

from __future__ import annotations

import base64
import hashlib
import re
import time
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from calanque.errors import CalanqueError

LOG, WITNESS = 0x01, 0x04
"""Kinds of signature: of a log over the note, and of a witness over the note and a time."""
_NAME = re.compile(r"[^\s+]+")
_DASH = "\u2014"


class Checkpoint(NamedTuple):
    """What a log says of itself at one time."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return it as a note is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


class Signer(NamedTuple):
    """A private key, the name it signs under, and the kind of its signatures."""

    name: str
    key: Ed25519PrivateKey
    kind: int

    @classmethod
    def read(cls, name: str, kind: int, seed: bytes) -> Signer:
        """Return the signer of a 32-byte seed."""
        if not _NAME.fullmatch(name):
            raise CalanqueError("The name of a key has no blank and no plus sign.")
        return cls(name, Ed25519PrivateKey.from_private_bytes(seed), kind)

    def verifier(self) -> Verifier:
        """Return its public key."""
        return Verifier(self.name, self.key.public_key(), self.kind)

    def signed(self, text: str, at: int | None = None) -> str:
        """Return the line of a signature over the text of a note.

        Args:
            text: of the note, with its last line end.
            at: when a witness saw it, seconds since 1970; now by default.
        """
        moment = int(time.time()) if at is None else at
        said = _cosigned(text, moment) if self.kind == WITNESS else text.encode()
        stamp = moment.to_bytes(8, "big") if self.kind == WITNESS else b""
        packed = bytes.fromhex(self.verifier().key_id) + stamp + self.key.sign(said)
        return f"{_DASH} {self.name} {base64.b64encode(packed).decode()}\n"


class Verifier(NamedTuple):
    """A public key, the name it is known by, and the kind of its signatures."""

    name: str
    key: Ed25519PublicKey
    kind: int

    @classmethod
    def read(cls, text: str) -> Verifier:
        """Return the key that a line writes.

        Raises:
            CalanqueError: if it is no such key, or its id is not its own.
        """
        try:
            name, key_id, packed = text.strip().split("+", 2)
            content = base64.b64decode(packed, validate=True)
            found = cls(name, Ed25519PublicKey.from_public_bytes(content[1:]), content[0])
        except (ValueError, IndexError) as error:
            raise CalanqueError(
                "This is no public key of a log or a witness: it reads <name>+<id>+<base64>."
            ) from error
        if found.key_id != key_id or found.kind not in (LOG, WITNESS):
            raise CalanqueError(f"The public key of {name} is altered: its id is not its own. Ask for it again.")
        return found

    @property
    def key_id(self) -> str:
        """The eight digits by which a signature says whose it is."""
        return hashlib.sha256(self.name.encode() + b"\n" + self._content()).hexdigest()[:8]

    def __str__(self) -> str:
        """Return the key as a line."""
        return f"{self.name}+{self.key_id}+{base64.b64encode(self._content()).decode()}"

    def _content(self) -> bytes:
        return bytes([self.kind]) + self.key.public_bytes_raw()

    def seen_at(self, note: str) -> int | None:
        """Return when this witness saw a note, 0 for a log's own signature; None when it has not signed it."""
        text, _, signatures = note.rpartition("\n\n")
        text += "\n"
        for line in signatures.splitlines():
            try:
                dash, name, packed = line.split(" ")
                content = base64.b64decode(packed, validate=True)
            except ValueError:
                continue
            if (dash, name, content[:4].hex()) != (_DASH, self.name, self.key_id):
                continue
            moment = int.from_bytes(content[4:12], "big") if self.kind == WITNESS else 0
            said = _cosigned(text, moment) if self.kind == WITNESS else text.encode()
            try:
                self.key.verify(content[12 if self.kind == WITNESS else 4 :], said)
            except InvalidSignature:
                continue
            return moment
        return None


def _cosigned(text: str, moment: int) -> bytes:
    return f"cosignature/v1\ntime {moment}\n{text}".encode()


def read_checkpoint(note: str, verifier: Verifier) -> Checkpoint:
    """Return what a note says once its signature is found right.

    Raises:
        CalanqueError: if it is no checkpoint, or not signed by this key.
    """
    lines = note.split("\n\n", 1)[0].split("\n")
    try:
        origin, size, root = lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True)
    except (ValueError, IndexError) as error:
        raise CalanqueError("This is no checkpoint of a journal.") from error
    if verifier.seen_at(note) is None:
        raise CalanqueError(f"The checkpoint is not signed by {verifier.name}: the journal, or its key, is another.")
    return Checkpoint(origin, size, root)


def signed_checkpoint(checkpoint: Checkpoint, signer: Signer) -> str:
    """Return a checkpoint as a note that a key has signed."""
    text = checkpoint.text()
    return text + "\n" + signer.signed(text)
