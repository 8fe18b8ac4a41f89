"""Fetch: bring the bytes of one batch to local disk, and look at them without understanding them."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from calanque.contracts.folders import Folders
from calanque.contracts.forbidden import forbidden_word
from calanque.contracts.model import FeedContract
from calanque.errors import RefusedBatchError
from calanque.files import KINDS, refusal, words_of_name
from calanque.formats import FormatOptions, UnreadableError
from calanque.formats.container import unpack
from calanque.ingest.records import FetchedBatch, FetchedFile
from calanque.runs.records import PackedIn
from calanque.settings import settings
from calanque.sources import Errand


@contextmanager
def sent_out(contract: FeedContract, day: date | None, folders: Folders) -> Iterator[Errand]:
    """Give what the feed's source is asked for, with a folder for its files that is deleted afterwards.

    Args:
        contract: the feed's contract; its source says where from.
        day: the day of the run, for sources with `{date}`.
        folders: where the drop folder lies.
    """
    settings().fetching.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix=f"{contract.feed}-", dir=settings().fetching) as work_dir:
        yield Errand(contract.feed, day, folders.drop, Path(work_dir))


def fetch_batch(contract: FeedContract, errand: Errand) -> FetchedBatch:
    """Bring the files of one batch into the errand's folder; the same bytes twice are one file.

    Raises:
        NotThereYetError: if the source has nothing yet for that day.
        CalanqueError: if the source does not answer, or gives other bytes than it promised.
        RefusedBatchError: if a file has a name, a kind, a size or a column that has no place in the lake, or can not be
            judged; its source puts it away.
    """
    files: dict[str, FetchedFile] = {}
    names: set[str] = set()
    for path in contract.source.fetch(errand):
        with _set_aside(contract, errand, path):
            described = _described(contract, path, errand.work_dir)
            new = [file for file in described if file.sha256 not in files]
            if twice := next((file.name for file in new if file.name in names), None):
                raise refusal(
                    "the file", twice, "another file of the batch has the same name: rename one at the source"
                )
            _refuse_forbidden(contract, new)
        names |= {file.name for file in new}
        for file in new:
            files.setdefault(file.sha256, file)
    return FetchedBatch(feed=contract.feed, origin=contract.source.origin, files=tuple(files.values()))


def _described(contract: FeedContract, path: Path, work_dir: Path) -> list[FetchedFile]:
    form, members, packed = contract.file_format, [path], None
    try:
        if form.container:
            sha256 = _sha256(path)
            packed = PackedIn(name=name_in_lake(contract, path.name, sha256), sha256=sha256)
            members = unpack(path, form.container, work_dir / "unpacked" / path.name)
        entered = form.enter(members, work_dir, path.name)
        return [describe_file(member, form, contract).model_copy(update={"container": packed}) for member in entered]
    except UnreadableError as error:
        raise RefusedBatchError(f"{contract.feed}: nothing was landed: {error}.") from error


def _refuse_forbidden(contract: FeedContract, files: list[FetchedFile]) -> None:
    names = [name for file in files for name in (*file.header, *contract.file_format.columns(file.header))]
    # Only the word is told: in a file without its header, a "name" would be a value.
    if word := next((word for name in names if (word := forbidden_word(name))), None):
        raise RefusedBatchError(
            f"{contract.feed}: nothing was landed: a file has a column about '{word}', which can never enter the "
            "lake. Ask the source to leave it out."
        )


@contextmanager
def _set_aside(contract: FeedContract, errand: Errand, path: Path) -> Iterator[None]:
    """Have the source put a refused file away, so that it does not stand in the way of the next run."""
    try:
        yield
    except RefusedBatchError as error:
        raise RefusedBatchError(f"{error}{contract.source.set_aside(errand, path.name)}") from error


def name_in_lake(contract: FeedContract, name: str, sha256: str) -> str:
    """Return what a file is called in the lake: its own name where every word of it is the contract's.

    Else it is called by its content: a partner may have put a person's name there, and the lake's names stand in
    manifests, logs and reports.
    """
    if words_of_name(name) <= words_of_name(f"{contract.feed} {contract.source} {contract.file_format}"):
        return name
    ending = Path(name).suffix
    return f"file-{sha256[:12]}{ending if ending[1:].lower() in KINDS else ''}"


def describe_file(path: Path, form: FormatOptions, contract: FeedContract | None = None) -> FetchedFile:
    """Return size, SHA-256, column names, data rows, and whether the last row is cut.

    Args:
        path: the file.
        form: how it is written.
        contract: of the feed that it is for; without one it keeps its name, which is a user's own.

    Raises:
        UnreadableError: if the file is not in its format.
        RefusedBatchError: if it is larger than its format can be read.
    """
    size = path.stat().st_size
    if size > form.largest_bytes:
        largest = form.largest_bytes // 1024**2
        raise refusal("the file", path.name, f"it is larger than {largest} MiB: send it in parts, or as JSON lines")
    sha256 = _sha256(path)
    name = name_in_lake(contract, path.name, sha256) if contract else path.name
    try:
        facts = form.look(path)
    except UnreadableError as error:
        raise UnreadableError(f"{name} {error}") from error
    return FetchedFile(name=name, path=path, size_bytes=size, sha256=sha256, **facts._asdict())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
