"""Where the master keys of the tokens are kept, and how they are made, rotated and retired; never shown.

One order decides where keys are read: `CALANQUE_TOKEN_KEYS` (the keys themselves, as a secret store puts them in the
environment of a process), else the file that `CALANQUE_TOKEN_KEY_FILE` names, else `secrets/token_key` of the
installation.
In both forms a key is `v2:HEX` and, if known, the day it was made; keys stand on lines of their own, or between commas.
"""

import fcntl
import os
import re
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from calanque.errors import CalanqueError
from calanque.settings import KEY_FILE_VARIABLE, KEYS_VARIABLE, settings

SECRET_NAME = "token_key"  # noqa: S105  (name of the secret, not the secret)
SHORTEST_KEY_BYTES = 32
KEY_ID = re.compile(r"v[1-9]\d{0,3}")
_FIRST_KEY_ID = "v1"
_KEY_LINE = re.compile(rf"(?:({KEY_ID.pattern}):)?([0-9A-Fa-f]*)(?:[ \t]+(\d{{4}}-\d{{2}}-\d{{2}}))?")
_BETWEEN_KEYS = re.compile(r"[\n,]")


class MasterKey(NamedTuple):
    """One key, its id, and the day it was made (None for a key written by hand)."""

    key_id: str
    secret: bytes
    made_on: date | None

    @property
    def number(self) -> int:
        """Return the number in the id: the highest makes new tokens."""
        return int(self.key_id[1:])

    def __repr__(self) -> str:
        """Show no secret."""
        return f"MasterKey({self.key_id})"


def key_path() -> Path:
    """Return the key file of this installation."""
    given = os.environ.get(KEY_FILE_VARIABLE)
    return Path(given) if given else settings().home / "secrets" / SECRET_NAME


def key_stamp() -> tuple[object, ...]:
    """Return what changes when the keys change, without reading them from the file: a process may keep them until then.

    Raises:
        CalanqueError: if there is neither variable nor file.
    """
    if KEYS_VARIABLE in os.environ:
        return (hash(os.environ[KEYS_VARIABLE]),)
    path = key_path()
    try:
        found = path.stat()
    except OSError:
        raise _missing() from None
    return (str(path), found.st_ino, found.st_mtime_ns, found.st_size, found.st_mode)


def read_keys(path: Path | None = None) -> list[MasterKey]:
    """Return the keys, oldest first.

    Args:
        path: a key file; by default where this installation keeps its keys (see the module).

    Raises:
        CalanqueError: if the file is missing or readable by others, or a key is badly written or under 256 bits.
    """
    if path is None and KEYS_VARIABLE in os.environ:
        return parse_keys(os.environ[KEYS_VARIABLE], f"the variable {KEYS_VARIABLE}")
    path = path or key_path()
    if not path.is_file():
        raise _missing()
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise CalanqueError("The token key file can be read by other users: run 'chmod 600' on it.")
    return parse_keys(path.read_text(encoding="utf-8", errors="replace"), "the token key file")


def parse_keys(text: str, where: str) -> list[MasterKey]:
    """Read keys from a text; `where` names it in a refusal, which never quotes it."""
    keys: dict[str, MasterKey] = {}
    for number, line in enumerate(filter(None, map(str.strip, _BETWEEN_KEYS.split(text))), start=1):
        match = _KEY_LINE.fullmatch(line)
        if not match or len(match[2]) % 2:
            raise CalanqueError(f"Line {number} of {where} is not a key in hexadecimal (or v2:HEX): write it anew.")
        key = MasterKey(match[1] or _FIRST_KEY_ID, bytes.fromhex(match[2]), _day(match[3], number, where))
        if key.key_id in keys:
            raise CalanqueError(f"The key {key.key_id} stands twice in {where}: keep the one that made the tokens.")
        keys[key.key_id] = key
    if not keys:
        raise CalanqueError(f"No token key is in {where}: put one of 256 bits or more there, in hexadecimal.")
    for key in keys.values():
        check_length(key.key_id, key.secret)
    return sorted(keys.values(), key=lambda key: key.number)


def check_length(key_id: str, secret: bytes) -> None:
    """Refuse a key under 256 bits.

    Raises:
        CalanqueError: naming the key's id and its length.
    """
    if len(secret) < SHORTEST_KEY_BYTES:
        raise CalanqueError(f"The token key {key_id} has {8 * len(secret)} bits: make one of at least 256 bits.")


def first_key(today: date) -> str:
    """Return the text of a new installation's key file: one key of 256 random bits, with the day it was made."""
    return _line(MasterKey(_FIRST_KEY_ID, secrets.token_bytes(SHORTEST_KEY_BYTES), today))


def made_by(key: MasterKey) -> date | None:
    """Return the last day on which a key without a day may have been made: the key file is not older than its keys.

    None when the keys do not come from a file.
    """
    if key.made_on or KEYS_VARIABLE in os.environ:
        return key.made_on
    return datetime.fromtimestamp(key_path().stat().st_mtime, UTC).date()


def rotate(today: date) -> MasterKey:
    """Make a new current key of 256 random bits; the old ones stay, so that their tokens can still be found.

    Raises:
        CalanqueError: if the keys do not come from a file.
    """
    with _changing() as keys:
        new = MasterKey(f"v{keys[-1].number + 1}", secrets.token_bytes(SHORTEST_KEY_BYTES), today)
        _write([*keys, new])
    return new


def retire(key_id: str) -> None:
    """Destroy an old key: its tokens stay in the tables, but nobody can make or find them any more.

    Raises:
        CalanqueError: if there is no such key, or it is the one that makes new tokens.
    """
    with _changing() as keys:
        kept = [key for key in keys if key.key_id != key_id]
        if len(kept) == len(keys):
            raise CalanqueError(f"There is no token key {key_id}: see 'calanque dpo keys list'.")
        if key_id == keys[-1].key_id:
            raise CalanqueError(
                f"The key {key_id} makes the new tokens: rotate first, with 'calanque dpo keys rotate'."
            )
        _write(kept)


def store(keys: Sequence[MasterKey]) -> None:
    """Put keys brought from a secret store in the key file of this installation.

    Raises:
        CalanqueError: if the file holds a key that they change or leave out: its tokens could not be found any more.
    """
    if KEYS_VARIABLE in os.environ:
        raise _not_a_file()
    path = key_path()
    given = {key.key_id: key.secret for key in keys}
    with _locked(path):
        for known in read_keys(path) if path.is_file() else ():
            if given.get(known.key_id) != known.secret:
                raise CalanqueError(
                    f"The secret store has no or another key {known.key_id}, which has made tokens here: put it there, "
                    "or retire it first."
                )
        _write(keys)


@contextmanager
def _changing() -> Iterator[list[MasterKey]]:
    if KEYS_VARIABLE in os.environ:
        raise _not_a_file()
    with _locked(key_path()):
        yield read_keys(key_path())


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    descriptor = os.open(path.with_name(f".{path.name}.lock"), os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write(keys: Sequence[MasterKey]) -> None:
    """Replace the key file in one step; a reader sees the old keys or the new ones, and others see neither."""
    path = key_path()
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("".join(map(_line, keys)))
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _line(key: MasterKey) -> str:
    return f"{key.key_id}:{key.secret.hex()}{f' {key.made_on}' if key.made_on else ''}\n"


def _day(text: str | None, number: int, where: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise CalanqueError(f"Line {number} of {where} has a day that is not one: write it as YYYY-MM-DD.") from None


def _missing() -> CalanqueError:
    return CalanqueError(
        f"The token key file is missing: start the stack once, or set {KEY_FILE_VARIABLE} to a key file."
    )


def _not_a_file() -> CalanqueError:
    return CalanqueError(f"The keys come from {KEYS_VARIABLE}: change them in the secret store that sets it.")
