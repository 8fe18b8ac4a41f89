"""The lake's files over WebHDFS, as the user `lake`; the only module that imports the `hdfs` client."""

import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from calanque.errors import CalanqueError
from calanque.files import chunks_of
from calanque.settings import Settings, settings

LAKE_USER = "lake"
CONNECT_TIMEOUT_S = 5
READ_TIMEOUT_S = 300
ATTEMPT_COUNT = 6
T = TypeVar("T")


class LakeError(CalanqueError):
    """The file system refused, or did not answer; `remote` is Java's exception class when it spoke."""

    def __init__(self, sentence: str, remote: str | None = None) -> None:
        super().__init__(sentence)
        self.remote = remote


def readable_by(readers: Iterable[str]) -> str:
    """Return the rights of a folder that its owner writes and some users read, as the folders in it inherit them."""
    access = f"user::rwx,{','.join(f'user:{reader}:r-x' for reader in readers)},group::r-x,other::---"
    return ",".join([access, *(f"default:{entry}" for entry in access.split(","))])


def web_client(here: Settings, user: str) -> Any:
    """Return a client of WebHDFS that sends the header without which the daemons answer nobody."""
    from hdfs import InsecureClient
    from requests import Session

    session = Session()
    # No proxy of the machine's is on the way to the daemons, and to look for one took a tenth of a small call.
    session.trust_env = False
    session.headers[here.secret("webhdfs_header")] = "1"
    return InsecureClient(here.webhdfs_url, user=user, timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S), session=session)


class Lake:
    """Files of one user on HDFS; a write goes to a temporary name, then is renamed: visible whole or not at all."""

    def __init__(self, here: Settings, user: str = LAKE_USER) -> None:
        self.url = here.webhdfs_url
        self.user = user
        self._client = web_client(here, user)

    def read(self, path: str, offset: int = 0, length: int | None = None) -> bytes:
        """Return the bytes of a file, or `length` of them from `offset`."""

        def once() -> bytes:
            with self._client.read(path, offset=offset, length=length) as stream:
                return bytes(stream.read())

        return self._try(once, path)

    def read_json(self, path: str) -> Any:
        """Return the content of a JSON file."""
        return json.loads(self.read(path))

    def write(self, path: str, data: bytes | str | Path, overwrite: bool = False) -> None:
        """Write a file atomically from bytes, text (UTF-8) or a local file.

        Raises:
            LakeError: if the file exists and `overwrite` is false (its `remote` is then FileAlreadyExistsException).
        """
        temporary = _temporary_name(path)

        def once() -> None:
            self._client.write(temporary, data=_chunks(data), overwrite=True)

        self._try(once, path)
        try:
            self.rename(temporary, path, overwrite=overwrite)
        except LakeError:
            self.delete(temporary)
            raise

    def exists(self, path: str) -> bool:
        """Whether a file or folder exists."""
        return self.status(path) is not None

    def status(self, path: str) -> dict[str, Any] | None:
        """Return the FileStatus of WebHDFS (type, length, owner, permission, replication...), None when absent."""
        found = self._try(lambda: self._client.status(path, strict=False), path)
        return dict(found) if found else None

    def list(self, path: str) -> list[str]:
        """Return the names in a folder, sorted; empty when the folder does not exist."""
        return sorted(self._try(lambda: self._client.list(path), path)) if self.exists(path) else []

    def times(self, path: str) -> dict[str, datetime]:
        """Return when each thing in a folder was last changed, by name; of a folder, when a file came into it."""
        found = self._try(lambda: self._client.list(path, status=True), path) if self.exists(path) else []
        return {name: datetime.fromtimestamp(status["modificationTime"] / 1000, UTC) for name, status in found}

    def delete(self, path: str, recursive: bool = True) -> bool:
        """Delete a file or folder for good (no trash); false when it did not exist."""
        return bool(self._try(lambda: self._client.delete(path, recursive=recursive), path))

    def make_readable(self, folder: str, *readers: str) -> None:
        """Make a folder that some more users may read, with all that will lie in it."""

        def once() -> None:
            self._client.makedirs(folder)
            self._client.set_acl(folder, readable_by(readers))

        self._try(once, folder)

    def rename(self, source: str, target: str, overwrite: bool = False) -> None:
        """Move a file in one step, replacing the target only when `overwrite` is true."""
        # The client's own rename() cannot replace, and moves *into* a target that is a folder.
        option = "OVERWRITE" if overwrite else "NONE"
        self._try(lambda: self._client._rename(source, destination=target, renameoptions=option), target)

    def _try(self, action: Callable[[], T], path: str) -> T:
        from hdfs.util import HdfsError
        from requests.exceptions import RequestException

        retrying = Retrying(
            stop=stop_after_attempt(ATTEMPT_COUNT),
            wait=wait_exponential(multiplier=0.5, max=15),
            retry=retry_if_exception(_is_passing),
            reraise=True,
        )
        try:
            return retrying(action)
        except HdfsError as error:
            remote = str(error.exception or "").rsplit(".", maxsplit=1)[-1] or None
            raise LakeError(f"HDFS refused {path}: {str(error.message).splitlines()[0]}", remote) from error
        except RequestException as error:
            raise LakeError(
                f"HDFS does not answer at {self.url} (user {self.user}): look at 'calanque stack status'."
            ) from error


def _temporary_name(path: str) -> str:
    folder, _, name = path.rpartition("/")
    return f"{folder}/.{name}.{uuid.uuid4().hex}.tmp"


def _chunks(data: bytes | str | Path) -> bytes | Iterable[bytes]:
    if isinstance(data, Path):
        return _file_chunks(data)
    return data.encode("utf-8") if isinstance(data, str) else data


def _file_chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from chunks_of(file)


def _is_passing(error: BaseException) -> bool:
    """Whether waiting may help: a restarting NameNode, a DataNode that just died, safe mode."""
    from requests.exceptions import ConnectionError as LostConnection
    from requests.exceptions import Timeout

    remote = str(getattr(error, "exception", "") or "")
    return isinstance(error, (LostConnection, Timeout)) or remote.endswith(
        ("SafeModeException", "RetriableException", "StandbyException", "NotReplicatedYetException")
    )


@cache
def lake() -> Lake:
    """Return the lake's files as the user `lake`, one client per process."""
    return Lake(settings())
