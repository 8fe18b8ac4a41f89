"""Fetch: bring the bytes of one batch to local disk, and look at them without understanding them."""

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from itertools import chain
from pathlib import Path

from calanque.contracts.folders import Folders
from calanque.contracts.forbidden import forbidden_word
from calanque.contracts.model import FeedContract
from calanque.errors import RefusedBatchError
from calanque.files import KINDS, refusal, words_of_name
from calanque.formats import FormatOptions, UnreadableError
from calanque.formats.container import unpack
from calanque.ingest.header import judge_headers
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

    What is refused beside good files stands in `errand.refused`.

    Raises:
        NotThereYetError: if the source has nothing yet for that day.
        CalanqueError: if the source does not answer, or gives other bytes than it promised.
        RefusedBatchError: if a file has a name, a kind, a size or a column that has no place in the lake, or can not be
            judged, and no other file is good or the contract asks for all or none; its source puts it away.
    """
    found: dict[Path, list[FetchedFile]] = {}
    names: dict[str, str] = {}
    for path in contract.source.fetch(errand):
        try:
            described = _described(contract, path, errand.work_dir)
            _refuse_namesake(described, names)
            _refuse_forbidden(contract, described)
        except RefusedBatchError as error:
            contract.source.refuse(errand, path, error)
            continue
        names |= {file.name: file.sha256 for file in described}
        found[path] = described
    _refuse_misfits(contract, errand, found)
    if errand.refused and not (found and contract.source.keeps_apart):
        contract.source.set_aside(errand)
        raise RefusedBatchError(" ".join(errand.refused.values()))
    files: dict[str, FetchedFile] = {}
    for file in chain.from_iterable(found.values()):
        files.setdefault(file.sha256, file)
    return FetchedBatch(feed=contract.feed, origin=contract.source.origin, files=tuple(files.values()))


def settle_batch(contract: FeedContract, errand: Errand, batch_id: str, is_new: bool) -> None:
    """Let the source put away what was landed as a batch, and what was refused beside it.

    Raises:
        RefusedBatchError: if all that is new was refused.
    """
    contract.source.settle(errand, batch_id)
    if errand.refused and not is_new:
        raise RefusedBatchError(" ".join(errand.refused.values()))


def _refuse_namesake(described: list[FetchedFile], names: Mapping[str, str]) -> None:
    if twice := next((file.name for file in described if names.get(file.name, file.sha256) != file.sha256), None):
        raise refusal("the file", twice, "another file of the batch has the same name: rename one at the source")


def _refuse_misfits(contract: FeedContract, errand: Errand, found: dict[Path, list[FetchedFile]]) -> None:
    """Refuse the files that are not what the contract says, where others are; alone, they go to quarantine."""
    if not contract.source.keeps_apart:
        return
    misfits = {path: sentence for path, files in found.items() if (sentence := _misfit(contract, files))}
    if len(misfits) < len(found):
        for path, sentence in misfits.items():
            del found[path]
            contract.source.refuse(errand, path, RefusedBatchError(f"{contract.feed}: nothing was landed: {sentence}"))


def _misfit(contract: FeedContract, files: list[FetchedFile]) -> str | None:
    headers = {file.name: contract.file_format.columns(file.header) for file in files}
    judged = judge_headers(contract, headers, [file.name for file in files if file.is_cut])
    return judged and judged.sentence


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
        facts = form.facts(path)
    except UnreadableError as error:
        raise UnreadableError(f"{name} {error}") from error
    return FetchedFile(name=name, path=path, size_bytes=size, sha256=sha256, **facts._asdict())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
